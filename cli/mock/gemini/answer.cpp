#include "cli/mock/gemini/answer.hpp"

#include "cli/mock/seal.hpp"
#include "cli/mock/words.hpp"
#include "shared/json_writer.hpp"

namespace arouter::mock::gemini {

namespace {

/// Tokens told so far.
struct Told {
  std::int64_t thoughts = 0;
  std::int64_t texts = 0;
};

Told all_of(const Answer& answer) {
  return {answer.reasoning_tokens, answer.completion_tokens - answer.reasoning_tokens};
}

void write_count(JsonWriter& out, std::string_view key, std::int64_t count) {
  if (count != 0) out.number(key, count);
}

void write_prompt_details(JsonWriter& out, std::int64_t tokens) {
  out.begin_array("promptTokensDetails").begin_object();
  out.string("modality", "TEXT").number("tokenCount", tokens).end_object().end_array();
}

/// A response's members behind its candidates.
void write_ending(JsonWriter& out, const Answer& answer, const Stamp& stamp, const Told& told) {
  out.begin_object("usageMetadata");
  write_count(out, "promptTokenCount", answer.prompt_tokens);
  write_count(out, "candidatesTokenCount", told.texts);
  write_count(out, "totalTokenCount", answer.prompt_tokens + told.texts + told.thoughts);
  write_count(out, "cachedContentTokenCount", answer.cached_tokens);
  write_prompt_details(out, answer.prompt_tokens);
  write_count(out, "thoughtsTokenCount", told.thoughts);
  out.end_object().string("modelVersion", answer.model).string("responseId", stamp.id);
}

/// `parts`: JSON texts with commas between them, "" for none.
void write_candidate(JsonWriter& out, const std::string& parts, std::string_view finish_reason,
                     std::size_t index) {
  out.begin_object();
  if (!parts.empty()) {
    out.begin_object("content").raw("parts", "[" + parts + "]");
    out.string("role", "model").end_object();
  }
  out.string_if("finishReason", finish_reason);
  write_count(out, "index", static_cast<std::int64_t>(index));
  out.end_object();
}

std::string_view finish_reason(const Choice& choice) {
  return choice.finish == Finish::length ? "MAX_TOKENS" : "STOP";
}

/// Spells the blocks of one choice as parts; the first one behind the thoughts is sealed.
class PartSpeller {
 public:
  PartSpeller(const Answer& answer, const Stamp& stamp) : answer_(answer), stamp_(stamp) {}

  /// A part of a text or a thought; "" when the client is not to see it.
  std::string spell_text(const Block& block, std::string_view text) {
    const bool thought = block.kind == BlockKind::reasoning;
    if (thought) seal_ = make_seal(hash_text(block.text));
    if (thought && !answer_.reasoning.shown) return {};
    std::string part;
    JsonWriter out(part);
    out.begin_object().string("text", text);
    if (thought) {
      out.boolean("thought", true);
    } else {
      write_seal(out);
    }
    out.end_object();
    return part;
  }

  /// "" when the call was cut: half of its arguments are no JSON.
  std::string spell_call(const Block& block, std::size_t choice, std::size_t index) {
    if (!block.whole) return {};
    std::string part;
    JsonWriter out(part);
    out.begin_object().begin_object("functionCall").string("name", block.name);
    out.raw("args", block.text).string("id", block_id("", stamp_, choice, index)).end_object();
    write_seal(out);
    out.end_object();
    return part;
  }

 private:
  void write_seal(JsonWriter& out) {
    out.string_if("thoughtSignature", seal_);
    seal_.clear();
  }

  const Answer& answer_;
  const Stamp& stamp_;
  std::string seal_;
};

std::string spell_parts(const Answer& answer, const Stamp& stamp, std::size_t choice) {
  PartSpeller speller(answer, stamp);
  std::string parts;
  const std::vector<Block>& blocks = answer.choices[choice].blocks;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const bool call = blocks[i].kind == BlockKind::call;
    const std::string part = call ? speller.spell_call(blocks[i], choice, i)
                                  : speller.spell_text(blocks[i], blocks[i].text);
    if (part.empty()) continue;
    if (!parts.empty()) parts += ',';
    parts += part;
  }
  return parts;
}

/// How the responses of a stream are put in a row.
enum class Framing : std::uint8_t { events, array };

class ContentStream : public BlockStream {
 public:
  ContentStream(Answer answer, const Stamp& stamp, Framing framing)
      : BlockStream(std::move(answer), stamp),
        speller_(this->answer(), this->stamp()),
        framing_(framing) {}

 private:
  void tell(const Step& step) override {
    switch (step.kind) {
      case Step::Kind::begin:
      case Step::Kind::open:
        return;
      case Step::Kind::piece:
        ++(block_of(step).kind == BlockKind::reasoning ? now_.thoughts : now_.texts);
        if (block_of(step).kind == BlockKind::call) return;
        return hold(speller_.spell_text(block_of(step), step.piece), step.choice);
      case Step::Kind::close:
        if (block_of(step).kind != BlockKind::call) return;
        return hold(speller_.spell_call(block_of(step), step.choice, step.block), step.choice);
      case Step::Kind::finish:
        held_told_ = now_;
        return emit_held(finish_reason(answer().choices[step.choice]), step.choice, step.last);
    }
  }

  /// A part waits until it is known whether it is the last one.
  void hold(std::string part, std::size_t choice) {
    if (part.empty()) return;
    if (!held_.empty()) emit_held({}, choice, false);
    held_ = std::move(part);
    held_told_ = now_;
  }

  void emit_held(std::string_view reason, std::size_t choice, bool last) {
    std::string event = framing_ == Framing::events ? "data: " : begun_ ? ",\r\n" : "[";
    begun_ = true;
    JsonWriter out(event);
    out.begin_object().begin_array("candidates");
    write_candidate(out, held_, reason, choice);
    out.end_array();
    write_ending(out, answer(), stamp(), held_told_);
    out.end_object();
    held_.clear();
    if (framing_ == Framing::events) {
      event += "\r\n\r\n";
    } else if (last) {
      event += ']';
    }
    emit(std::move(event));
  }

  PartSpeller speller_;
  Framing framing_;
  std::string held_;
  Told held_told_;
  Told now_;
  bool begun_ = false;
};

}  // namespace

std::string encode(const Answer& answer, const Stamp& stamp) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().begin_array("candidates");
  for (std::size_t i = 0; i < answer.choices.size(); ++i) {
    write_candidate(out, spell_parts(answer, stamp, i), finish_reason(answer.choices[i]), i);
  }
  out.end_array();
  write_ending(out, answer, stamp, all_of(answer));
  out.end_object();
  return text;
}

std::unique_ptr<EventStream> stream_events(Answer answer, const Stamp& stamp) {
  return std::make_unique<ContentStream>(std::move(answer), stamp, Framing::events);
}

std::unique_ptr<EventStream> stream_array(Answer answer, const Stamp& stamp) {
  return std::make_unique<ContentStream>(std::move(answer), stamp, Framing::array);
}

std::string encode_count(std::int64_t tokens) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().number("totalTokens", tokens);
  write_prompt_details(out, tokens);
  out.end_object();
  return text;
}

}  // namespace arouter::mock::gemini
