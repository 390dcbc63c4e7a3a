#include "cli/mock/answers.hpp"

#include <algorithm>

#include "cli/mock/words.hpp"
#include "shared/json_scan.hpp"

namespace arouter::mock {

namespace {

void append_number(std::string& out, std::int64_t number) {
  out += std::to_string(number);
}

/// Ends `choice` in front of the first stop sequence in it. True when there was one.
bool cut_at_stop(std::string& text, const std::vector<std::string>& stops) {
  std::size_t first = std::string::npos;
  for (const std::string& stop : stops) first = std::min(first, text.find(stop));
  if (first == std::string::npos) return false;
  text.resize(first);
  return true;
}

ChatChoice answer_choice(const ChatRequest& request, std::int64_t tokens, std::uint64_t index) {
  ChatChoice choice;
  const std::int64_t most = request.max_tokens.value_or(tokens + 1);
  if (request.tool) {
    choice.text = request.tool->arguments;
  } else if (request.content) {
    choice.text = *request.content;
  } else {
    choice.text = make_text(request.question + index, std::min(tokens, most));
  }
  const bool fixed = request.tool || request.content;
  const std::int64_t whole = fixed ? count_pieces(choice.text) : tokens;
  if (fixed && whole > most) choice.text.resize(first_pieces(choice.text, most).size());
  // A cap that is just reached counts as the reason: a real model could not know better either.
  choice.finish_reason = whole >= most ? "length" : request.tool ? "tool_calls" : "stop";
  if (!request.tool && cut_at_stop(choice.text, request.stops)) choice.finish_reason = "stop";
  choice.tokens = count_pieces(choice.text);
  return choice;
}

void append_usage(std::string& out, const ChatReply& reply) {
  out += R"("usage":{"prompt_tokens":)";
  append_number(out, reply.prompt_tokens);
  out += R"(,"completion_tokens":)";
  append_number(out, reply.completion_tokens);
  out += R"(,"total_tokens":)";
  append_number(out, reply.prompt_tokens + reply.completion_tokens);
  out += R"(,"prompt_tokens_details":{"cached_tokens":0},)"
         R"("completion_tokens_details":{"reasoning_tokens":0}})";
}

/// {"id":…,"object":…,"created":…,"model":…,"choices":[
std::string encode_opening(const ChatReply& reply, const AnswerStamp& stamp,
                           std::string_view object) {
  std::string out = R"({"id":")";
  out.reserve(256);
  out += stamp.id;
  out += R"(","object":")";
  out += object;
  out += R"(","created":)";
  append_number(out, stamp.created);
  out += R"(,"model":)";
  append_json_string(out, reply.model);
  out += R"(,"choices":[)";
  return out;
}

/// The id of a choice's tool call; unique as long as the answer's id is.
std::string call_id(std::string_view answer_id, std::size_t choice) {
  return "call_" + std::string(answer_id.substr(answer_id.find('-') + 1)) + std::to_string(choice);
}

std::string call_id_of(const std::string& prefix, std::size_t choice) {
  const std::size_t begin = prefix.find(R"("id":")") + 6;
  return call_id(std::string_view(prefix).substr(begin, prefix.find('"', begin) - begin), choice);
}

void append_tool_call(std::string& out, const std::string& id, const std::string& name,
                      std::string_view arguments) {
  out += R"("id":")" + id + R"(","type":"function","function":{"name":)";
  append_json_string(out, name);
  out += R"(,"arguments":)";
  append_json_string(out, arguments);
  out += "}}]";
}

void append_message(std::string& out, const ChatReply& reply, std::size_t index,
                    std::string_view answer_id) {
  out += R"({"index":)";
  append_number(out, static_cast<std::int64_t>(index));
  out += R"(,"message":{"role":"assistant","content":)";
  const ChatChoice& choice = reply.choices[index];
  if (reply.tool.empty()) {
    append_json_string(out, choice.text);
    out += R"(,"refusal":null},)";
  } else {
    out += R"(null,"refusal":null,"tool_calls":[{)";
    append_tool_call(out, call_id(answer_id, index), reply.tool, choice.text);
    out += "},";
  }
  out += R"("logprobs":null,"finish_reason":")";
  out += choice.finish_reason;
  out += R"("})";
}

}  // namespace

ChatReply answer_chat(const ChatRequest& request, std::int64_t tokens) {
  ChatReply reply;
  reply.model = request.model;
  reply.prompt_tokens = request.prompt_tokens;
  reply.include_usage = request.include_usage;
  if (request.tool) reply.tool = request.tool->name;
  for (std::int64_t i = 0; i < request.choices; ++i) {
    reply.choices.push_back(answer_choice(request, tokens, static_cast<std::uint64_t>(i)));
    reply.completion_tokens += reply.choices.back().tokens;
  }
  return reply;
}

std::string encode_chat(const ChatReply& reply, const AnswerStamp& stamp) {
  std::string out = encode_opening(reply, stamp, "chat.completion");
  for (std::size_t i = 0; i < reply.choices.size(); ++i) {
    if (i > 0) out += ',';
    append_message(out, reply, i, stamp.id);
  }
  out += "],";
  append_usage(out, reply);
  out += '}';
  return out;
}

ChatStream::ChatStream(ChatReply reply, const AnswerStamp& stamp)
    : reply_(std::move(reply)),
      prefix_("data: " + encode_opening(reply_, stamp, "chat.completion.chunk")),
      sent_(reply_.choices.size(), 0) {}

std::string_view ChatStream::next() {
  event_.clear();
  switch (part_) {
    case Part::role:
      write_role();
      break;
    case Part::text:
      write_text();
      break;
    case Part::finish:
      write_finish();
      break;
    case Part::usage:
      write_usage();
      break;
    case Part::done:
      event_ = "data: [DONE]\n\n";
      part_ = Part::ended;
      break;
    case Part::ended:
      break;
  }
  return event_;
}

void ChatStream::begin_chunk() {
  event_ = prefix_;
  event_ += R"({"index":)";
  append_number(event_, static_cast<std::int64_t>(choice_));
  event_ += R"(,"delta":{)";
}

void ChatStream::end_chunk(std::string_view finish_reason) {
  event_ += R"(},"logprobs":null,"finish_reason":)";
  if (finish_reason.empty()) {
    event_ += "null}]";
  } else {
    event_ += '"';
    event_ += finish_reason;
    event_ += "\"}]";
  }
  event_ += reply_.include_usage ? ",\"usage\":null}\n\n" : "}\n\n";
}

void ChatStream::write_role() {
  begin_chunk();
  event_ += R"("role":"assistant","content":)";
  if (reply_.tool.empty()) {
    event_ += R"("","refusal":null)";
  } else {
    event_ += R"(null,"tool_calls":[{"index":0,)";
    append_tool_call(event_, call_id_of(prefix_, choice_), reply_.tool, "");
  }
  end_chunk("");
  if (++choice_ < reply_.choices.size()) return;
  choice_ = 0;
  part_ = turn_to_unfinished() ? Part::text : Part::finish;
}

void ChatStream::write_text() {
  const std::string_view text = reply_.choices[choice_].text;
  const std::size_t begin = sent_[choice_], end = piece_end(text, begin);
  sent_[choice_] = end;
  begin_chunk();
  const bool content = reply_.tool.empty();
  event_ += content ? R"("content":)" : R"("tool_calls":[{"index":0,"function":{"arguments":)";
  append_json_string(event_, text.substr(begin, end - begin));
  if (!content) event_ += "}}]";
  end_chunk("");
  choice_ = (choice_ + 1) % reply_.choices.size();
  if (turn_to_unfinished()) return;
  choice_ = 0;
  part_ = Part::finish;
}

/// The choices take turns; one whose text is out is passed over. False when all are.
bool ChatStream::turn_to_unfinished() {
  for (std::size_t tries = 0; tries < sent_.size(); ++tries) {
    if (sent_[choice_] < reply_.choices[choice_].text.size()) return true;
    choice_ = (choice_ + 1) % sent_.size();
  }
  return false;
}

void ChatStream::write_finish() {
  begin_chunk();
  end_chunk(reply_.choices[choice_].finish_reason);
  if (++choice_ < reply_.choices.size()) return;
  part_ = reply_.include_usage ? Part::usage : Part::done;
}

void ChatStream::write_usage() {
  event_ = prefix_ + "],";
  append_usage(event_, reply_);
  event_ += "}\n\n";
  part_ = Part::done;
}

namespace {

void append_model(std::string& out, std::string_view model, std::int64_t created) {
  out += R"({"id":)";
  append_json_string(out, model);
  out += R"(,"object":"model","created":)";
  append_number(out, created);
  out += R"(,"owned_by":"arouter-mock"})";
}

}  // namespace

std::string encode_models(std::span<const std::string> models, std::int64_t created) {
  std::string out = R"({"object":"list","data":[)";
  for (const std::string& model : models) {
    if (out.back() == '}') out += ',';
    append_model(out, model, created);
  }
  return out + "]}";
}

std::string encode_model(std::string_view model, std::int64_t created) {
  std::string out;
  append_model(out, model, created);
  return out;
}

std::string encode_error(const Error& error) {
  std::string out = R"({"error":{"message":)";
  append_json_string(out, error.message);
  out += R"(,"type":)";
  append_json_string(out, error_type(http_status(error)));
  out += R"(,"param":)";
  if (error.param.empty()) {
    out += "null";
  } else {
    append_json_string(out, error.param);
  }
  out += R"(,"code":)";
  append_json_string(out, error_code(error));
  return out + "}}";
}

}  // namespace arouter::mock
