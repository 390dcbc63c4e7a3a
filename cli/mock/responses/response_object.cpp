#include "cli/mock/responses/response_object.hpp"

#include "cli/mock/seal.hpp"
#include "cli/mock/words.hpp"

namespace arouter::mock::responses {

namespace {

void write_usage(JsonWriter& out, const Answer& answer) {
  out.begin_object("usage").number("input_tokens", answer.prompt_tokens);
  out.begin_object("input_tokens_details")
      .number("cached_tokens", answer.cached_tokens)
      .end_object();
  out.number("output_tokens", answer.completion_tokens);
  out.begin_object("output_tokens_details")
      .number("reasoning_tokens", answer.reasoning_tokens)
      .end_object();
  out.number("total_tokens", answer.prompt_tokens + answer.completion_tokens).end_object();
}

void write_reasoning(JsonWriter& out, const Answer& answer, const Block& block, Stage stage) {
  const bool ended = stage == Stage::ended;
  out.string("type", "reasoning").begin_array("summary");
  if (ended && answer.reasoning.shown) write_summary_part(out, block.text);
  out.end_array();
  if (ended && answer.reasoning.encrypted) {
    out.string("encrypted_content", make_seal(hash_text(block.text)));
  }
}

void write_message(JsonWriter& out, const Block& block, std::string_view status, Stage stage) {
  out.string("type", "message").string("status", status).string("role", "assistant");
  out.begin_array("content");
  if (stage == Stage::ended) write_text_part(out, block.text);
  out.end_array();
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

void write_text_part(JsonWriter& out, std::string_view text) {
  out.begin_object().string("type", "output_text").string("text", text);
  out.begin_array("annotations").end_array().begin_array("logprobs").end_array().end_object();
}

void write_summary_part(JsonWriter& out, std::string_view text) {
  out.begin_object().string("type", "summary_text").string("text", text).end_object();
}

void write_item(JsonWriter& out, const Answer& answer, const Stamp& stamp, std::size_t index,
                Stage stage) {
  const std::vector<Block>& blocks = answer.choices[0].blocks;
  const Block& block = blocks[index];
  const bool cut = is_incomplete(answer) && index + 1 == blocks.size();
  const std::string_view status = stage == Stage::begun ? "in_progress"
                                  : cut                 ? "incomplete"
                                                        : "completed";
  out.begin_object().string("id", item_id(answer, stamp, index));
  switch (block.kind) {
    case BlockKind::reasoning:
      write_reasoning(out, answer, block, stage);
      break;
    case BlockKind::text:
      write_message(out, block, status, stage);
      break;
    case BlockKind::call:
      out.string("type", "function_call")
          .string("status", status)
          .string("call_id", block_id("call_", stamp, 0, index))
          .string("name", block.name)
          .string("arguments", stage == Stage::ended ? block.text : std::string_view());
      break;
  }
  out.end_object();
}

void write_response(JsonWriter& out, const Answer& answer, const Stamp& stamp, Stage stage) {
  const bool ended = stage == Stage::ended;
  const bool incomplete = ended && is_incomplete(answer);
  out.begin_object().string("id", "resp_" + stamp.id).string("object", "response");
  out.number("created_at", stamp.created);
  out.string("status", incomplete ? "incomplete" : ended ? "completed" : "in_progress");
  out.boolean("background", false).null("error");
  if (incomplete) {
    out.begin_object("incomplete_details").string("reason", "max_output_tokens").end_object();
  } else {
    out.null("incomplete_details");
  }
  out.string("model", answer.model).string("service_tier", "default").number("top_logprobs", 0);
  for (const EchoedMember& member : answer.echo) out.raw(member.name, member.json);
  out.begin_array("output");
  for (std::size_t i = 0; ended && i < answer.choices[0].blocks.size(); ++i) {
    write_item(out, answer, stamp, i, stage);
  }
  out.end_array();
  if (ended) {
    write_usage(out, answer);
  } else {
    out.null("usage");
  }
  out.end_object();
}

}  // namespace arouter::mock::responses
