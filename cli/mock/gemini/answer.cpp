#include "cli/mock/gemini/answer.hpp"

#include "cli/mock/json_out.hpp"
#include "cli/mock/seal.hpp"
#include "cli/mock/words.hpp"

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

void append_count(std::string& out, std::string_view key, std::int64_t count) {
  if (count == 0) return;
  if (out.back() != '{') out += ',';
  append_member(out, key, count);
}

/// The response behind its candidates.
void append_ending(std::string& out, const Answer& answer, const Stamp& stamp, const Told& told) {
  out += R"(],"usageMetadata":{)";
  append_count(out, R"("promptTokenCount":)", answer.prompt_tokens);
  append_count(out, R"("candidatesTokenCount":)", told.texts);
  append_count(out, R"("totalTokenCount":)", answer.prompt_tokens + told.texts + told.thoughts);
  append_count(out, R"("cachedContentTokenCount":)", answer.cached_tokens);
  append_member(out, R"(,"promptTokensDetails":[{"modality":"TEXT","tokenCount":)",
                answer.prompt_tokens);
  out += "}]";
  append_count(out, R"("thoughtsTokenCount":)", told.thoughts);
  append_member(out, R"(},"modelVersion":)", answer.model);
  append_member(out, R"(,"responseId":)", stamp.id);
  out += '}';
}

void append_candidate(std::string& out, std::string_view parts, std::string_view finish_reason,
                      std::size_t index) {
  out += '{';
  if (!parts.empty()) {
    out += R"("content":{"parts":[)";
    out += parts;
    out += R"(],"role":"model"})";
  }
  if (!finish_reason.empty()) {
    append_member(out, parts.empty() ? R"("finishReason":)" : R"(,"finishReason":)", finish_reason);
  }
  if (index > 0) append_member(out, R"(,"index":)", static_cast<std::int64_t>(index));
  out += '}';
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
    append_member(part, R"({"text":)", text);
    if (thought) return part + R"(,"thought":true})";
    return finish(std::move(part));
  }

  /// "" when the call was cut: half of its arguments are no JSON.
  std::string spell_call(const Block& block, std::size_t choice, std::size_t index) {
    if (!block.whole) return {};
    std::string part;
    append_member(part, R"({"functionCall":{"name":)", block.name);
    part += R"(,"args":)" + block.text;
    append_member(part, R"(,"id":)", block_id("", stamp_, choice, index));
    return finish(part + '}');
  }

 private:
  std::string finish(std::string part) {
    if (!seal_.empty()) append_member(part, R"(,"thoughtSignature":)", seal_);
    seal_.clear();
    return part + '}';
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
    event += R"({"candidates":[)";
    append_candidate(event, held_, reason, choice);
    append_ending(event, answer(), stamp(), held_told_);
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
  std::string out = R"({"candidates":[)";
  for (std::size_t i = 0; i < answer.choices.size(); ++i) {
    if (i > 0) out += ',';
    append_candidate(out, spell_parts(answer, stamp, i), finish_reason(answer.choices[i]), i);
  }
  append_ending(out, answer, stamp, all_of(answer));
  return out;
}

std::unique_ptr<EventStream> stream_events(Answer answer, const Stamp& stamp) {
  return std::make_unique<ContentStream>(std::move(answer), stamp, Framing::events);
}

std::unique_ptr<EventStream> stream_array(Answer answer, const Stamp& stamp) {
  return std::make_unique<ContentStream>(std::move(answer), stamp, Framing::array);
}

std::string encode_count(std::int64_t tokens) {
  std::string out;
  append_member(out, R"({"totalTokens":)", tokens);
  append_member(out, R"(,"promptTokensDetails":[{"modality":"TEXT","tokenCount":)", tokens);
  return out + "}]}";
}

}  // namespace arouter::mock::gemini
