#include "shared/formats/gemini/reply.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/chat/shorten.hpp"
#include "shared/errors/provider_error.hpp"
#include "shared/formats/answer_model.hpp"
#include "shared/formats/gemini/facts.hpp"
#include "shared/formats/gemini/fields.hpp"
#include "shared/formats/gemini/parts.hpp"
#include "shared/formats/gemini/signature.hpp"
#include "shared/formats/reply_losses.hpp"

namespace arouter::gemini {

namespace {

using chat::Choice;
using chat::FinishReason;
using chat::Part;
using chat::Reply;

struct ReasonRow {
  std::string_view word;
  FinishReason reason;
};
constexpr std::array<ReasonRow, 13> kReasons{
    {{"STOP", FinishReason::stop},
     {"MAX_TOKENS", FinishReason::length},
     {"SAFETY", FinishReason::content_filter},
     {"RECITATION", FinishReason::content_filter},
     {"LANGUAGE", FinishReason::content_filter},
     {"BLOCKLIST", FinishReason::content_filter},
     {"PROHIBITED_CONTENT", FinishReason::content_filter},
     {"SPII", FinishReason::content_filter},
     {"IMAGE_SAFETY", FinishReason::content_filter},
     {"IMAGE_PROHIBITED_CONTENT", FinishReason::content_filter},
     {"IMAGE_RECITATION", FinishReason::content_filter},
     {"FINISH_REASON_UNSPECIFIED", FinishReason::none},
     {"", FinishReason::none}}};

/// Members of a candidate that are read, or tell a client nothing.
constexpr std::array<std::string_view, 8> kRead{"content",       "finishReason",  "index",
                                                "safetyRatings", "avgLogprobs",   "tokenCount",
                                                "finishMessage", "logprobsResult"};

/// The model made something that is no answer, and the rest of it is missing.
constexpr std::array<std::string_view, 5> kBreaks{"MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE",
                                                  "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
                                                  "MISSING_THOUGHT_SIGNATURE"};

Error malformed(std::string detail) {
  return upstream_error(ErrorKind::upstream_malformed,
                        "the provider's answer is not a Gemini response", std::move(detail));
}

/// Drops texts that say nothing; returns whether there are calls.
bool tidy(std::vector<Part>& parts, std::string_view response_id, std::size_t& number) {
  std::erase_if(parts, [](const Part& part) {
    const auto* text = std::get_if<chat::Text>(&part);
    if (text != nullptr) return text->text.empty() && text->signature.bytes.empty();
    const auto* thinking = std::get_if<chat::Thinking>(&part);
    return thinking != nullptr && thinking->text.empty() && thinking->signature.bytes.empty();
  });
  bool has_calls = false;
  for (Part& part : parts) {
    auto* call = std::get_if<chat::ToolCall>(&part);
    if (call == nullptr) continue;
    has_calls = true;
    if (call->id.empty()) call->id = made_up_id(response_id, call->name + call->arguments, number);
    ++number;
  }
  return has_calls;
}

Result<Choice> decode_candidate(const JsonItem& candidate, Reply& reply, std::size_t& calls) {
  Choice choice;
  choice.index = candidate["index"].count().value_or(0);
  Result<std::vector<Part>> parts = decode_candidate_parts(candidate, reply.losses);
  if (!parts) return parts.error();
  choice.parts = std::move(*parts);
  const bool has_calls = tidy(choice.parts, reply.id, calls);
  choice.finish = decode_finish(candidate["finishReason"].text(), has_calls);
  choice.logprobs = decode_logprobs(candidate["logprobsResult"]);
  return choice;
}

Result<Reply> decode_object(const JsonItem& root) {
  Reply reply;
  reply.id = root["responseId"].text();
  reply.model = root["modelVersion"].text();
  reply.usage = decode_usage(root["usageMetadata"]);
  for (const JsonItem candidate : root["candidates"]) {
    if (std::optional<Error> broken = find_break(candidate["finishReason"].text())) return *broken;
  }
  std::size_t calls = 0;
  Result<void> good =
      for_each_in(root["candidates"], "candidates", [&](const JsonItem& each) -> Result<void> {
        Result<Choice> choice = decode_candidate(each, reply, calls);
        if (!choice) return choice.error();
        reply.choices.push_back(std::move(*choice));
        return {};
      });
  if (!good) return malformed(told(good.error()).message);
  if (reply.choices.empty() && root["promptFeedback"]["blockReason"].is_set()) {
    Choice blocked;
    blocked.finish = FinishReason::content_filter;
    reply.choices.push_back(std::move(blocked));
  }
  if (reply.choices.empty()) return malformed("no candidates");
  return reply;
}

void write_part(JsonWriter& out, const Part& part, bool thoughts) {
  if (const auto* text = std::get_if<chat::Text>(&part)) {
    write_text(out, text->text, false, encode_thought_signature(text->signature));
  } else if (const auto* refusal = std::get_if<chat::Refusal>(&part)) {
    write_text(out, refusal->text, false, "");
  } else if (const auto* thinking = std::get_if<chat::Thinking>(&part)) {
    if (!thoughts && thinking->signature.bytes.empty()) return;
    write_text(out, thinking->text, true,
               encode_thought_signature(thinking->signature, thinking->redacted));
  } else if (const auto* call = std::get_if<chat::ToolCall>(&part)) {
    write_call(out, *call, encode_thought_signature(call->signature));
  } else if (const auto* media = std::get_if<chat::Media>(&part)) {
    write_media(out, *media);
  }
}

bool refuses_in_words(const std::vector<Part>& parts) {
  return std::any_of(parts.begin(), parts.end(), [](const Part& part) {
    const auto* refusal = std::get_if<chat::Refusal>(&part);
    return refusal != nullptr && !refusal->text.empty();
  });
}

void write_choice(JsonWriter& out, const Choice& choice, bool thoughts, chat::Losses& losses) {
  out.begin_object().begin_object("content").begin_array("parts");
  if (choice.parts.empty()) write_text(out, "", false, "");
  for (const Part& part : choice.parts) write_part(out, part, thoughts);
  out.end_array().string("role", "model").end_object();
  note_finish(choice.finish, losses);
  out.string("finishReason", encode_finish(choice.finish, refuses_in_words(choice.parts)));
  if (choice.index != 0) out.number("index", choice.index);
  out.raw_if("logprobsResult", encode_logprobs(choice.logprobs));
  out.end_object();
}

}  // namespace

Result<Reply> decode_reply(std::string_view body) {
  const Result<JsonDoc> doc = JsonDoc::read(body);
  if (!doc) return malformed(doc.error().message);
  const JsonItem root = doc->root();
  const bool is_list = root.is_array() && !root.empty();
  const JsonItem item = is_list ? *root.begin() : root;
  if (!item.is_object()) return malformed("no object");
  if (item["error"].is_set()) return error_in_answer(body);
  return decode_object(item);
}

std::string encode_reply(const Reply& reply, const AnswerSpelling& spelling, chat::Losses& losses) {
  std::string body;
  JsonWriter out(body);
  out.begin_object().begin_array("candidates");
  const bool thoughts = shows_thoughts(spelling);
  for (const Choice& choice : reply.choices) write_choice(out, choice, thoughts, losses);
  out.end_array();
  if (reply.usage) write_usage(out, *reply.usage);
  write_names(out, answer_model(reply.model, spelling),
              reply.id.empty() ? spelling.request_id : reply.id);
  out.end_object();
  return body;
}

FinishReason decode_finish(std::string_view reason, bool has_calls) {
  FinishReason finish = FinishReason::stop;  // OTHER, and reasons yet to come
  for (const ReasonRow& row : kReasons) {
    if (row.word == reason) finish = row.reason;
  }
  return finish == FinishReason::stop && has_calls ? FinishReason::tool_calls : finish;
}

std::optional<Error> find_break(std::string_view reason) {
  if (std::find(kBreaks.begin(), kBreaks.end(), reason) == kBreaks.end()) return std::nullopt;
  return upstream_error(ErrorKind::upstream_malformed,
                        "the model broke its answer off: " + std::string(reason));
}

std::string_view encode_finish(FinishReason reason, bool refused) {
  switch (reason) {
    case FinishReason::none:
      return "OTHER";
    case FinishReason::stop:
    case FinishReason::stop_sequence:
    case FinishReason::tool_calls:
    case FinishReason::pause:
      return "STOP";
    case FinishReason::length:
    case FinishReason::context_length:
      return "MAX_TOKENS";
    case FinishReason::refusal:
      return refused ? "STOP" : "SAFETY";
    case FinishReason::content_filter:
      return "SAFETY";
    case FinishReason::malformed_call:
      break;
  }
  return "MALFORMED_FUNCTION_CALL";
}

void note_finish(FinishReason reason, chat::Losses& losses) {
  if (reason == FinishReason::pause) losses.add("reply.finish_reason.pause");
}

Result<std::vector<Part>> decode_candidate_parts(const JsonItem& candidate, chat::Losses& losses) {
  for (const JsonItem member : candidate) note_unread(member, kRead, losses);
  chat::Losses noted;
  Result<std::vector<Part>> parts = decode_parts(candidate["content"]["parts"], noted);
  if (!parts) return inside("content", parts.error());
  add_reply_losses(losses, noted, "contents.parts.");
  return parts;
}

std::string made_up_id(std::string_view response_id, std::string_view call, std::size_t number) {
  // Of what the answer says, so that it has the same ids whole and streamed.
  return "call_" + chat::fingerprint(response_id.empty() ? call : response_id) + "_" +
         std::to_string(number);
}

std::optional<Usage> decode_usage(const JsonItem& usage) {
  const std::string_view text = usage.raw();
  return decode_usage(text, JsonValue{usage.type(), 0, text.size()});
}

void write_usage(JsonWriter& out, const Usage& usage) {
  const auto number_if = [&](std::string_view name, std::int64_t count) {
    if (count > 0) out.number(name, count);
  };
  out.begin_object("usageMetadata");
  number_if("promptTokenCount", usage.input_tokens);
  number_if("candidatesTokenCount", usage.output_tokens - usage.reasoning_tokens);
  number_if("totalTokenCount", usage.input_tokens + usage.output_tokens);
  number_if("cachedContentTokenCount", usage.cached_input_tokens);
  number_if("thoughtsTokenCount", usage.reasoning_tokens);
  out.end_object();
}

void write_names(JsonWriter& out, std::string_view model, std::string_view id) {
  out.string_if("modelVersion", model).string_if("responseId", id);
}

bool shows_thoughts(const AnswerSpelling& spelling) {
  return spelling.request == nullptr || spelling.request->reasoning.include.value_or(false);
}

}  // namespace arouter::gemini
