#include "shared/formats/openai/request.hpp"

#include <array>
#include <vector>

#include "shared/splice.hpp"

namespace arouter::openai {

namespace {

enum Field : std::size_t {
  kModel,
  kStream,
  kStreamOptions,
  kUser,
  kMaxTokens,
  kMaxCompletionTokens,
  kN,
  kMessages,
  kApiBase,
  kBaseUrl,
  kApiKey,
  kFieldCount
};

using Fields = std::array<JsonMember, kFieldCount>;

constexpr std::int64_t kMostTokens = 100'000'000;
constexpr std::int64_t kMostChoices = 128;

Error bad_field(std::string_view field, const std::string& what) {
  return client_error(ErrorKind::bad_request, "'" + std::string(field) + "' " + what,
                      std::string(field));
}

bool is_set(const JsonValue& value) {
  return value.present() && !value.is_null();
}

Result<void> check_count(std::string_view body, const JsonMember& member, std::int64_t most) {
  if (!is_set(member.value)) return {};
  const auto count = decode_count(body, member.value);
  if (!count || *count < 1 || *count > most) {
    return bad_field(member.key, "must be a whole number from 1 to " + std::to_string(most));
  }
  return {};
}

Result<void> read_model(std::string_view body, const JsonMember& member, ChatRequest& request) {
  if (!is_set(member.value)) {
    return bad_field("model", "is required: name a model such as \"provider/model\"");
  }
  const auto model = decode_string(body, member.value);
  if (!model || model->empty()) return bad_field("model", "must be a string that names a model");
  request.model = *model;
  request.model_value = member.value;
  return {};
}

Result<void> read_stream_options(std::string_view body, const JsonMember& member,
                                 ChatRequest& request) {
  request.stream_options = member.value;
  if (!is_set(member.value)) return {};
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
  if (!is_set(inner[0].value)) return {};
  const auto wanted = decode_bool(body, inner[0].value);
  if (!wanted) return bad_field("stream_options", "needs true or false for 'include_usage'");
  request.include_usage = *wanted;
  return {};
}

Result<void> read_rest(std::string_view body, const Fields& fields, ChatRequest& request) {
  if (is_set(fields[kStream].value)) {
    const auto stream = decode_bool(body, fields[kStream].value);
    if (!stream) return bad_field("stream", "must be true or false");
    request.stream = *stream;
  }
  if (is_set(fields[kUser].value)) {
    const auto user = decode_string(body, fields[kUser].value);
    if (!user || user->find('\0') != std::string::npos) {
      return bad_field("user", "must be a string without NUL");
    }
    request.user = *user;
  }
  if (is_set(fields[kMessages].value) && fields[kMessages].value.type != JsonType::array) {
    return bad_field("messages", "must be an array of messages");
  }
  for (const Field field : {kMaxTokens, kMaxCompletionTokens}) {
    if (Result<void> good = check_count(body, fields[field], kMostTokens); !good) return good;
  }
  return check_count(body, fields[kN], kMostChoices);
}

/// Where a provider is found is the configuration's word alone; a body that tries to say so is
/// refused rather than passed on to somebody who may believe it.
Result<void> refuse_destinations(const Fields& fields) {
  for (const Field field : {kApiBase, kBaseUrl, kApiKey}) {
    if (!fields[field].value.present()) continue;
    Error error = bad_field(fields[field].key, "is not accepted in a request body");
    error.code = "unsupported_field";
    return error;
  }
  return {};
}

}  // namespace

Result<ChatRequest> decode_chat_request(std::string_view body) {
  Fields fields{};
  constexpr std::array<std::string_view, kFieldCount> kKeys{
      "model", "stream",   "stream_options", "user",     "max_tokens", "max_completion_tokens",
      "n",     "messages", "api_base",       "base_url", "api_key"};
  for (std::size_t i = 0; i < kFieldCount; ++i) fields[i].key = kKeys[i];
  if (Result<void> scanned = scan_object(body, fields); !scanned) return scanned.error();

  ChatRequest request;
  request.last_brace = body.rfind('}');
  if (Result<void> good = refuse_destinations(fields); !good) return good.error();
  if (Result<void> good = read_model(body, fields[kModel], request); !good) return good.error();
  if (Result<void> good = read_stream_options(body, fields[kStreamOptions], request); !good) {
    return good.error();
  }
  if (Result<void> good = read_rest(body, fields, request); !good) return good.error();
  return request;
}

std::string encode_chat_request(std::string_view body, const ChatRequest& request,
                                std::string_view upstream_model) {
  std::vector<Edit> edits;
  std::string model;
  append_json_string(model, upstream_model);
  edits.push_back({request.model_value.begin, request.model_value.end, std::move(model)});
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
