#include "tests/golden/chat_maker.hpp"

#include <algorithm>
#include <utility>

namespace arouter::golden {

namespace {

using chat::Part;
using chat::Role;

constexpr std::string_view kSchema =
    R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":["integer","null"]}},)"
    R"("required":["a","b"],"additionalProperties":false})";

template <class Kind>
bool has(const std::vector<Part>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [](const Part& part) { return std::holds_alternative<Kind>(part); });
}

}  // namespace

std::string ChatMaker::word(const char* stem) {
  return stem + std::to_string(++count_);
}

std::string ChatMaker::words() {
  constexpr std::array<const char*, 6> kTails{"",
                                              " ünïcode → 🙂",
                                              " \"quoted\" \\ / </script>",
                                              "\nnext line\ttab",
                                              " {\"json\": [1]}",
                                              " \x01\x7f end"};
  return word("words ") + one_of(kTails) + ".";
}

std::string ChatMaker::cache_control() {
  return coin(6) ? R"({"type":"ephemeral","ttl":"1h"})" : "";
}

std::string ChatMaker::arguments() {
  constexpr std::array<const char*, 5> kArguments{
      "{}", R"({"a":"x"})", R"({"a": "ü \"q\"", "b": 1.50})", R"({"a":{"b":[1,2,{"c":null}]}})",
      R"({"a":"line\nline"})"};
  return one_of(kArguments);
}

chat::Signature ChatMaker::signature() {
  constexpr std::array<const char*, 3> kMakers{"anthropic", "gemini", "responses"};
  return {word("c2ln"), one_of(kMakers)};
}

chat::Text ChatMaker::text() {
  return {.text = words(), .cache_control = cache_control()};
}

chat::Media ChatMaker::media(bool is_answer) {
  using Kind = chat::Media::Kind;
  chat::Media media;
  if (is_answer) {
    media.data = "iVBORw0KGgo" + word("AAAA");
    media.mime_type = "image/png";
    return media;
  }
  media.kind = one_of(std::array{Kind::image, Kind::image, Kind::file, Kind::audio, Kind::video});
  constexpr std::array<const char*, 4> kTypes{"image/png", "application/pdf", "audio/wav",
                                              "video/mp4"};
  constexpr std::array<const char*, 4> kEndings{".png", ".pdf", ".wav", ".mp4"};
  constexpr std::array<const char*, 4> kData{"iVBORw0KGgo", "JVBERi0x", "UklGRiQA", "AAAAIGZ0"};
  const auto kind = static_cast<std::size_t>(media.kind);
  const std::size_t way = below(5);
  if (way < 3) media.data = kData[kind] + word("AAAA");
  if (way == 3) media.url = "https://files.example/" + word("f") + kEndings[kind];
  if (way == 4) media.file_id = word("file-");
  if (way != 4) media.mime_type = kTypes[kind];
  if (media.kind == Kind::file && way < 3 && coin()) media.name = word("report-") + ".pdf";
  if (media.kind == Kind::image && coin(3)) media.detail = "low";
  media.cache_control = cache_control();
  return media;
}

chat::ToolCall ChatMaker::call() {
  chat::ToolCall call{.id = word("call_"), .name = word("tool_"), .arguments = arguments()};
  if (coin(4)) call.signature = {word("c2ln"), "gemini"};
  return call;
}

chat::Thinking ChatMaker::thinking() {
  chat::Thinking thinking;
  thinking.redacted = coin(5);
  if (thinking.redacted) {
    // Gemini encrypts no thoughts: formats take such a block for the signature of what follows.
    thinking.signature = {word("c2ln"), coin() ? "anthropic" : "responses"};
  } else {
    thinking.text = words();
    if (coin()) thinking.signature = signature();
  }
  return thinking;
}

chat::ToolResult ChatMaker::result(const chat::ToolCall& call) {
  chat::ToolResult result{.id = call.id, .name = call.name};
  for (std::size_t left = below(3); left > 0; --left) result.content.emplace_back(text());
  if (coin(5)) result.content.emplace_back(media(false));
  result.is_error = coin(5);
  result.cache_control = cache_control();
  return result;
}

std::vector<Part> ChatMaker::answer_parts() {
  std::vector<Part> parts;
  if (coin(3)) parts.emplace_back(thinking());
  if (!coin(4)) {
    chat::Text said{.text = words()};
    if (coin(6)) said.signature = {word("c2ln"), "gemini"};
    parts.emplace_back(std::move(said));
  }
  for (std::size_t left = coin() ? below(4) : 0; left > 0; --left) parts.emplace_back(call());
  if (parts.empty() && coin()) parts.emplace_back(chat::Refusal{words()});
  if (parts.empty()) parts.emplace_back(chat::Text{.text = words()});
  return parts;
}

chat::Message ChatMaker::instructions(Role role) {
  chat::Message message{.role = role};
  for (std::size_t left = 1 + below(2); left > 0; --left) message.parts.emplace_back(text());
  return message;
}

chat::Message ChatMaker::user() {
  chat::Message message{.role = Role::user};
  message.parts.emplace_back(text());
  if (coin(3)) message.parts.emplace_back(media(false));
  if (coin(4)) message.parts.emplace_back(text());
  if (coin(8)) message.name = word("someone_");
  return message;
}

chat::Message ChatMaker::results_of(const chat::Message& assistant) {
  chat::Message message{.role = Role::tool};
  for (const Part& part : assistant.parts) {
    if (const auto* each = std::get_if<chat::ToolCall>(&part)) {
      message.parts.emplace_back(result(*each));
    }
  }
  return message;
}

void ChatMaker::converse(chat::Request& request) {
  if (coin()) request.messages.push_back(instructions(Role::system));
  if (coin(4)) request.messages.push_back(instructions(Role::developer));
  for (std::size_t left = 1 + below(3); left > 0; --left) {
    request.messages.push_back(user());
    if (left == 1 && coin()) return;
    chat::Message assistant{.role = Role::assistant, .parts = answer_parts()};
    request.messages.push_back(assistant);
    if (has<chat::ToolCall>(assistant.parts)) request.messages.push_back(results_of(assistant));
  }
}

void ChatMaker::set_tools(chat::Request& request) {
  using Kind = chat::ToolChoice::Kind;
  for (std::size_t left = below(4); left > 0; --left) {
    chat::Tool tool{.name = word("tool_")};
    if (coin()) tool.description = words();
    if (!coin(4)) tool.parameters = kSchema;
    if (coin(3)) tool.strict = coin();
    tool.cache_control = cache_control();
    request.tools.push_back(std::move(tool));
  }
  if (request.tools.empty()) return;
  request.tool_choice.kind =
      one_of(std::array{Kind::unset, Kind::automatic, Kind::none, Kind::required, Kind::named});
  const bool is_named = request.tool_choice.kind == Kind::named;
  if (is_named) request.tool_choice.name = request.tools.front().name;
  if (request.tool_choice.kind != Kind::none && coin(3)) request.tool_choice.parallel = false;
}

void ChatMaker::set_output(chat::Request& request) {
  using Kind = chat::Output::Kind;
  if (!coin(3)) return;
  chat::Output& output = request.output;
  output.kind = one_of(std::array{Kind::json_object, Kind::json_schema, Kind::json_schema});
  if (output.kind != Kind::json_schema) return;
  output.name = word("shape_");
  output.schema = kSchema;
  if (coin()) output.description = words();
  if (coin()) output.strict = coin();
}

void ChatMaker::set_reasoning(chat::Request& request) {
  constexpr std::array<const char*, 5> kEfforts{"minimal", "low", "medium", "high", "xhigh"};
  chat::Reasoning& reasoning = request.reasoning;
  switch (below(8)) {
    case 0:
      reasoning.effort = one_of(kEfforts);
      break;
    case 1:
      reasoning.budget = 1024 + static_cast<std::int64_t>(below(4096));
      break;
    case 2:
      reasoning.enabled = false;
      break;
    default:
      return;
  }
  if (reasoning.enabled) return;
  if (coin(3)) reasoning.summary = "detailed";
  if (coin(3)) reasoning.include = true;
}

void ChatMaker::set_sampling(chat::Request& request) {
  constexpr std::array<const char*, 4> kNumbers{"0.25", "0.70", "1.5", "3e-1"};
  const auto number = [&](std::string& field) {
    if (coin(5)) field = one_of(kNumbers);
  };
  const auto count = [&](std::optional<std::int64_t>& field, std::int64_t least) {
    if (coin(5)) field = least + static_cast<std::int64_t>(below(20));
  };
  number(request.temperature);
  number(request.top_p);
  number(request.min_p);
  number(request.frequency_penalty);
  number(request.presence_penalty);
  number(request.repetition_penalty);
  count(request.top_k, 1);
  count(request.seed, 1);
  count(request.n, 2);
  if (coin()) request.max_tokens = 9'000 + static_cast<std::int64_t>(below(9'000));
  if (coin(5)) {
    request.logprobs = true;
    if (coin()) request.top_logprobs = 2;
  }
  if (coin(6)) request.logit_bias = R"({"50256": -100})";
  for (std::size_t left = coin(3) ? below(4) : 0; left > 0; --left) {
    request.stop.push_back(word("stop"));
  }
}

void ChatMaker::set_account(chat::Request& request) {
  constexpr std::array<const char*, 2> kTiers{"flex", "priority"};
  if (coin(6)) request.store = true;
  if (coin(6)) request.metadata = R"({"ticket": "42"})";
  if (coin(4)) request.user = word("user-");
  if (coin(6)) request.service_tier = one_of(kTiers);
  if (coin(6)) request.verbosity = coin() ? "low" : "high";
  if (coin(6)) request.prompt_cache_key = word("key-");
  if (coin(6)) request.safety_identifier = word("safe-");
  request.stream = coin();
}

chat::Request ChatMaker::request() {
  chat::Request request{.model = "model-a"};
  converse(request);
  set_tools(request);
  set_output(request);
  set_reasoning(request);
  set_sampling(request);
  set_account(request);
  return request;
}

Usage ChatMaker::usage() {
  Usage usage{.origin = UsageOrigin::reported};
  usage.cached_input_tokens = static_cast<std::int64_t>(below(3) * below(50));
  usage.cache_write_tokens = static_cast<std::int64_t>(below(3) * below(50));
  usage.input_tokens = usage.cached_input_tokens + usage.cache_write_tokens +
                       static_cast<std::int64_t>(1 + below(100));
  usage.reasoning_tokens = static_cast<std::int64_t>(below(3) * below(50));
  usage.output_tokens = usage.reasoning_tokens + static_cast<std::int64_t>(1 + below(100));
  return usage;
}

chat::FinishReason ChatMaker::finish(const std::vector<Part>& parts) {
  using chat::FinishReason;
  if (has<chat::ToolCall>(parts)) return FinishReason::tool_calls;
  if (has<chat::Refusal>(parts)) return FinishReason::refusal;
  return one_of(std::array{FinishReason::stop, FinishReason::stop, FinishReason::length,
                           FinishReason::content_filter, FinishReason::stop_sequence,
                           FinishReason::context_length, FinishReason::pause,
                           FinishReason::malformed_call});
}

chat::Reply ChatMaker::reply() {
  chat::Reply reply{.id = word("id_"), .model = "model-a", .created = 1'764'000'000};
  const std::int64_t choices = coin(5) ? 2 : 1;
  for (std::int64_t index = 0; index < choices; ++index) {
    chat::Choice choice{.index = index, .parts = answer_parts()};
    if (coin(8)) choice.parts.emplace_back(media(true));
    choice.finish = finish(choice.parts);
    if (choice.finish == chat::FinishReason::stop_sequence) choice.stop_sequence = word("stop");
    reply.choices.push_back(std::move(choice));
  }
  if (!coin(5)) reply.usage = usage();
  if (coin(4)) reply.service_tier = "priority";
  return reply;
}

/// Bytes of a text in pieces: never a part of a character.
void ChatMaker::append_pieces(std::vector<chat::Event>& events, const std::string& text,
                              chat::Event event) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.size(), at + 1 + below(12));
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    event.text = text.substr(at, end - at);
    events.push_back(event);
    at = end;
  }
}

void ChatMaker::append_part(std::vector<chat::Event>& events, const Part& part, std::int64_t choice,
                            std::int64_t index) {
  using Kind = chat::Event::Kind;
  chat::Event event{.choice = choice, .part = index};
  const auto sign = [&](const chat::Signature& signature, bool redacted) {
    if (signature.format.empty()) return;
    event.kind = Kind::signature;
    event.text.clear();
    event.signature = signature;
    event.redacted = redacted;
    events.push_back(event);
  };
  if (const auto* text = std::get_if<chat::Text>(&part)) {
    append_pieces(events, text->text, event);
    sign(text->signature, false);
  } else if (const auto* refusal = std::get_if<chat::Refusal>(&part)) {
    event.kind = Kind::refusal;
    append_pieces(events, refusal->text, event);
  } else if (const auto* thinking = std::get_if<chat::Thinking>(&part)) {
    event.kind = Kind::thinking;
    append_pieces(events, thinking->text, event);
    sign(thinking->signature, thinking->redacted);
  } else if (const auto* media = std::get_if<chat::Media>(&part)) {
    event.kind = Kind::media;
    event.media = *media;
    events.push_back(event);
  } else if (const auto* call = std::get_if<chat::ToolCall>(&part)) {
    event.kind = Kind::tool_call;
    event.tool_id = call->id;
    event.tool_name = call->name;
    event.signature = call->signature;
    events.push_back(std::exchange(event, {.choice = choice, .part = index}));
    event.kind = Kind::arguments;
    if (call->arguments != "{}" || coin()) append_pieces(events, call->arguments, event);
  }
}

std::vector<chat::Event> ChatMaker::events() {
  using Kind = chat::Event::Kind;
  const chat::Reply whole = reply();
  std::vector<chat::Event> events;
  events.push_back({.kind = Kind::start,
                    .id = whole.id,
                    .model = whole.model,
                    .created = whole.created,
                    .service_tier = coin() ? whole.service_tier : ""});
  for (const chat::Choice& choice : whole.choices) {
    std::int64_t part = 0;
    for (const Part& each : choice.parts) append_part(events, each, choice.index, part++);
    events.push_back({.kind = Kind::finish,
                      .choice = choice.index,
                      .finish = choice.finish,
                      .stop_sequence = choice.stop_sequence});
  }
  if (whole.usage) {
    events.push_back(
        {.kind = Kind::usage, .service_tier = whole.service_tier, .usage = *whole.usage});
  }
  events.push_back({.kind = Kind::end});
  return events;
}

namespace {

/// The part that an event belongs to; made when the event is its first.
Part& part_of(chat::Reply& reply, const chat::Event& event, Part fresh) {
  while (reply.choices.size() <= static_cast<std::size_t>(event.choice)) {
    reply.choices.push_back({.index = static_cast<std::int64_t>(reply.choices.size())});
  }
  std::vector<Part>& parts = reply.choices[static_cast<std::size_t>(event.choice)].parts;
  if (static_cast<std::size_t>(event.part) >= parts.size()) parts.push_back(std::move(fresh));
  return parts.back();
}

void sign(Part& part, const chat::Signature& signature) {
  std::visit(
      [&](auto& each) {
        if constexpr (requires { each.signature; }) each.signature = signature;
      },
      part);
}

void take(chat::Reply& reply, const chat::Event& event) {
  using Kind = chat::Event::Kind;
  switch (event.kind) {
    case Kind::text:
      std::get<chat::Text>(part_of(reply, event, chat::Text{})).text += event.text;
      return;
    case Kind::thinking:
      std::get<chat::Thinking>(part_of(reply, event, chat::Thinking{})).text += event.text;
      return;
    case Kind::refusal:
      std::get<chat::Refusal>(part_of(reply, event, chat::Refusal{})).text += event.text;
      return;
    case Kind::signature:
      sign(part_of(reply, event, chat::Thinking{.redacted = event.redacted}), event.signature);
      return;
    case Kind::tool_call:
      part_of(reply, event,
              chat::ToolCall{
                  .id = event.tool_id, .name = event.tool_name, .signature = event.signature});
      return;
    case Kind::arguments:
      std::get<chat::ToolCall>(part_of(reply, event, chat::ToolCall{})).arguments += event.text;
      return;
    case Kind::media:
      part_of(reply, event, event.media);
      return;
    default:
      return;
  }
}

}  // namespace

chat::Reply assemble(const std::vector<chat::Event>& events) {
  using Kind = chat::Event::Kind;
  chat::Reply reply;
  for (const chat::Event& event : events) {
    if (event.kind == Kind::finish) {
      const auto at = static_cast<std::size_t>(event.choice);
      while (reply.choices.size() <= at) {
        reply.choices.push_back({.index = static_cast<std::int64_t>(reply.choices.size())});
      }
      reply.choices[at].finish = event.finish;
      reply.choices[at].stop_sequence = event.stop_sequence;
    } else if (event.kind == Kind::usage) {
      reply.usage = event.usage;
      if (!event.service_tier.empty()) reply.service_tier = event.service_tier;
    } else if (event.kind == Kind::start) {
      reply.id = event.id;
      reply.model = event.model;
      reply.service_tier = event.service_tier;
    } else {
      take(reply, event);
    }
  }
  for (chat::Choice& choice : reply.choices) {
    for (Part& part : choice.parts) {
      auto* call = std::get_if<chat::ToolCall>(&part);
      if (call != nullptr && call->arguments.empty()) call->arguments = "{}";
    }
  }
  return reply;
}

}  // namespace arouter::golden
