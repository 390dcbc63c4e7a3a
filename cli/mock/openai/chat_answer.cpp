#include "cli/mock/openai/chat_answer.hpp"

#include "cli/mock/openai/chat_parts.hpp"

namespace arouter::mock::openai {

namespace {

/// `"content":…` with the comma behind it, after the thoughts.
void append_texts(std::string& out, const Choice& choice) {
  const Block* text = nullptr;
  bool calls = false;
  for (const Block& block : choice.blocks) {
    calls = calls || block.kind == BlockKind::call;
    if (block.kind == BlockKind::text) text = &block;
    if (block.kind != BlockKind::reasoning) continue;
    append_member(out, R"("reasoning_content":)", block.text);
    out += ',';
  }
  if (calls) {
    out += R"("content":null,)";
    return;
  }
  append_member(out, R"("content":)", text == nullptr ? std::string_view() : text->text);
  out += ',';
}

void append_calls(std::string& out, const Choice& choice, std::size_t index, const Stamp& stamp) {
  std::size_t calls = 0;
  for (const Block& block : choice.blocks) {
    if (block.kind != BlockKind::call) continue;
    out += calls == 0 ? R"(,"tool_calls":[{)" : ",{";
    append_tool_call(out, block_id("call_", stamp, index, calls++), block.name, block.text);
    out += '}';
  }
  if (calls > 0) out += ']';
}

void append_choice(std::string& out, const Answer& answer, std::size_t index, const Stamp& stamp) {
  append_member(out, R"({"index":)", static_cast<std::int64_t>(index));
  out += R"(,"message":{"role":"assistant",)";
  const Choice& choice = answer.choices[index];
  append_texts(out, choice);
  out += R"("refusal":null)";
  append_calls(out, choice, index, stamp);
  out += R"(},"logprobs":null,"finish_reason":")";
  out += finish_reason(choice.finish);
  out += R"("})";
}

}  // namespace

std::string encode_chat(const Answer& answer, const Stamp& stamp) {
  std::string out = encode_opening(answer, stamp, "chat.completion");
  out.reserve(1'024);  // most answers
  for (std::size_t i = 0; i < answer.choices.size(); ++i) {
    if (i > 0) out += ',';
    append_choice(out, answer, i, stamp);
  }
  out += "],";
  append_usage(out, answer);
  out += '}';
  return out;
}

}  // namespace arouter::mock::openai
