#include "cli/mock/responses/response_object.hpp"

#include "cli/mock/json_out.hpp"
#include "cli/mock/seal.hpp"
#include "cli/mock/words.hpp"

namespace arouter::mock::responses {

namespace {

void append_usage(std::string& out, const Answer& answer) {
  append_member(out, R"("usage":{"input_tokens":)", answer.prompt_tokens);
  append_member(out, R"(,"input_tokens_details":{"cached_tokens":)", answer.cached_tokens);
  append_member(out, R"(},"output_tokens":)", answer.completion_tokens);
  append_member(out, R"(,"output_tokens_details":{"reasoning_tokens":)", answer.reasoning_tokens);
  append_member(out, R"(},"total_tokens":)", answer.prompt_tokens + answer.completion_tokens);
  out += '}';
}

void append_reasoning(std::string& out, const Answer& answer, const Block& block, Stage stage) {
  const bool ended = stage == Stage::ended;
  out += R"("type":"reasoning","summary":[)";
  if (ended && answer.reasoning.shown) append_summary_part(out, block.text);
  out += ']';
  if (ended && answer.reasoning.encrypted) {
    append_member(out, R"(,"encrypted_content":)", make_seal(hash_text(block.text)));
  }
}

void append_message(std::string& out, const Block& block, std::string_view status, Stage stage) {
  append_member(out, R"("type":"message","status":)", status);
  out += R"(,"role":"assistant","content":[)";
  if (stage == Stage::ended) append_text_part(out, block.text);
  out += ']';
}

}  // namespace

bool is_incomplete(const Answer& answer) {
  return answer.choices[0].finish == Finish::length;
}

std::string item_id(const Answer& answer, const Stamp& stamp, std::size_t block) {
  switch (answer.choices[0].blocks[block].kind) {
    case BlockKind::reasoning:
      return block_id("rs_", stamp, 0, block);
    case BlockKind::call:
      return block_id("fc_", stamp, 0, block);
    case BlockKind::text:
      break;
  }
  return block_id("msg_", stamp, 0, block);
}

void append_text_part(std::string& out, std::string_view text) {
  append_member(out, R"({"type":"output_text","text":)", text);
  out += R"(,"annotations":[],"logprobs":[]})";
}

void append_summary_part(std::string& out, std::string_view text) {
  append_member(out, R"({"type":"summary_text","text":)", text);
  out += '}';
}

void append_item(std::string& out, const Answer& answer, const Stamp& stamp, std::size_t index,
                 Stage stage) {
  const std::vector<Block>& blocks = answer.choices[0].blocks;
  const Block& block = blocks[index];
  const bool cut = is_incomplete(answer) && index + 1 == blocks.size();
  const std::string_view status = stage == Stage::begun ? "in_progress"
                                  : cut                 ? "incomplete"
                                                        : "completed";
  append_member(out, R"({"id":)", item_id(answer, stamp, index));
  out += ',';
  switch (block.kind) {
    case BlockKind::reasoning:
      append_reasoning(out, answer, block, stage);
      break;
    case BlockKind::text:
      append_message(out, block, status, stage);
      break;
    case BlockKind::call:
      append_member(out, R"("type":"function_call","status":)", status);
      append_member(out, R"(,"call_id":)", block_id("call_", stamp, 0, index));
      append_member(out, R"(,"name":)", block.name);
      append_member(out, R"(,"arguments":)",
                    stage == Stage::ended ? std::string_view(block.text) : std::string_view());
      break;
  }
  out += '}';
}

void append_response(std::string& out, const Answer& answer, const Stamp& stamp, Stage stage) {
  const bool ended = stage == Stage::ended;
  const std::string_view status = !ended                  ? "in_progress"
                                  : is_incomplete(answer) ? "incomplete"
                                                          : "completed";
  out += R"({"id":"resp_)" + stamp.id;
  append_member(out, R"(","object":"response","created_at":)", stamp.created);
  append_member(out, R"(,"status":)", status);
  out += R"(,"background":false,"error":null,"incomplete_details":)";
  out += status == "incomplete" ? R"({"reason":"max_output_tokens"})" : "null";
  append_member(out, R"(,"model":)", answer.model);
  out += R"(,"service_tier":"default","top_logprobs":0,)" + answer.echo + R"("output":[)";
  for (std::size_t i = 0; ended && i < answer.choices[0].blocks.size(); ++i) {
    if (i > 0) out += ',';
    append_item(out, answer, stamp, i, stage);
  }
  out += "],";
  if (ended) {
    append_usage(out, answer);
  } else {
    out += R"("usage":null)";
  }
  out += '}';
}

}  // namespace arouter::mock::responses
