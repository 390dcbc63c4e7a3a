#include "tests/golden/inventory.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "shared/chat/messages.hpp"
#include "shared/chat/thinking.hpp"

namespace arouter::golden {

namespace {

using Fields = std::map<std::string, std::string>;

void put(Fields& fields, const char* name, const std::string& value) {
  if (!value.empty()) fields[name] = value;
}

void put(Fields& fields, const char* name, const std::optional<std::int64_t>& value) {
  if (value) fields[name] = std::to_string(*value);
}

/// False is what a format does where it cannot say it.
void put(Fields& fields, const char* name, const std::optional<bool>& value) {
  if (value.value_or(false)) fields[name] = "true";
}

void put(Fields& fields, const chat::Signature& signature) {
  if (!signature.bytes.empty()) fields["signature"] = signature.format + ":" + signature.bytes;
}

std::string schema_of(const std::string& parameters) {
  const bool is_empty = parameters.find(R"("properties":{})") != std::string::npos;
  return is_empty ? std::string() : parameters;
}

/// Takes parts apart. Holds where they stand.
class PartTaker {
 public:
  PartTaker(Inventory& inventory, std::string place)
      : inventory_(inventory), place_(std::move(place)) {}

  void take(const chat::Text& text) {
    const auto before = inventory_.things.size();
    for (std::size_t at = 0; at <= text.text.size();) {
      const std::size_t end = std::min(text.text.find("\n\n", at), text.text.size());
      Thing& thing = add("text", "", text.text.substr(at, end - at));
      put(thing.fields, "cache_control", text.cache_control);
      at = end + 2;
    }
    put(inventory_.things[before].fields, text.signature);
  }

  void take(const chat::Media& media) {
    constexpr std::array<const char*, 4> kKinds{"image", "file", "audio", "video"};
    const char* variant = !media.data.empty() ? "data" : !media.url.empty() ? "url" : "file_id";
    Thing& thing = add(kKinds[static_cast<std::size_t>(media.kind)], variant,
                       media.data + media.url + media.file_id);
    put(thing.fields, "mime_type", media.mime_type);
    put(thing.fields, "name", media.name);
    put(thing.fields, "detail", media.detail);
    put(thing.fields, "cache_control", media.cache_control);
  }

  void take(const chat::ToolCall& call) {
    Thing& thing = add("call", "", call.id);
    put(thing.fields, "name", call.name);
    put(thing.fields, "arguments", chat::compact_json(call.arguments));
    put(thing.fields, call.signature);
    put(thing.fields, "cache_control", call.cache_control);
  }

  void take(const chat::ToolResult& result) {
    Thing& thing = add("result", "", result.id);
    put(thing.fields, "name", result.name);
    if (result.is_error) thing.fields["is_error"] = "true";
    put(thing.fields, "cache_control", result.cache_control);
    PartTaker inner(inventory_, "the result of " + result.id);
    for (const chat::ResultPart& part : result.content) {
      std::visit([&](const auto& each) { inner.take(each); }, part);
    }
  }

  void take(const chat::Thinking& thinking) {
    const std::string by = thinking.signature.format.empty() ? "nobody" : thinking.signature.format;
    Thing& thing = thinking.redacted ? add("secret", by, thinking.signature.bytes)
                                     : add("thinking", by, thinking.text);
    put(thing.fields, thinking.signature);
  }

  void take(const chat::Refusal& refusal) { add("refusal", "", refusal.text); }

 private:
  Thing& add(std::string kind, std::string variant, std::string identity) {
    return inventory_.things.emplace_back(
        Thing{std::move(kind), std::move(variant), std::move(identity), {{"in", place_}}});
  }

  Inventory& inventory_;
  std::string place_;
};

void take(Inventory& inventory, const std::vector<chat::Part>& parts, const std::string& place) {
  PartTaker taker(inventory, place);
  for (const chat::Part& part : parts) {
    std::visit([&](const auto& each) { taker.take(each); }, part);
  }
}

void take_messages(Inventory& inventory, const chat::Request& request) {
  constexpr std::array<const char*, 5> kRoles{"system", "developer", "user", "assistant", "tool"};
  for (const chat::Message& message : request.messages) {
    const std::size_t first = inventory.things.size();
    take(inventory, message.parts, kRoles[static_cast<std::size_t>(message.role)]);
    if (first < inventory.things.size())
      put(inventory.things[first].fields, "said_by", message.name);
  }
}

void take_tools(Inventory& inventory, const chat::Request& request) {
  for (const chat::Tool& tool : request.tools) {
    Thing& thing = inventory.things.emplace_back(Thing{"tool", "", tool.name, {}});
    put(thing.fields, "description", tool.description);
    put(thing.fields, "parameters", schema_of(tool.parameters));
    put(thing.fields, "strict", tool.strict);
    put(thing.fields, "cache_control", tool.cache_control);
  }
  constexpr std::array<const char*, 5> kChoices{"", "auto", "none", "required", "named"};
  Fields& fields = inventory.fields;
  put(fields, "tool_choice",
      std::string(kChoices[static_cast<std::size_t>(request.tool_choice.kind)]));
  put(fields, "tool_choice.name", request.tool_choice.name);
  if (request.tool_choice.parallel == false) fields["serial"] = "true";
}

void take_output(Inventory& inventory, const chat::Output& output) {
  constexpr std::array<const char*, 4> kOutputs{"", "", "json_object", "json_schema"};
  Fields& fields = inventory.fields;
  put(fields, "output", std::string(kOutputs[static_cast<std::size_t>(output.kind)]));
  put(fields, "output.name", output.name);
  put(fields, "output.description", output.description);
  put(fields, "output.schema", output.schema);
  put(fields, "output.strict", output.strict);
}

void take_settings(Fields& fields, const chat::Request& request) {
  put(fields, "reasoning", chat::effort_of(request.reasoning));
  put(fields, "reasoning.summary", request.reasoning.summary);
  put(fields, "reasoning.include", request.reasoning.include);
  put(fields, "max_tokens", request.max_tokens);
  put(fields, "temperature", request.temperature);
  put(fields, "top_p", request.top_p);
  put(fields, "min_p", request.min_p);
  put(fields, "frequency_penalty", request.frequency_penalty);
  put(fields, "presence_penalty", request.presence_penalty);
  put(fields, "repetition_penalty", request.repetition_penalty);
  put(fields, "top_k", request.top_k);
  put(fields, "seed", request.seed);
  put(fields, "n", request.n);
  put(fields, "top_logprobs", request.top_logprobs);
  put(fields, "logprobs", request.logprobs);
  put(fields, "store", request.store);
  put(fields, "logit_bias", request.logit_bias);
  put(fields, "metadata", request.metadata);
  // One id of the end user is as good as the other.
  put(fields, "user", request.user.empty() ? request.safety_identifier : request.user);
  put(fields, "service_tier", request.service_tier);
  put(fields, "verbosity", request.verbosity);
  put(fields, "prompt_cache_key", request.prompt_cache_key);
  if (!request.user.empty()) put(fields, "safety_identifier", request.safety_identifier);
  if (request.stream) fields["stream"] = "true";
}

bool fits(std::string_view pattern, std::string_view key) {
  if (!pattern.ends_with('*')) return pattern == key;
  pattern.remove_suffix(1);
  return key.starts_with(pattern);
}

std::string thing_key(const Thing& thing) {
  return thing.variant.empty() ? thing.kind : thing.kind + "." + thing.variant;
}

const Thing* find(const Inventory& inventory, std::string_view kind, std::string_view identity) {
  for (const Thing& thing : inventory.things) {
    if (thing.kind == kind && thing.identity == identity) return &thing;
  }
  return nullptr;
}

const Thing* find(const Inventory& inventory, const Thing& wanted) {
  return find(inventory, wanted.kind, wanted.identity);
}

/// `fields`, and a word where the signature of `thing` stands as a thought of its own instead.
Fields with_secret(const Inventory& inventory, const Thing& thing, Fields fields) {
  const auto signature = thing.fields.find("signature");
  if (signature == thing.fields.end() || fields.contains("signature")) return fields;
  const std::string bytes = signature->second.substr(signature->second.find(':') + 1);
  if (find(inventory, "secret", bytes) != nullptr) fields["signature"] = "apart";
  return fields;
}

bool is_of_result(const Thing& thing) {
  const auto place = thing.fields.find("in");
  return place != thing.fields.end() && place->second.starts_with("the result of");
}

/// Judges changes, one after the other.
class Judge {
 public:
  Judge(std::span<const Allowance> allowed, const chat::Losses& losses)
      : allowed_(allowed), losses_(losses) {}

  void hear(const std::string& key, const std::string& what) {
    std::string names;
    for (const Allowance& allowance : allowed_) {
      if (!fits(allowance.key, key)) continue;
      if (is_told(allowance.loss)) return;
      names += " " + std::string(allowance.loss);
    }
    if (!names.empty()) names = " not told as" + names;
    faults_.push_back(key + names + ": " + what);
  }

  void compare(const std::string& owner, const Fields& before, const Fields& after) {
    for (const auto& [name, value] : before) {
      const auto found = after.find(name);
      const std::string now = found == after.end() ? "" : found->second;
      const std::string key = owner + name + (now.empty() ? "" : "=" + now);
      if (now != value) hear(key, "'" + value + "' became '" + now + "'");
    }
    for (const auto& [name, value] : after) {
      if (!before.contains(name)) hear("+" + owner + name, "'" + value + "' came");
    }
  }

  std::vector<std::string> take() { return std::move(faults_); }

 private:
  bool is_told(std::string_view loss) const {
    const std::vector<std::string>& names = losses_.names();
    if (loss.empty() || (!names.empty() && names.back() == "more")) return true;
    return std::find(names.begin(), names.end(), loss) != names.end();
  }

  std::span<const Allowance> allowed_;
  const chat::Losses& losses_;
  std::vector<std::string> faults_;
};

}  // namespace

Inventory take_stock(const chat::Request& request) {
  Inventory inventory;
  take_messages(inventory, request);
  take_tools(inventory, request);
  for (const std::string& text : request.stop) inventory.things.push_back({"stop", "", text, {}});
  take_output(inventory, request.output);
  take_settings(inventory.fields, request);
  return inventory;
}

Inventory take_stock(const chat::Reply& reply) {
  Inventory inventory;
  Fields& fields = inventory.fields;
  put(fields, "id", reply.id);
  put(fields, "model", reply.model);
  put(fields, "service_tier", reply.service_tier);
  for (const chat::Choice& choice : reply.choices) {
    const std::string place = "choice " + std::to_string(choice.index);
    take(inventory, choice.parts, place);
    const std::string finish(chat::finish_reason_name(choice.finish));
    Thing thing{"finish", finish, place + " " + finish, {}};
    put(thing.fields, "stop_sequence", choice.stop_sequence);
    inventory.things.push_back(std::move(thing));
  }
  if (!reply.usage) return inventory;
  put(fields, "usage.input", std::optional(reply.usage->input_tokens));
  put(fields, "usage.output", std::optional(reply.usage->output_tokens));
  put(fields, "usage.cached", std::optional(reply.usage->cached_input_tokens));
  put(fields, "usage.written", std::optional(reply.usage->cache_write_tokens));
  put(fields, "usage.reasoning", std::optional(reply.usage->reasoning_tokens));
  return inventory;
}

std::vector<std::string> find_faults(const Inventory& before, const Inventory& after,
                                     std::span<const Allowance> allowed,
                                     const chat::Losses& losses) {
  Judge judge(allowed, losses);
  judge.compare("", before.fields, after.fields);
  for (const Thing& thing : before.things) {
    const Thing* now = find(after, thing);
    if (now == nullptr && thing.kind == "refusal" && find(after, "text", thing.identity)) {
      judge.hear("refusal=text", "'" + thing.identity + "' became a text");
    } else if (now == nullptr) {
      judge.hear(thing_key(thing), "'" + thing.identity + "' went");
    } else {
      judge.compare(thing.kind + ".", thing.fields, with_secret(after, thing, now->fields));
    }
  }
  for (const Thing& thing : after.things) {
    const bool was_refusal = thing.kind == "text" && find(before, "refusal", thing.identity);
    if (find(before, thing) == nullptr && !was_refusal) {
      judge.hear("+" + thing.kind + ":" + thing.identity, "'" + thing.identity + "' came");
    }
  }
  return judge.take();
}

std::string find_disorder(const Inventory& before, const Inventory& after) {
  std::vector<const Thing*> left, right;
  for (const Thing& thing : before.things) {
    if (!is_of_result(thing) && find(after, thing) != nullptr) left.push_back(&thing);
  }
  for (const Thing& thing : after.things) {
    const Thing* was = find(before, thing);
    if (was != nullptr && !is_of_result(*was)) right.push_back(&thing);
  }
  if (left.size() != right.size()) return "something is there twice";
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i]->kind == right[i]->kind && left[i]->identity == right[i]->identity) continue;
    return "'" + left[i]->identity + "' and '" + right[i]->identity + "' changed places";
  }
  return "";
}

}  // namespace arouter::golden
