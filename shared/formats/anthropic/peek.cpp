#include "shared/formats/anthropic/peek.hpp"

#include <array>
#include <vector>

#include "shared/formats/peek_fields.hpp"
#include "shared/splice.hpp"

namespace arouter::anthropic {

namespace {

using namespace peek_fields;

enum Field : std::size_t {
  kModel,
  kStream,
  kMetadata,
  kMaxTokens,
  kMessages,
  kSystem,
  kTools,
  kApiBase,
  kBaseUrl,
  kApiKey,
  kFirstRouting,
  kFieldCount = kFirstRouting + std::size(kRoutingKeys)
};

using Fields = std::array<JsonMember, kFieldCount>;

Result<void> read_metadata(std::string_view body, const JsonMember& member, Peek& peek) {
  if (!member.value.is_set()) return {};
  if (member.value.type != JsonType::object) return bad_field("metadata", "must be an object");
  std::array<JsonMember, 1> inner{JsonMember{.key = "user_id"}};
  find_members(body, member.value, inner);
  return read_user(body, {.key = "metadata.user_id", .value = inner[0].value}, peek);
}

Result<void> check_max_tokens(std::string_view body, const JsonMember& member) {
  const auto count = decode_count(body, member.value);
  if (count && *count == 0) return {};
  return check_count(body, member, kMostTokens);
}

}  // namespace

Result<Peek> peek_request(std::string_view body, bool count_only) {
  Fields fields{};
  constexpr std::array<std::string_view, kFirstRouting> kKeys{
      "model",  "stream", "metadata", "max_tokens", "messages",
      "system", "tools",  "api_base", "base_url",   "api_key"};
  for (std::size_t i = 0; i < kFirstRouting; ++i) fields[i].key = kKeys[i];
  name_routing(fields);
  if (Result<void> scanned = scan_object(body, fields); !scanned) return scanned.error();

  Peek peek;
  peek.count_only = count_only;
  peek.last_brace = body.rfind('}');
  take_routing(fields, peek);
  peek.system = fields[kSystem].value;
  peek.messages = fields[kMessages].value;
  peek.tools = fields[kTools].value;
  if (Result<void> good = refuse_destinations(fields); !good) return good.error();
  if (Result<void> good = read_model(body, fields[kModel], peek); !good) return good.error();
  if (Result<void> good = read_stream(body, fields[kStream], peek); !good) return good.error();
  if (Result<void> good = read_metadata(body, fields[kMetadata], peek); !good) return good.error();
  if (Result<void> good = check_max_tokens(body, fields[kMaxTokens]); !good) return good.error();
  peek.max_tokens = decode_count(body, fields[kMaxTokens].value).value_or(0);
  if (Result<void> good = check_array(fields[kMessages], "messages"); !good) return good.error();
  return peek;
}

std::string pass_request(std::string_view body, const Peek& peek, std::string_view upstream_model) {
  std::vector<Edit> edits;
  replace_model(body, peek, upstream_model, edits);
  return splice(body, std::move(edits));
}

}  // namespace arouter::anthropic
