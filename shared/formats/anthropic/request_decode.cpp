#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "shared/chat/messages.hpp"
#include "shared/formats/anthropic/content.hpp"
#include "shared/formats/anthropic/request.hpp"
#include "shared/formats/peek_fields.hpp"
#include "shared/json_doc.hpp"

namespace arouter::anthropic {

namespace {

using chat::Message;
using chat::Part;
using chat::Role;

/// Reads the members of a body, each by its own function. Holds the request so far.
class RequestReader {
 public:
  explicit RequestReader(chat::Losses& losses) : losses_(losses) {}

  Result<chat::Request> read(const JsonItem& body, bool count_only) {
    for (const JsonItem member : body) {
      if (!member.is_set()) continue;
      if (Result<void> good = read_member(member); !good) return good.error();
    }
    if (!seen_messages_) return fault({nullptr, "messages"}, "is required");
    if (!request_.max_tokens && !count_only) return fault({nullptr, "max_tokens"}, "is required");
    std::vector<Message>& messages = request_.messages;
    messages.insert(messages.begin(), std::make_move_iterator(system_.begin()),
                    std::make_move_iterator(system_.end()));
    chat::normalize(messages);
    if (effort_ == "max") effort_ = "xhigh";
    request_.reasoning.effort = effort_;
    return std::move(request_);
  }

 private:
  using Reader = Result<void> (RequestReader::*)(const JsonItem&);
  struct Field {
    std::string_view name;
    Reader read;  // null: of no consequence for the answer
  };
  static constexpr std::size_t kFieldCount = 18;
  static const std::array<Field, kFieldCount> kFields;

  Result<void> read_member(const JsonItem& member) {
    for (const Field& field : kFields) {
      if (!member.named(field.name)) continue;
      return field.read == nullptr ? Result<void>() : (this->*field.read)(member);
    }
    if (!peek_fields::is_heeded(member)) losses_.add(member.key());
    return {};
  }

  Result<void> read_model(const JsonItem& value) {
    if (!value.is_string()) return fault({nullptr, "model"}, "must be a string");
    request_.model = value.text();
    return {};
  }

  Result<void> read_stream(const JsonItem& value) {
    const auto stream = value.boolean();
    if (!stream) return fault({nullptr, "stream"}, "must be true or false");
    request_.stream = *stream;
    return {};
  }

  Result<void> read_max_tokens(const JsonItem& value) {
    request_.max_tokens = value.count();
    if (request_.max_tokens.value_or(0) >= 1) return {};
    return fault({nullptr, "max_tokens"}, "must be a whole number of at least 1");
  }

  Result<void> read_system(const JsonItem& value) {
    Result<std::vector<Part>> parts =
        decode_content(value, Role::system, {nullptr, "system"}, losses_);
    if (!parts) return parts.error();
    system_.push_back({.role = Role::system, .parts = std::move(*parts)});
    return {};
  }

  Result<void> read_messages(const JsonItem& value) {
    const Place messages{nullptr, "messages"};
    if (!value.is_array()) return fault(messages, "must be an array");
    seen_messages_ = true;
    std::size_t index = 0;
    for (const JsonItem message : value) {
      const Place place{&messages, {}, index++};
      if (!message.is_object()) return fault(place, "must be an object");
      if (Result<void> good = read_message(message, place); !good) return good;
    }
    if (index == 0) return fault(messages, "must not be empty");
    return {};
  }

  Result<void> read_message(const JsonItem& message, const Place& place) {
    const std::string name = message["role"].text();
    Role role = Role::user;
    if (name == "assistant") {
      role = Role::assistant;
    } else if (name == "system") {
      role = Role::system;
    } else if (name != "user") {
      return fault({&place, "role"}, "must be \"user\", \"assistant\" or \"system\"");
    }
    Result<std::vector<Part>> parts =
        decode_content(message["content"], role, {&place, "content"}, losses_);
    if (!parts) return parts.error();
    std::vector<Part> results;
    const auto words = std::stable_partition(parts->begin(), parts->end(), [](const Part& part) {
      return std::holds_alternative<chat::ToolResult>(part);
    });
    std::move(parts->begin(), words, std::back_inserter(results));
    parts->erase(parts->begin(), words);
    request_.messages.push_back({.role = Role::tool, .parts = std::move(results)});
    request_.messages.push_back({.role = role, .parts = std::move(*parts)});
    return {};
  }

  Result<void> read_tools(const JsonItem& value) {
    const Place tools{nullptr, "tools"};
    if (!value.is_array()) return fault(tools, "must be an array");
    std::size_t index = 0;
    for (const JsonItem tool : value) {
      const Place place{&tools, {}, index++};
      if (!tool.is_object()) return fault(place, "must be an object");
      if (Result<void> good = read_tool(tool, place); !good) return good;
    }
    return {};
  }

  Result<void> read_tool(const JsonItem& item, const Place& place) {
    const std::string type = item["type"].text();
    if (!type.empty() && type != "custom") {
      losses_.add("tools." + type);  // run by the provider, or known to its models alone
      return {};
    }
    chat::Tool tool;
    for (const JsonItem member : item) {
      if (!member.is_set() || member.named("type")) continue;
      if (member.named("name")) {
        tool.name = member.text();
      } else if (member.named("description")) {
        tool.description = member.text();
      } else if (member.named("input_schema")) {
        if (!member.is_object()) return fault({&place, "input_schema"}, "must be an object");
        tool.parameters = member.raw();
      } else if (member.named("strict")) {
        tool.strict = member.boolean();
      } else if (member.named("cache_control")) {
        tool.cache_control = member.raw();
      } else if (!member.named("eager_input_streaming")) {  // a hint that changes no answer
        losses_.add("tools." + member.key());
      }
    }
    if (tool.name.empty()) return fault({&place, "name"}, "must be a string that is not empty");
    request_.tools.push_back(std::move(tool));
    return {};
  }

  Result<void> read_tool_choice(const JsonItem& value) {
    const Place place{nullptr, "tool_choice"};
    if (!value.is_object()) return fault(place, "must be an object");
    chat::ToolChoice& choice = request_.tool_choice;
    using Kind = chat::ToolChoice::Kind;
    const std::string type = value["type"].text();
    if (type == "auto") {
      choice.kind = Kind::automatic;
    } else if (type == "any") {
      choice.kind = Kind::required;
    } else if (type == "none") {
      choice.kind = Kind::none;
    } else if (type == "tool") {
      choice.kind = Kind::named;
      choice.name = value["name"].text();
      if (choice.name.empty()) return fault({&place, "name"}, "must name a tool");
    } else {
      return fault({&place, "type"}, "must be \"auto\", \"any\", \"tool\" or \"none\"");
    }
    const auto serial = value["disable_parallel_tool_use"].boolean();
    if (serial) choice.parallel = !*serial;
    return {};
  }

  Result<void> read_thinking(const JsonItem& value) {
    const Place place{nullptr, "thinking"};
    if (!value.is_object()) return fault(place, "must be an object");
    chat::Reasoning& reasoning = request_.reasoning;
    const std::string type = value["type"].text();
    if (type == "enabled") {
      reasoning.budget = value["budget_tokens"].count();
      if (!reasoning.budget) return fault({&place, "budget_tokens"}, "must be a whole number");
    } else if (type != "adaptive" && type != "disabled") {
      return fault({&place, "type"}, "must be \"enabled\", \"adaptive\" or \"disabled\"");
    }
    reasoning.enabled = type != "disabled";
    const std::string display = value["display"].text();
    if (!display.empty()) reasoning.include = display != "omitted";
    return {};
  }

  Result<void> read_output_config(const JsonItem& value) {
    if (!value.is_object()) return fault({nullptr, "output_config"}, "must be an object");
    for (const JsonItem member : value) {
      if (!member.is_set()) continue;
      if (member.named("effort")) {
        effort_ = member.text();
      } else if (member.named("format")) {
        if (Result<void> good = read_output_format(member); !good) return good;
      } else {
        losses_.add("output_config." + member.key());
      }
    }
    return {};
  }

  /// The older field, or the member of output_config.
  Result<void> read_output_format(const JsonItem& value) {
    const Place place{nullptr, "output_config.format"};
    if (!value.is_object()) return fault(place, "must be an object");
    if (value["type"].text() != "json_schema") {
      return fault({&place, "type"}, "must be \"json_schema\"");
    }
    const JsonItem schema = value["schema"];
    if (!schema.is_object()) return fault({&place, "schema"}, "must be an object");
    request_.output.kind = chat::Output::Kind::json_schema;
    request_.output.schema = schema.raw();
    request_.output.strict = true;  // always, here
    return {};
  }

  Result<void> read_stop_sequences(const JsonItem& value) {
    const Place place{nullptr, "stop_sequences"};
    if (!value.is_array()) return fault(place, "must be an array of strings");
    for (const JsonItem text : value) {
      if (!text.is_string()) return fault(place, "must be an array of strings");
      request_.stop.push_back(text.text());
    }
    return {};
  }

  Result<void> read_temperature(const JsonItem& value) {
    return keep_number(value, "temperature", &chat::Request::temperature);
  }
  Result<void> read_top_p(const JsonItem& value) {
    return keep_number(value, "top_p", &chat::Request::top_p);
  }
  Result<void> keep_number(const JsonItem& value, std::string_view name,
                           std::string chat::Request::*place) {
    request_.*place = value.number();
    if (value.number().empty()) return fault({nullptr, name}, "must be a number");
    return {};
  }

  Result<void> read_top_k(const JsonItem& value) {
    request_.top_k = value.count();
    if (!request_.top_k) return fault({nullptr, "top_k"}, "must be a whole number");
    return {};
  }

  Result<void> read_metadata(const JsonItem& value) {
    if (!value.is_object()) return fault({nullptr, "metadata"}, "must be an object");
    for (const JsonItem member : value) {
      if (member.named("user_id")) {
        request_.user = member.text();
      } else {
        losses_.add("metadata." + member.key());
      }
    }
    return {};
  }

  Result<void> read_service_tier(const JsonItem& value) {
    const std::string tier = value.text();
    request_.service_tier = tier == "standard_only" ? "default" : tier;
    return {};
  }

  chat::Losses& losses_;
  chat::Request request_;
  std::vector<Message> system_;
  std::string effort_;
  bool seen_messages_ = false;
};

constexpr std::array<RequestReader::Field, RequestReader::kFieldCount> RequestReader::kFields{{
    {"messages", &RequestReader::read_messages},
    {"model", &RequestReader::read_model},
    {"max_tokens", &RequestReader::read_max_tokens},
    {"stream", &RequestReader::read_stream},
    {"system", &RequestReader::read_system},
    {"tools", &RequestReader::read_tools},
    {"tool_choice", &RequestReader::read_tool_choice},
    {"thinking", &RequestReader::read_thinking},
    {"output_config", &RequestReader::read_output_config},
    {"output_format", &RequestReader::read_output_format},
    {"stop_sequences", &RequestReader::read_stop_sequences},
    {"temperature", &RequestReader::read_temperature},
    {"top_p", &RequestReader::read_top_p},
    {"top_k", &RequestReader::read_top_k},
    {"metadata", &RequestReader::read_metadata},
    {"service_tier", &RequestReader::read_service_tier},
    {"fallbacks", nullptr},
    {"usage", nullptr},
}};

}  // namespace

Result<chat::Request> decode_request(std::string_view body, const Peek& peek,
                                     chat::Losses& losses) {
  const Result<JsonDoc> document = JsonDoc::read(body);
  if (!document) return document.error();
  if (!document->root().is_object()) {
    return client_error(ErrorKind::bad_request, "the body must be a JSON object");
  }
  return RequestReader(losses).read(document->root(), peek.count_only);
}

}  // namespace arouter::anthropic
