#include "shared/formats/responses/peek.hpp"

#include <array>
#include <vector>

#include "shared/formats/peek_fields.hpp"
#include "shared/splice.hpp"

namespace arouter::responses {

namespace {

using namespace peek_fields;

// The first ones are read, the others only kept from standing twice.
enum Field : std::size_t {
  kModel,
  kStream,
  kUser,
  kSafetyIdentifier,
  kMaxOutputTokens,
  kInput,
  kTools,
  kInstructions,
  kRead
};

constexpr std::array<std::string_view, 27> kKeys{"model",
                                                 "stream",
                                                 "user",
                                                 "safety_identifier",
                                                 "max_output_tokens",
                                                 "input",
                                                 "tools",
                                                 "instructions",
                                                 "api_base",
                                                 "base_url",
                                                 "api_key",
                                                 "tool_choice",
                                                 "parallel_tool_calls",
                                                 "text",
                                                 "reasoning",
                                                 "include",
                                                 "temperature",
                                                 "top_p",
                                                 "top_logprobs",
                                                 "store",
                                                 "metadata",
                                                 "background",
                                                 "previous_response_id",
                                                 "truncation",
                                                 "conversation",
                                                 "prompt",
                                                 "service_tier"};

using Fields = std::array<JsonMember, kKeys.size() + std::size(kRoutingKeys)>;

Result<void> check_input(const JsonMember& member) {
  const JsonType type = member.value.type;
  if (!member.value.is_set() || type == JsonType::string || type == JsonType::array) return {};
  return bad_field(member.key, "must be a string or an array of items");
}

Result<void> read_fields(std::string_view body, const Fields& fields, Peek& request) {
  if (Result<void> good = refuse_destinations(fields); !good) return good;
  if (Result<void> good = read_model(body, fields[kModel], request); !good) return good;
  if (Result<void> good = read_stream(body, fields[kStream], request); !good) return good;
  // The older name last, so that it wins where a client sends both.
  if (Result<void> good = read_user(body, fields[kSafetyIdentifier], request); !good) return good;
  if (Result<void> good = read_user(body, fields[kUser], request); !good) return good;
  if (Result<void> good = check_input(fields[kInput]); !good) return good;
  if (Result<void> good = check_array(fields[kTools], "tools"); !good) return good;
  request.max_tokens = decode_count(body, fields[kMaxOutputTokens].value).value_or(0);
  return check_count(body, fields[kMaxOutputTokens], kMostTokens);
}

}  // namespace

Result<Peek> peek_request(std::string_view body) {
  Fields fields{};
  for (std::size_t i = 0; i < kKeys.size(); ++i) fields[i].key = kKeys[i];
  name_routing(fields);
  if (Result<void> scanned = scan_object(body, fields); !scanned) return scanned.error();
  Peek request;
  request.last_brace = body.rfind('}');
  take_routing(fields, request);
  request.system = fields[kInstructions].value;
  request.messages = fields[kInput].value;
  request.tools = fields[kTools].value;
  if (Result<void> good = read_fields(body, fields, request); !good) return good.error();
  return request;
}

std::string pass_request(std::string_view body, const Peek& request,
                         std::string_view upstream_model) {
  std::vector<Edit> edits;
  replace_model(body, request, upstream_model, edits);
  return splice(body, std::move(edits));
}

}  // namespace arouter::responses
