#include "shared/formats/responses/reply.hpp"

#include <utility>
#include <variant>

#include "shared/chat/messages.hpp"
#include "shared/errors/provider_error.hpp"
#include "shared/formats/answer_model.hpp"
#include "shared/formats/reply_losses.hpp"
#include "shared/formats/responses/facts.hpp"
#include "shared/formats/responses/items.hpp"
#include "shared/formats/responses/response_object.hpp"
#include "shared/formats/responses/tools.hpp"

namespace arouter::responses {

namespace {

using chat::FinishReason;
using chat::Part;

Error malformed(std::string what, std::string detail = {}) {
  return upstream_error(ErrorKind::upstream_malformed, std::move(what), std::move(detail));
}

void decode_message(const JsonItem& item, std::vector<Part>& parts) {
  for (const JsonItem part : item["content"]) {
    if (part["type"].text() == "refusal") {
      parts.emplace_back(chat::Refusal{part["refusal"].text()});
    } else if (part["text"].is_string()) {
      parts.emplace_back(chat::Text{part["text"].text(), {}, {}});
    }
  }
}

bool is_call(std::string_view type) {
  return type == "function_call" || type == "custom_tool_call";
}

/// OpenAI's chat object out of the arrays that stand beside the texts.
std::string decode_logprobs(const JsonItem& output) {
  std::string elements;
  for (const JsonItem item : output) {
    for (const JsonItem part : item["content"]) {
      const std::string_view more = logprob_elements(part["logprobs"]);
      if (more.empty()) continue;
      if (!elements.empty()) elements += ',';
      elements += more;
    }
  }
  return elements.empty() ? "" : R"({"content":[)" + elements + R"(],"refusal":null})";
}

template <class Wanted>
bool holds(const std::vector<Part>& parts) {
  for (const Part& part : parts) {
    if (std::holds_alternative<Wanted>(part)) return true;
  }
  return false;
}

std::string quoted(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

/// Writes the parts of a choice as items.
class OutputWriter {
 public:
  OutputWriter(std::string_view response_id, const AnswerSpelling& spelling, chat::Losses& losses)
      : response_id_(response_id), spelling_(spelling), losses_(losses) {}

  std::string write(const chat::Choice& choice, std::string_view last_status) {
    const JsonItem none;
    const Result<JsonDoc> logprobs = JsonDoc::read(choice.logprobs);
    logprobs_ = logprob_elements(logprobs ? logprobs->root()["content"] : none);
    for (const Part& part : choice.parts) {
      std::visit([this](const auto& each) { add(each); }, part);
    }
    close_message(last_status);
    const bool in_refusal = logprobs && says_something(logprobs->root()["refusal"]);
    if (in_refusal || !logprobs_.empty()) losses_.add("reply.logprobs");
    return std::move(output_);
  }

 private:
  void add(const chat::Text& text) {
    if (!text.signature.format.empty()) add_signature(text.signature);
    std::string part;
    JsonWriter json(part);
    write_text_part(json, quoted(text.text), std::exchange(logprobs_, {}));
    add_content(part);
  }

  void add(const chat::Refusal& refusal) {
    std::string part;
    JsonWriter json(part);
    write_refusal_part(json, quoted(refusal.text));
    add_content(part);
  }

  void add(const chat::Thinking& thinking) {
    const std::string summary = thinking.redacted ? "" : quoted(thinking.text);
    begin_item();
    JsonWriter json(output_);
    write_reasoning(json, next_id("rs_"), summary,
                    chat::encode_signature(thinking.signature, kFormatName));
  }

  void add(const chat::ToolCall& call) {
    if (!call.signature.format.empty()) add_signature(call.signature);
    const chat::Tool* tool = find_tool(spelling_.request, call.name);
    const bool freeform = tool != nullptr && tool->freeform;
    const std::string arguments = call.arguments.empty() ? "{}" : call.arguments;
    const std::string text = quoted(freeform ? freeform_input(arguments) : arguments);
    begin_item();
    const std::string id = next_id(freeform ? "ctc_" : "fc_");
    JsonWriter json(output_);
    write_call(json,
               {.id = id, .call_id = call.id, .name = call.name, .quoted = text, .tool = tool});
  }

  void add(const chat::Media& media) {
    if (media.kind != chat::Media::Kind::image || media.data.empty()) {
      return add_media_loss(losses_, media);
    }
    begin_item();
    JsonWriter json(output_);
    write_image_call(json, next_id("ig_"), media.data);
  }

  void add(const chat::ToolResult&) {}  // no model answers with one

  void add_signature(const chat::Signature& signature) {
    begin_item();
    JsonWriter json(output_);
    write_reasoning(json, next_id("rs_"), "", chat::encode_signature(signature, kFormatName));
  }

  void add_content(const std::string& part) {
    if (!content_.empty()) content_ += ',';
    content_ += part;
  }

  void close_message(std::string_view status) {
    if (content_.empty()) return;
    const std::string content = std::exchange(content_, {});
    begin_item();
    JsonWriter json(output_);
    write_message(json, next_id("msg_"), status, content);
  }

  void begin_item() {
    close_message("completed");
    if (!output_.empty()) output_ += ',';
  }

  std::string next_id(std::string_view prefix) { return item_id(prefix, response_id_, count_++); }

  std::string_view response_id_;
  const AnswerSpelling& spelling_;
  chat::Losses& losses_;
  std::string output_;
  std::string content_;        // of the open message
  std::string_view logprobs_;  // until the first text takes them
  std::size_t count_ = 0;
};

}  // namespace

std::string_view logprob_elements(const JsonItem& logprobs) {
  if (!logprobs.is_array() || logprobs.empty()) return {};
  const std::string_view raw = logprobs.raw();
  return raw.substr(1, raw.size() - 2);
}

std::vector<Part> decode_output(const JsonItem& output) {
  std::vector<Part> parts;
  for (const JsonItem item : output) {
    const std::string type = item["type"].text();
    if (type == "message") {
      decode_message(item, parts);
    } else if (is_call(type)) {
      chat::ToolCall call = read_call(item);
      if (call.arguments.empty()) call.arguments = "{}";
      parts.emplace_back(std::move(call));
    } else if (type == "reasoning") {
      chat::Thinking thinking = read_reasoning(item);
      const bool is_blank = thinking.text.empty() && thinking.signature.format.empty();
      if (!is_blank) parts.emplace_back(std::move(thinking));
    } else if (type == "image_generation_call" && item["result"].is_string()) {
      parts.emplace_back(read_image_call(item));
    }
  }
  take_signatures(parts);
  return parts;
}

void note_content(const JsonItem& part, chat::Losses& losses) {
  if (says_something(part["annotations"])) losses.add("reply.annotations");
  const std::string type = part["type"].text();
  if (type != "refusal" && !part["text"].is_string()) add_reply_loss(losses, "content." + type);
}

void note_item(const JsonItem& item, chat::Losses& losses) {
  const std::string type = item["type"].text();
  if (type == "message") {
    for (const JsonItem part : item["content"]) note_content(part, losses);
  } else if (type != "reasoning" && type != "image_generation_call" && !is_call(type)) {
    add_reply_loss(losses, type);
  }
}

void note_finish(FinishReason reason, chat::Losses& losses) {
  if (reason == FinishReason::pause) losses.add("reply.finish_reason.pause");
}

FinishReason finish_of(const JsonItem& response, bool has_calls, bool refused) {
  if (response["status"].text() == "incomplete") {
    const std::string reason = response["incomplete_details"]["reason"].text();
    return reason == "content_filter" ? FinishReason::content_filter : FinishReason::length;
  }
  if (has_calls) return FinishReason::tool_calls;
  return refused ? FinishReason::refusal : FinishReason::stop;
}

std::optional<Usage> usage_of(const JsonItem& response) {
  const JsonItem usage = response["usage"];
  const std::string_view text = usage.raw();
  return decode_usage(text, {usage.type(), 0, text.size()});
}

Result<chat::Reply> decode_reply(std::string_view body) {
  const Result<JsonDoc> doc = JsonDoc::read(body);
  if (!doc) return malformed("the provider's answer is not valid JSON", doc.error().message);
  const JsonItem root = doc->root();
  if (root["status"].text() == "failed" || root["error"].is_object()) return error_in_answer(body);
  if (!root["output"].is_array()) return malformed("the provider's answer has no 'output'");
  chat::Reply reply;
  reply.id = root["id"].text();
  reply.model = root["model"].text();
  reply.created = root["created_at"].count().value_or(0);
  reply.service_tier = root["service_tier"].text();
  reply.usage = usage_of(root);
  chat::Choice& choice = reply.choices.emplace_back();
  choice.parts = decode_output(root["output"]);
  choice.logprobs = decode_logprobs(root["output"]);
  for (const JsonItem item : root["output"]) note_item(item, reply.losses);
  choice.finish =
      finish_of(root, holds<chat::ToolCall>(choice.parts), holds<chat::Refusal>(choice.parts));
  return reply;
}

std::string encode_reply(const chat::Reply& reply, const AnswerSpelling& spelling,
                         chat::Losses& losses) {
  ResponseObject response;
  response.id = response_id(reply.id, spelling.request_id);
  response.created = reply.created != 0 ? reply.created : spelling.now_s;
  response.model = answer_model(reply.model, spelling);
  response.usage = reply.usage;
  response.cost = reply.cost;
  response.service_tier = reply.service_tier;
  if (reply.choices.size() > 1) losses.add("reply.choices");
  const chat::Choice none;
  const chat::Choice& choice = reply.choices.empty() ? none : reply.choices.front();
  note_finish(choice.finish, losses);
  set_finish(response, choice.finish, holds<chat::Refusal>(choice.parts));
  const bool is_whole = response.status == "completed";
  OutputWriter writer(response.id, spelling, losses);
  response.output = writer.write(choice, is_whole ? "completed" : "incomplete");
  std::string body;
  body.reserve(response.output.size() + 2'048);
  append_response(body, response, echo_of(spelling.request));
  return body;
}

Result<std::int64_t> decode_count_answer(std::string_view body) {
  const Result<JsonDoc> doc = JsonDoc::read(body);
  if (!doc) return malformed("the provider's answer is not valid JSON", doc.error().message);
  const std::optional<std::int64_t> tokens = doc->root()["input_tokens"].count();
  if (!tokens) return malformed("the provider's answer has no 'input_tokens'");
  return *tokens;
}

std::string encode_count(std::int64_t tokens) {
  return R"({"object":"response.input_tokens","input_tokens":)" + std::to_string(tokens) + "}";
}

}  // namespace arouter::responses
