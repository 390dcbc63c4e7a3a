#include "shared/formats/gemini/peek.hpp"

#include <array>
#include <utility>
#include <vector>

#include "shared/formats/peek_fields.hpp"
#include "shared/splice.hpp"

namespace arouter::gemini {

namespace {

using namespace peek_fields;

enum Field : std::size_t {
  kContents,
  kTools,
  kApiBase,
  kBaseUrl,
  kApiKey,
  kCounted,
  kCountedSnake,
  kFirstPair,
  kConfig = kFirstPair,
  // Pairs from here on: camelCase and snake_case.
  kSystem = kFirstPair + 2,
  kFirstRouting = kFirstPair + 12,
  kFieldCount = kFirstRouting + std::size(kRoutingKeys)
};

using Fields = std::array<JsonMember, kFieldCount>;

constexpr std::array<std::string_view, kFirstRouting> kKeys{"contents",
                                                            "tools",
                                                            "api_base",
                                                            "base_url",
                                                            "api_key",
                                                            "generateContentRequest",
                                                            "generate_content_request",
                                                            "generationConfig",
                                                            "generation_config",
                                                            "systemInstruction",
                                                            "system_instruction",
                                                            "toolConfig",
                                                            "tool_config",
                                                            "safetySettings",
                                                            "safety_settings",
                                                            "cachedContent",
                                                            "cached_content",
                                                            "outputDimensionality",
                                                            "output_dimensionality"};

Result<void> refuse_pairs(const Fields& fields) {
  for (std::size_t i = kCounted; i + 1 < kFirstRouting; i += 2) {
    if (!fields[i].value.present() || !fields[i + 1].value.present()) continue;
    Error error =
        bad_field(fields[i].key, "stands twice, also as '" + std::string(fields[i + 1].key) + "'");
    error.code = "duplicate_key";
    return error;
  }
  return {};
}

/// A list, or the one content in its place.
Result<void> check_contents(const JsonMember& member) {
  const JsonType type = member.value.type;
  if (!member.value.is_set() || type == JsonType::array || type == JsonType::object) return {};
  return bad_field(member.key, "must be an array of contents");
}

/// The model that the request to be counted names.
Result<void> read_counted(std::string_view body, const Fields& fields, Peek& request) {
  const JsonMember& member =
      fields[kCounted].value.present() ? fields[kCounted] : fields[kCountedSnake];
  if (!member.value.is_set()) return {};
  if (member.value.type != JsonType::object) return bad_field(member.key, "must be an object");
  std::array<JsonMember, 1> model{JsonMember{.key = "model"}};
  find_members(body, member.value, model);
  if (model[0].value.type == JsonType::string) request.model_value = model[0].value;
  return {};
}

void read_most_tokens(std::string_view body, const Fields& fields, Peek& request) {
  const JsonMember& config =
      fields[kConfig].value.present() ? fields[kConfig] : fields[kConfig + 1];
  std::array<JsonMember, 2> most{JsonMember{.key = "maxOutputTokens"},
                                 JsonMember{.key = "max_output_tokens"}};
  find_members(body, config.value, most);
  for (const JsonMember& each : most) {
    if (const auto count = decode_count(body, each.value)) request.max_tokens = *count;
  }
}

/// What an embedding's body repeats of the path: Google refuses another model there.
void read_embedded(std::string_view body, Peek& request) {
  const JsonValue root{JsonType::object, body.find('{'), body.rfind('}') + 1};
  std::array<JsonMember, 2> members{JsonMember{.key = "model"}, JsonMember{.key = "requests"}};
  find_members(body, root, members);
  if (members[0].value.type == JsonType::string) request.model_value = members[0].value;
  for_each_element(body, members[1].value, [&](const JsonValue& each) {
    std::array<JsonMember, 1> model{JsonMember{.key = "model"}};
    find_members(body, each, model);
    if (model[0].value.type == JsonType::string) request.inner_models.push_back(model[0].value);
  });
}

}  // namespace

Result<Peek> peek_request(CallKind call, std::string_view body) {
  Fields fields{};
  for (std::size_t i = 0; i < kFirstRouting; ++i) fields[i].key = kKeys[i];
  name_routing(fields);
  if (Result<void> scanned = scan_object(body, fields); !scanned) return scanned.error();

  Peek request;
  request.last_brace = body.rfind('}');
  request.count_only = call == CallKind::count_tokens;
  take_routing(fields, request);
  const JsonMember& system = fields[kSystem];
  request.system = system.value.present() ? system.value : fields[kSystem + 1].value;
  request.messages = fields[kContents].value;
  request.tools = fields[kTools].value;
  if (Result<void> good = refuse_destinations(fields); !good) return good.error();
  if (Result<void> good = refuse_pairs(fields); !good) return good.error();
  if (Result<void> good = check_contents(fields[kContents]); !good) return good.error();
  if (call == CallKind::embeddings || call == CallKind::one_embedding) {
    read_embedded(body, request);
  }
  if (!request.count_only) {
    read_most_tokens(body, fields, request);
    return request;
  }
  if (Result<void> good = read_counted(body, fields, request); !good) return good.error();
  return request;
}

std::string pass_request(std::string_view body, const Peek& request,
                         std::string_view upstream_model) {
  std::string model;
  append_json_string(model, resource_name(upstream_model));
  std::vector<Edit> edits;
  for (const JsonValue& inner : request.inner_models) {
    edits.push_back({inner.begin, inner.end, model});
  }
  const JsonValue& own = request.model_value;
  if (own.present()) edits.push_back({own.begin, own.end, std::move(model)});
  drop_routing(body, request.routing, edits);
  if (edits.empty()) return std::string(body);
  return splice(body, std::move(edits));
}

std::string resource_name(std::string_view model) {
  for (const std::string_view collection : {"models/", "publishers/", "tunedModels/"}) {
    if (model.starts_with(collection)) return std::string(model);
  }
  return "models/" + std::string(model);
}

}  // namespace arouter::gemini
