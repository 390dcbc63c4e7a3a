// Streamed chat completions: the chunks of one stream. stream_text_rules.cpp has more.
#include <algorithm>
#include <cstdlib>
#include <map>

#include "shared/validate/judging.hpp"
#include "shared/validate/rules.hpp"
#include "shared/validate/stream_text_rules.hpp"

namespace arouter::validate {

namespace {

Evidence at_chunk(const Stream& stream, const Chunk& chunk, const JsonRef& value = {}) {
  return at(*stream.exchange, chunk.event, value);
}

Judgement done(const Transcript& transcript) {
  return each_stream(transcript, [](const Stream& stream) {
    if (!stream.dones.empty()) return good();
    return broken("the stream ends without data: [DONE]",
                  at(*stream.exchange, stream.exchange->response.body.size()));
  });
}

Judgement done_once(const Transcript& transcript) {
  return each_stream(transcript, [](const Stream& stream) {
    if (stream.dones.size() <= 1) return good();
    return broken(std::to_string(stream.dones.size()) + " events say [DONE]",
                  at(*stream.exchange, stream.dones[1], JsonRef()));
  });
}

Judgement done_last(const Transcript& transcript) {
  return each_chunk(transcript, [](const Stream& stream, const Chunk& chunk) {
    const bool late = !stream.dones.empty() && chunk.event > stream.dones.front();
    // A usage chunk that comes late has its own rule, usage.before-done.
    if (!late || usage_of(chunk).present()) return good();
    return broken("a chunk follows [DONE]", at_chunk(stream, chunk));
  });
}

Judgement done_exact(const Transcript& transcript) {
  return each_stream(transcript, [](const Stream& stream) {
    for (const std::size_t index : stream.dones) {
      const std::string& data = stream.exchange->sse.events[index].data;
      if (data == "[DONE]") continue;
      return broken("the end mark is spelled " + quoted(data),
                    at(*stream.exchange, index, JsonRef()));
    }
    return good();
  });
}

Judgement chunk_object(const Transcript& transcript) {
  return each_chunk(transcript, [](const Stream& stream, const Chunk& chunk) {
    const JsonRef value = chunk.json["object"];
    if (value.text() == "chat.completion.chunk") return good();
    const std::string message = "a chunk's object is " + kind_name(value);
    if (is_filter_chunk(chunk)) {
      return lesser(Severity::info, message + " (a filter chunk)", at_chunk(stream, chunk, value));
    }
    return broken(message, at_chunk(stream, chunk, value));
  });
}

Judgement id_constant(const Transcript& transcript) {
  return each_stream(transcript, [](const Stream& stream) {
    std::string first;
    for (const Chunk& chunk : stream.chunks) {
      const JsonRef value = chunk.json["id"];
      const std::string text = value.text();
      if (text.empty() || is_filter_chunk(chunk)) continue;
      if (first.empty()) first = text;
      if (text == first) continue;
      return broken("the id changes inside one stream: " + quoted(first) + " then " + quoted(text),
                    at_chunk(stream, chunk, value));
    }
    return good();
  });
}

Judgement id_present(const Transcript& transcript) {
  return each_chunk(transcript, [](const Stream& stream, const Chunk& chunk) {
    const JsonRef value = chunk.json["id"];
    if (!value.text().empty()) return good();
    const std::string message = "a chunk's id is " + kind_name(value);
    if (is_filter_chunk(chunk)) {
      return lesser(Severity::info, message + " (a filter chunk)", at_chunk(stream, chunk, value));
    }
    return broken(message, at_chunk(stream, chunk, value));
  });
}

Judgement created_constant(const Transcript& transcript) {
  return each_stream(transcript, [](const Stream& stream) {
    std::optional<std::int64_t> first;
    for (const Chunk& chunk : stream.chunks) {
      const JsonRef value = chunk.json["created"];
      const std::optional<std::int64_t> created = value.integer();
      if (!created || is_filter_chunk(chunk)) continue;
      if (!first) first = created;
      if (*created == *first) continue;
      const std::string message = "created changes inside one stream: " + std::to_string(*first) +
                                  " then " + std::to_string(*created);
      if (std::llabs(*created - *first) <= 1) {
        return lesser(Severity::info, message, at_chunk(stream, chunk, value));
      }
      return broken(message, at_chunk(stream, chunk, value));
    }
    return good();
  });
}

Judgement created_int(const Transcript& transcript) {
  return each_chunk(transcript, [](const Stream& stream, const Chunk& chunk) {
    const JsonRef value = chunk.json["created"];
    const std::optional<std::int64_t> created = value.integer();
    if (created && *created <= 100'000'000'000) return good();
    const std::string message = created ? "a chunk's created is in milliseconds"
                                        : "a chunk's created is " + kind_name(value);
    const Evidence evidence = at_chunk(stream, chunk, value);
    return is_filter_chunk(chunk) ? lesser(Severity::info, message, evidence)
                                  : broken(message, evidence);
  });
}

Judgement model_present(const Transcript& transcript) {
  return each_chunk(transcript, [](const Stream& stream, const Chunk& chunk) {
    const JsonRef value = chunk.json["model"];
    if (!value.text().empty() || is_filter_chunk(chunk)) return good();
    return broken("a chunk's model is " + kind_name(value), at_chunk(stream, chunk, value));
  });
}

Judgement choices_array(const Transcript& transcript) {
  return each_chunk(transcript, [](const Stream& stream, const Chunk& chunk) {
    const JsonRef value = chunk.json["choices"];
    if (value.is(JsonType::array)) return good();
    return broken("a chunk's choices is " + kind_name(value), at_chunk(stream, chunk, value));
  });
}

Judgement each_choice(
    const Transcript& transcript,
    const std::function<Judgement(const Stream&, const Chunk&, const JsonRef& choice)>& judge) {
  return each_chunk(transcript, [&](const Stream& stream, const Chunk& chunk) {
    for (const JsonRef& choice : chunk.json["choices"].children()) {
      Judgement found = judge(stream, chunk, choice);
      if (found.kind == Judgement::Kind::broken) return found;
    }
    return good();
  });
}

Judgement delta_object(const Transcript& transcript) {
  return each_choice(transcript,
                     [](const Stream& stream, const Chunk& chunk, const JsonRef& choice) {
                       const JsonRef value = choice["delta"];
                       if (value.is(JsonType::object)) return good();
                       return broken("a choice's delta is " + kind_name(value),
                                     at_chunk(stream, chunk, value.present() ? value : choice));
                     });
}

Judgement choice_index(const Transcript& transcript) {
  return each_choice(transcript,
                     [](const Stream& stream, const Chunk& chunk, const JsonRef& choice) {
                       const JsonRef value = choice["index"];
                       if (value.integer() == 0) return good();
                       return broken("one choice was asked for, its index is " + kind_name(value),
                                     at_chunk(stream, chunk, value.present() ? value : choice));
                     });
}

Judgement content_type(const Transcript& transcript) {
  return each_choice(
      transcript, [](const Stream& stream, const Chunk& chunk, const JsonRef& choice) {
        const JsonRef value = choice["delta"]["content"];
        if (value.absent_or_null() || value.is(JsonType::string)) return good();
        return broken("delta.content is " + kind_name(value), at_chunk(stream, chunk, value));
      });
}

Judgement role_first(const Transcript& transcript) {
  return each_stream(transcript, [](const Stream& stream) {
    for (const Chunk& chunk : stream.chunks) {
      const JsonRef delta = chunk.json["choices"].at(0)["delta"];
      if (delta["role"].is(JsonType::string)) return good();
      if (delta["content"].text().empty()) continue;
      return broken("content comes before any delta with a role", at_chunk(stream, chunk, delta));
    }
    return broken("no delta carries a role", at(*stream.exchange));
  });
}

Judgement role_value(const Transcript& transcript) {
  return each_choice(
      transcript, [](const Stream& stream, const Chunk& chunk, const JsonRef& choice) {
        const JsonRef value = choice["delta"]["role"];
        if (value.absent_or_null() || value.text() == "assistant") return good();
        return broken("a delta's role is " + kind_name(value), at_chunk(stream, chunk, value));
      });
}

Judgement role_null(const Transcript& transcript) {
  return each_choice(transcript,
                     [](const Stream& stream, const Chunk& chunk, const JsonRef& choice) {
                       const JsonRef value = choice["delta"]["role"];
                       if (!value.is(JsonType::null)) return good();
                       return broken("a delta's role is null", at_chunk(stream, chunk, value));
                     });
}

Judgement role_repeat(const Transcript& transcript) {
  return each_stream(transcript, [](const Stream& stream) {
    std::size_t count = 0;
    for (const Chunk& chunk : stream.chunks) {
      const JsonRef value = chunk.json["choices"].at(0)["delta"]["role"];
      if (value.is(JsonType::string) && ++count == 3) {
        return broken("the role is repeated in later deltas", at_chunk(stream, chunk, value));
      }
    }
    return good();
  });
}

/// The chunks in which choices end: index of the choice to (chunk, finish_reason).
using Finishes = std::multimap<std::int64_t, std::pair<const Chunk*, JsonRef>>;

Finishes finishes_of(const Stream& stream) {
  Finishes found;
  for (const Chunk& chunk : stream.chunks) {
    for (const JsonRef& choice : chunk.json["choices"].children()) {
      const JsonRef value = choice["finish_reason"];
      const std::string word = value.text();
      if (word.empty() || word == "null") continue;
      found.emplace(choice["index"].integer().value_or(0), std::make_pair(&chunk, value));
    }
  }
  return found;
}

Judgement finish_present(const Transcript& transcript) {
  return each_stream(transcript, [](const Stream& stream) {
    const bool some_choice =
        std::any_of(stream.chunks.begin(), stream.chunks.end(),
                    [](const Chunk& chunk) { return chunk.json["choices"].size() > 0; });
    if (!some_choice || !finishes_of(stream).empty()) return good();
    return broken("no chunk has a finish_reason", at(*stream.exchange));
  });
}

Judgement finish_enum(const Transcript& transcript) {
  return each_stream(transcript, [](const Stream& stream) {
    for (const auto& [index, finish] : finishes_of(stream)) {
      Judgement found =
          judge_finish_reason(finish.second, at_chunk(stream, *finish.first, finish.second));
      if (found.kind == Judgement::Kind::broken) return found;
    }
    return good();
  });
}

Judgement finish_null_before(const Transcript& transcript) {
  return each_choice(
      transcript, [](const Stream& stream, const Chunk& chunk, const JsonRef& choice) {
        const JsonRef value = choice["finish_reason"];
        if (!value.present()) {
          return lesser(Severity::info, "a chunk leaves finish_reason out where null is usual",
                        at_chunk(stream, chunk, choice));
        }
        const std::string word = value.text();
        if (value.is(JsonType::null) || (!word.empty() && word != "null")) return good();
        return broken("finish_reason is " + kind_name(value) + " where null is meant",
                      at_chunk(stream, chunk, value));
      });
}

/// The last chunk with content of each choice.
std::map<std::int64_t, const Chunk*> last_contents(const Stream& stream) {
  std::map<std::int64_t, const Chunk*> found;
  for (const Chunk& chunk : stream.chunks) {
    for (const JsonRef& choice : chunk.json["choices"].children()) {
      if (choice["delta"]["content"].text().empty()) continue;
      found[choice["index"].integer().value_or(0)] = &chunk;
    }
  }
  return found;
}

/// The last chunk with content of a choice that came after its first finish_reason; null when
/// there is none.
const Chunk* late_content(const Stream& stream, const Finishes& finishes) {
  for (const auto& [index, chunk] : last_contents(stream)) {
    const auto finish = finishes.find(index);
    if (finish != finishes.end() && chunk->event > finish->second.first->event) return chunk;
  }
  return nullptr;
}

Judgement after_finish(const Transcript& transcript) {
  return each_stream(transcript, [](const Stream& stream) {
    const Chunk* late = late_content(stream, finishes_of(stream));
    if (late == nullptr) return good();
    return broken("content follows the finish_reason of its choice", at_chunk(stream, *late));
  });
}

Judgement finish_once(const Transcript& transcript) {
  return each_stream(transcript, [](const Stream& stream) {
    const Finishes finishes = finishes_of(stream);
    if (late_content(stream, finishes) != nullptr) return good();  // stream.after-finish
    for (const auto& [index, finish] : finishes) {
      if (finishes.count(index) < 2) continue;
      return broken(std::to_string(finishes.count(index)) + " chunks carry a finish_reason",
                    at_chunk(stream, *finish.first, finish.second));
    }
    return good();
  });
}

Judgement finish_chunk_empty(const Transcript& transcript) {
  return each_stream(transcript, [](const Stream& stream) {
    for (const auto& [index, finish] : finishes_of(stream)) {
      const JsonRef content = finish.first->json["choices"].at(0)["delta"]["content"];
      if (content.text().empty()) continue;
      return broken("the chunk with finish_reason carries text as well",
                    at_chunk(stream, *finish.first, content));
    }
    return good();
  });
}

constexpr std::string_view kSource = "OpenAI API reference, chat completion chunk";

constexpr Rule kRules[] = {
    {"stream.accepted", Severity::must, Need::any, "Streaming requests are served.",
     "OpenAI API reference, create chat completion", "every chat front end",
     "Serve stream: true wherever plain requests are served.", streams_accepted},
    {"stream.no-error", Severity::must, Need::any, "Streams of good requests hold no error.",
     kSource, "answers that break off: BerriAI/litellm#40578",
     "Find out why good requests fail behind a 200.", streams_end_well},
    {"stream.done", Severity::must, Need::any, "A stream ends in data: [DONE].", kSource,
     "front ends spin for ever: diegosouzapw/OmniRoute#6777, waybarrios/vllm-mlx#101, "
     "perplexityai/api-discussion#209",
     "Send data: [DONE] as the last event.", done},
    {"stream.done-once", Severity::should, Need::any, "[DONE] comes once.", kSource,
     "the second is read as data: ray-project/ray#62246", "Send it in one place.", done_once},
    {"stream.done-last", Severity::must, Need::any, "No chunk follows [DONE].", kSource,
     "clients stop reading there: Continuum-AI-Corp/OrcaRouter-Lite#154",
     "Send [DONE] after everything else.", done_last},
    {"stream.done-exact", Severity::should, Need::any, "The end mark is [DONE], exactly.", kSource,
     "clients that compare the text: cline/cline#1786", "Send data: [DONE].", done_exact},
    {"stream.chunk-object", Severity::must, Need::any, "object is \"chat.completion.chunk\".",
     kSource, "AbanteAI/archive-old-cli-mentat#429", "Set object in every chunk.", chunk_object},
    {"stream.id-constant", Severity::must, Need::any, "All chunks of a stream have one id.",
     kSource,
     "clients open a message per token: ggml-org/llama.cpp#5876, microsoft/foundry-local#144, "
     "raullenchai/Rapid-MLX#752",
     "Make the id once per stream.", id_constant},
    {"stream.id-present", Severity::must, Need::any, "Every chunk has an id.", kSource,
     "typed clients refuse: huggingface/text-generation-inference#1782",
     "Send the id in every chunk.", id_present},
    {"stream.created-constant", Severity::should, Need::any,
     "All chunks of a stream have one created.", kSource, "raullenchai/Rapid-MLX#752",
     "Take the time once per stream.", created_constant},
    {"stream.created-int", Severity::must, Need::any, "created is Unix time as an integer.",
     kSource, "0xzr/freellmpool#92", "Send Unix seconds as an integer.", created_int},
    {"stream.model-present", Severity::must, Need::any, "Every chunk names the model.", kSource,
     "ggml-org/llama.cpp#14268", "Send model in every chunk.", model_present},
    {"stream.choices-array", Severity::must, Need::any, "choices is an array in every chunk.",
     kSource, "qualcomm/GenieX#801", "Send choices: [] where there is no choice.", choices_array},
    {"stream.delta-object", Severity::must, Need::any, "Every choice of a chunk has a delta.",
     kSource, "AttributeError: microsoft/autogen#6465, perplexityai/api-discussion#209",
     "Send delta: {} where there is nothing to add.", delta_object},
    {"stream.choice-index-stable", Severity::must, Need::any, "The only choice has index 0.",
     kSource, "typed SDKs assemble hundreds of choices: microsoft/foundry-local#144",
     "index numbers the choice, not the chunk.", choice_index},
    {"stream.role-first", Severity::should, Need::any, "The first delta carries the role.", kSource,
     "accumulator KeyError: tensorzero/tensorzero#1265, langwatch/langwatch#6196",
     "Send role: assistant in the first delta.", role_first},
    {"stream.role-value", Severity::must, Need::any, "A delta's role is assistant.", kSource,
     "validation errors, lost tool calls: MiniMax-AI/MiniMax-M2.5#2, anomalyco/opencode#28427, "
     "langchain-ai/langchainjs#11470",
     "Send assistant, or leave role out.", role_value},
    {"stream.role-null", Severity::info, Need::any, "Deltas leave role out instead of null.",
     kSource,
     "strict schemas: lemonade-sdk/lemonade#350, Effect-TS/effect#8333, "
     "mistralai/mistral-vibe#795",
     "Leave the key out.", role_null},
    {"stream.role-repeat", Severity::info, Need::any, "The role is sent once.", kSource,
     "RooCodeInc/Roo-Code#1227", "Send role in the first delta only.", role_repeat},
    {"stream.content-type", Severity::must, Need::any, "delta.content is a string or null.",
     kSource, "vercel/ai#17779", "Join parts to one string.", content_type},
    {"stream.content-delta", Severity::must, Need::text, "Deltas carry only what is new.", kSource,
     "duplicated text: perplexityai/api-discussion#209", "Send the difference to the delta before.",
     content_is_new},
    {"stream.no-dup", Severity::should, Need::text, "No delta is sent twice.", kSource,
     "doubled words: openclaw/openclaw#1284", "Flush each delta once.", deltas_are_sent_once},
    {"stream.finish-present", Severity::must, Need::any, "A chunk has a finish_reason.", kSource,
     "truncated answers taken as whole: LibreChat-AI/agents#493, CommandCodeAI/command-code#785",
     "Send a last chunk with finish_reason.", finish_present},
    {"stream.finish-enum", Severity::must, Need::any,
     "finish_reason is stop, length, tool_calls, content_filter or function_call.", kSource,
     "huggingface/text-generation-inference#1724, BerriAI/litellm#12481",
     "Map the engine's own words to OpenAI's.", finish_enum},
    {"stream.finish-null-before", Severity::must, Need::any,
     "finish_reason is null until the choice ends.", kSource,
     "\"Unknown ChatFinishReason\", or never ends: sgl-project/sglang#3912, ollama/ollama#4357, "
     "qualcomm/GenieX#1243, PowerShell/AIShell#350",
     "Send null.", finish_null_before},
    {"stream.finish-once", Severity::should, Need::any, "finish_reason comes once per choice.",
     kSource, "clients that end at the first", "Send it in the last chunk of the choice.",
     finish_once},
    {"stream.after-finish", Severity::must, Need::any, "No content follows finish_reason.", kSource,
     "the rest of the answer is lost", "Send finish_reason after the last delta.", after_finish},
    {"stream.finish-chunk-empty", Severity::info, Need::any,
     "The chunk with finish_reason carries no text.", kSource,
     "some clients drop it: vllm-project/vllm#36944", "Send the last text in a chunk of its own.",
     finish_chunk_empty},
    {"stream.equals-nonstream", Severity::should, Need::text,
     "A stream loses no piece of the text.", kSource, "BerriAI/litellm#18842",
     "Flush the decoder's last piece before finish_reason.", loses_nothing},
    {"stream.error-shape", Severity::must, Need::any, "Errors in a stream are error objects.",
     kSource,
     "empty success or a hang: EricLBuehler/mistral.rs#1874, vllm-project/vllm#40986, "
     "BerriAI/litellm#40578, comet-ml/opik#1138",
     "Send data: {\"error\":{\"message\":…}} and close.", error_is_object},
    {"stream.error-status-first", Severity::should, Need::any,
     "Bad streaming requests are refused by status.", kSource, "BerriAI/litellm#25505",
     "Check the request before sending the head.", error_by_status},
};

}  // namespace

std::span<const Rule> stream_rules() {
  return kRules;
}

}  // namespace arouter::validate
