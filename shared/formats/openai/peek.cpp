#include "shared/formats/openai/peek.hpp"

#include <array>
#include <vector>

#include "shared/formats/peek_fields.hpp"
#include "shared/splice.hpp"

namespace arouter::openai {

namespace {

using namespace peek_fields;

enum Field : std::size_t {
  kModel,
  kStream,
  kStreamOptions,
  kUser,
  kMaxTokens,
  kMaxCompletionTokens,
  kN,
  kMessages,
  kTools,
  kApiBase,
  kBaseUrl,
  kApiKey,
  kFirstRouting,
  kFieldCount = kFirstRouting + std::size(kRoutingKeys)
};

using Fields = std::array<JsonMember, kFieldCount>;

constexpr std::int64_t kMostChoices = 128;

Result<void> read_stream_options(std::string_view body, const JsonMember& member, Peek& request) {
  request.stream_options = member.value;
  if (!member.value.is_set()) return {};
  if (member.value.type != JsonType::object)
    return bad_field("stream_options", "must be an object");
  std::array<JsonMember, 1> inner{JsonMember{.key = "include_usage"}};
  // Scanned once more, since only a scan refuses a key that stands twice.
  if (Result<void> scanned = scan_object(member.value.in(body), inner); !scanned) {
    Error error = scanned.error();
    error.param = "stream_options";
    return error;
  }
  inner[0].value.begin += member.value.begin;
  inner[0].value.end += member.value.begin;
  request.include_usage_value = inner[0].value;
  if (!inner[0].value.is_set()) return {};
  const auto wanted = decode_bool(body, inner[0].value);
  if (!wanted) return bad_field("stream_options", "needs true or false for 'include_usage'");
  request.include_usage = *wanted;
  return {};
}

Result<void> read_rest(std::string_view body, const Fields& fields, Peek& request) {
  if (Result<void> good = read_stream(body, fields[kStream], request); !good) return good;
  if (Result<void> good = read_user(body, fields[kUser], request); !good) return good;
  if (Result<void> good = check_array(fields[kMessages], "messages"); !good) return good;
  for (const Field field : {kMaxTokens, kMaxCompletionTokens}) {
    if (Result<void> good = check_count(body, fields[field], kMostTokens); !good) return good;
    if (const auto most = decode_count(body, fields[field].value)) request.max_tokens = *most;
  }
  return check_count(body, fields[kN], kMostChoices);
}

}  // namespace

Result<Peek> peek_request(std::string_view body) {
  Fields fields{};
  constexpr std::array<std::string_view, kFirstRouting> kKeys{
      "model", "stream",   "stream_options", "user",     "max_tokens", "max_completion_tokens",
      "n",     "messages", "tools",          "api_base", "base_url",   "api_key"};
  for (std::size_t i = 0; i < kFirstRouting; ++i) fields[i].key = kKeys[i];
  name_routing(fields);
  if (Result<void> scanned = scan_object(body, fields); !scanned) return scanned.error();

  Peek request;
  request.last_brace = body.rfind('}');
  take_routing(fields, request);
  request.messages = fields[kMessages].value;
  request.tools = fields[kTools].value;
  if (Result<void> good = refuse_destinations(fields); !good) return good.error();
  if (Result<void> good = read_model(body, fields[kModel], request); !good) return good.error();
  if (Result<void> good = read_stream_options(body, fields[kStreamOptions], request); !good) {
    return good.error();
  }
  if (Result<void> good = read_rest(body, fields, request); !good) return good.error();
  return request;
}

std::string pass_request(std::string_view body, const Peek& request,
                         std::string_view upstream_model) {
  std::vector<Edit> edits;
  replace_model(body, request, upstream_model, edits);
  if (request.stream && !request.include_usage) {
    const JsonValue& options = request.stream_options;
    if (request.include_usage_value.present()) {
      edits.push_back({request.include_usage_value.begin, request.include_usage_value.end, "true"});
    } else if (options.type == JsonType::object) {
      // A comma unless the object is empty: its first byte behind the brace that is no blank.
      const std::size_t inside = body.find_first_not_of(" \t\r\n", options.begin + 1);
      edits.push_back(
          {options.begin + 1, options.begin + 1,
           inside == options.end - 1 ? R"("include_usage":true)" : R"("include_usage":true,)"});
    } else if (options.present()) {
      edits.push_back({options.begin, options.end, R"({"include_usage":true})"});
    } else {
      edits.push_back(
          {request.last_brace, request.last_brace, R"(,"stream_options":{"include_usage":true})"});
    }
  }
  return splice(body, std::move(edits));
}

}  // namespace arouter::openai
