#include "shared/formats/openai/reply.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/chat/messages.hpp"
#include "shared/errors/provider_error.hpp"
#include "shared/formats/answer_model.hpp"
#include "shared/formats/error_message.hpp"
#include "shared/formats/openai/reasoning.hpp"
#include "shared/formats/openai/request.hpp"
#include "shared/formats/openai/usage.hpp"
#include "shared/formats/reply_losses.hpp"
#include "shared/json_writer.hpp"

namespace arouter::openai {

namespace {

using chat::Choice;
using chat::FinishReason;
using chat::Losses;
using chat::Part;
using chat::Reply;

/// Members of a message that are read, or mean nothing.
constexpr std::array<std::string_view, 11> kRead{
    "role",      "content",           "tool_calls",    "refusal", "reasoning_content",
    "reasoning", "reasoning_details", "function_call", "images",  "name",
    "id"};

struct Beside {
  std::string_view name;
  std::string_view loss;
};
constexpr std::array<Beside, 4> kBeside{{{"citations", "reply.citations"},
                                         {"search_results", "reply.search_results"},
                                         {"related_questions", "reply.related_questions"},
                                         {"images", "reply.images"}}};

Error malformed(std::string detail) {
  return upstream_error(ErrorKind::upstream_malformed,
                        "the provider's answer is no chat completion", std::move(detail));
}

template <class Kind>
bool holds(const std::vector<Part>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [](const Part& part) { return std::holds_alternative<Kind>(part); });
}

Result<Choice> decode_choice(const JsonItem& item, const Place& place, Losses& losses) {
  if (!item["message"].is_object()) return malformed(place.text() + " has no message");
  const std::string finish = item["finish_reason"].text();
  if (std::optional<Error> broken = find_break(finish)) return *std::move(broken);
  Choice choice;
  choice.index = item["index"].count().value_or(0);
  Losses noted;
  const Place message{&place, "message"};
  Result<std::vector<Part>> parts = decode_assistant(item["message"], message, true, noted);
  if (!parts) return malformed(parts.error().message);
  add_reply_losses(losses, noted, "messages.");
  for (const JsonItem member : item["message"]) note_reply_member(member, losses);
  choice.parts = *std::move(parts);
  std::size_t number = 0;
  for (Part& part : choice.parts) {
    auto* call = std::get_if<chat::ToolCall>(&part);
    if (call == nullptr) continue;
    ++number;
    if (call->id.empty()) call->id = "call_" + std::to_string(number);
  }
  choice.finish = decode_finish_reason(finish, holds<chat::ToolCall>(choice.parts),
                                       holds<chat::Refusal>(choice.parts));
  if (item["logprobs"].is_object()) choice.logprobs = item["logprobs"].raw();
  return choice;
}

void write_image(JsonWriter& json, const chat::Media& media, std::int64_t index) {
  json.begin_object().string("type", "image_url").begin_object("image_url");
  json.string("url", chat::encode_media_url(media)).end_object();
  json.number("index", index).end_object();  // clients that put streams together go by it
}

void write_images(JsonWriter& json, const std::vector<Part>& parts, Losses& losses) {
  std::int64_t count = 0;
  for (const Part& part : parts) {
    const auto* media = std::get_if<chat::Media>(&part);
    if (media == nullptr) continue;
    if (!shows_media(*media)) {
      add_media_loss(losses, *media);
      continue;
    }
    if (count == 0) json.begin_array("images");
    write_image(json, *media, count++);
  }
  if (count > 0) json.end_array();
}

void write_calls(JsonWriter& json, const std::vector<Part>& parts) {
  if (!holds<chat::ToolCall>(parts)) return;
  json.begin_array("tool_calls");
  for (const Part& part : parts) {
    const auto* call = std::get_if<chat::ToolCall>(&part);
    if (call == nullptr) continue;
    json.begin_object().string("id", call->id).string("type", "function");
    json.begin_object("function").string("name", call->name);
    json.string("arguments", call->arguments.empty() ? "{}" : call->arguments);
    json.end_object();
    if (is_extra_content(call->signature)) json.raw("extra_content", call->signature.bytes);
    json.end_object();
  }
  json.end_array();
}

/// The texts as one, as they would have been streamed: nothing stands between the pieces.
std::string joined(const std::vector<Part>& parts) {
  std::string text;
  for (const Part& part : parts) {
    if (const auto* each = std::get_if<chat::Text>(&part)) text += each->text;
  }
  return text;
}

std::string refusal_of(const std::vector<Part>& parts) {
  std::string text;
  for (const Part& part : parts) {
    if (const auto* each = std::get_if<chat::Refusal>(&part)) text += each->text;
  }
  return text;
}

std::vector<Part> without_thoughts(std::vector<Part> parts) {
  std::erase_if(parts,
                [](const Part& part) { return std::holds_alternative<chat::Thinking>(part); });
  return parts;
}

void write_choice(JsonWriter& json, const Choice& choice, bool hide_thoughts, Losses& losses) {
  const std::string refusal = refusal_of(choice.parts);
  json.begin_object().number("index", choice.index);
  json.begin_object("message").string("role", "assistant");
  const bool silent = holds<chat::ToolCall>(choice.parts) || !refusal.empty();
  if (holds<chat::Text>(choice.parts) || !silent) {
    json.string("content", joined(choice.parts));
  } else {
    json.null("content");
  }
  if (refusal.empty()) {
    json.null("refusal");
  } else {
    json.string("refusal", refusal);
  }
  if (hide_thoughts) {
    write_thoughts(json, without_thoughts(choice.parts), true);
  } else {
    write_thoughts(json, choice.parts, true);
  }
  write_images(json, choice.parts, losses);
  write_calls(json, choice.parts);
  json.end_object();
  json.raw("logprobs", choice.logprobs.empty() ? std::string_view("null") : choice.logprobs);
  json.string("finish_reason", encode_finish_reason(choice.finish, !refusal.empty()));
  json.end_object();
  note_finish(choice.finish, losses);
}

}  // namespace

void note_reply_member(const JsonItem& member, Losses& losses) {
  note_unread(member, kRead, losses);
}

void note_beside_choices(const JsonItem& answer, Losses& losses) {
  for (const JsonItem member : answer) {
    if (!member.is_array() || member.empty()) continue;  // in most chunks `choices` alone is left
    for (const Beside& each : kBeside) {
      if (member.named(each.name)) losses.add(each.loss);
    }
  }
}

FinishReason decode_finish_reason(std::string_view word, bool calls, bool refused) {
  if (word == "length" || word == "model_length") return FinishReason::length;
  if (word == "content_filter") return FinishReason::content_filter;
  if (word == "tool_calls" || word == "function_call") return FinishReason::tool_calls;
  // "stop", and words that only some providers have.
  if (calls) return FinishReason::tool_calls;
  return refused ? FinishReason::refusal : FinishReason::stop;
}

std::optional<Error> find_break(std::string_view word) {
  constexpr std::string_view kNoRoom = "insufficient_system_resource";
  if (word != kNoRoom && word != "error" && word != "abort") return std::nullopt;
  const ErrorKind kind = word == kNoRoom ? ErrorKind::overloaded : ErrorKind::upstream_truncated;
  return upstream_error(kind, "the provider broke its answer off: " + std::string(word));
}

std::string_view encode_finish_reason(FinishReason reason, bool refused) {
  switch (reason) {
    case FinishReason::length:
    case FinishReason::context_length:
      return "length";
    case FinishReason::tool_calls:
      return "tool_calls";
    case FinishReason::content_filter:
      return "content_filter";
    case FinishReason::refusal:
      return refused ? "stop" : "content_filter";  // else nothing would tell that it refused
    case FinishReason::none:
    case FinishReason::stop:
    case FinishReason::stop_sequence:
    case FinishReason::pause:
    case FinishReason::malformed_call:
      return "stop";
  }
  return "stop";
}

void note_finish(FinishReason reason, Losses& losses) {
  if (reason != FinishReason::pause && reason != FinishReason::malformed_call) return;
  add_reply_loss(losses, "finish_reason." + std::string(chat::finish_reason_name(reason)));
}

bool shows_media(const chat::Media& media) {
  return media.kind == chat::Media::Kind::image && (!media.data.empty() || !media.url.empty());
}

std::string answer_id(std::string_view id, const AnswerSpelling& spelling) {
  if (!id.empty()) return std::string(id);
  return "chatcmpl-" + std::string(spelling.request_id);
}

bool hides_thoughts(const AnswerSpelling& spelling) {
  return spelling.request != nullptr && !spelling.request->reasoning.include.value_or(true);
}

Result<Reply> decode_reply(std::string_view body) {
  const Result<JsonDoc> doc = JsonDoc::read(body);
  if (!doc) return malformed(doc.error().message);
  const JsonItem root = doc->root();
  if (root["error"].is_set()) return error_in_answer(body);
  const JsonItem choices = root["choices"];
  if (!choices.is_array()) return malformed("no choices");
  Reply reply;
  reply.id = root["id"].text();
  reply.model = root["model"].text();
  reply.created = root["created"].count().value_or(0);
  reply.service_tier = root["service_tier"].text();
  const Place list{nullptr, "choices"};
  std::size_t index = 0;
  for (const JsonItem item : choices) {
    Result<Choice> choice = decode_choice(item, Place{&list, {}, index++}, reply.losses);
    if (!choice) return choice.error();
    reply.choices.push_back(*std::move(choice));
  }
  if (reply.choices.empty()) return malformed("no choices");
  note_beside_choices(root, reply.losses);
  const std::string_view usage = root["usage"].raw();
  reply.usage = decode_usage(usage, {root["usage"].type(), 0, usage.size()});
  return reply;
}

std::string encode_reply(const Reply& reply, const AnswerSpelling& spelling, Losses& losses) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().string("id", answer_id(reply.id, spelling));
  json.string("object", "chat.completion");
  json.number("created", reply.created > 0 ? reply.created : spelling.now_s);
  json.string("model", answer_model(reply.model, spelling)).begin_array("choices");
  const bool hide = hides_thoughts(spelling);
  for (const Choice& choice : reply.choices) write_choice(json, choice, hide, losses);
  json.end_array();
  if (reply.usage) write_usage(json.key("usage"), *reply.usage, reply.cost);
  json.string_if("service_tier", reply.service_tier).end_object();
  return out;
}

}  // namespace arouter::openai
