#include "shared/formats/peek_fields.hpp"

#include <array>

namespace arouter::peek_fields {

Error bad_field(std::string_view field, const std::string& what) {
  return client_error(ErrorKind::bad_request, "'" + std::string(field) + "' " + what,
                      std::string(field));
}

Result<void> refuse_destinations(std::span<const JsonMember> members) {
  for (const JsonMember& member : members) {
    if (!member.value.present()) continue;
    for (const std::string_view name : kDestinations) {
      if (member.key != name) continue;
      Error error = bad_field(name, "is not accepted in a request body");
      error.code = "unsupported_field";
      return error;
    }
  }
  return {};
}

Result<void> read_model(std::string_view body, const JsonMember& member, Peek& peek) {
  if (!member.value.is_set()) {
    return bad_field("model", "is required: name a model such as \"provider/model\"");
  }
  const auto model = decode_string(body, member.value);
  if (!model || model->empty()) return bad_field("model", "must be a string that names a model");
  peek.model = *model;
  peek.model_value = member.value;
  return {};
}

Result<void> read_stream(std::string_view body, const JsonMember& member, Peek& peek) {
  if (!member.value.is_set()) return {};
  const auto stream = decode_bool(body, member.value);
  if (!stream) return bad_field(member.key, "must be true or false");
  peek.stream = *stream;
  return {};
}

Result<void> read_user(std::string_view body, const JsonMember& member, Peek& peek) {
  if (!member.value.is_set()) return {};
  const auto user = decode_string(body, member.value);
  if (!user || user->find('\0') != std::string::npos) {
    return bad_field(member.key, "must be a string without NUL");
  }
  peek.user = *user;
  return {};
}

Result<void> read_provider(std::string_view body, const JsonMember& member, Peek& peek) {
  if (member.value.type != JsonType::object) return {};
  std::array<JsonMember, 1> inner{JsonMember{.key = "require_parameters"}};
  find_members(body, member.value, inner);
  if (!inner[0].value.is_set()) return {};
  const auto required = decode_bool(body, inner[0].value);
  if (!required) return bad_field("provider", "needs true or false for 'require_parameters'");
  peek.require_parameters = *required;
  return {};
}

Result<void> check_count(std::string_view body, const JsonMember& member, std::int64_t most) {
  if (!member.value.is_set()) return {};
  const auto count = decode_count(body, member.value);
  if (!count || *count < 1 || *count > most) {
    return bad_field(member.key, "must be a whole number from 1 to " + std::to_string(most));
  }
  return {};
}

Result<void> check_array(const JsonMember& member, const char* what) {
  if (!member.value.is_set() || member.value.type == JsonType::array) return {};
  return bad_field(member.key, std::string("must be an array of ") + what);
}

}  // namespace arouter::peek_fields
