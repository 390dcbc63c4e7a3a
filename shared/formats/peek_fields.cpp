#include "shared/formats/peek_fields.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "shared/json_doc.hpp"

namespace arouter::peek_fields {

namespace {

/// The first element of a list, or what stands in its place; nothing of an empty list.
std::optional<JsonValue> first_of(std::string_view body, const JsonValue& list) {
  if (!list.is_set()) return std::nullopt;
  if (list.type != JsonType::array) return list;
  std::size_t position = list.begin + 1;
  const JsonValue first = json_detail::next_element(body, position);
  return first.present() ? std::optional(first) : std::nullopt;
}

/// Whether all of `plugins` choose a model.
bool are_router_plugins(std::string_view body, const JsonValue& plugins) {
  bool ours = true;
  for_each_element(body, plugins, [&](const JsonValue& plugin) {
    std::array<JsonMember, 1> inner{JsonMember{.key = "id"}};
    find_members(body, plugin, inner);
    ours = ours && decode_string(body, inner[0].value) == "auto-router";
  });
  return ours;
}

}  // namespace

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
    const JsonValue& models = peek.routing.models.value;
    const std::optional<JsonValue> first = first_of(body, models);
    if (!first) return bad_field("model", "is required: name a model such as \"provider/model\"");
    peek.model_value = member.value;
    // What is no list of names is refused where the wishes are read.
    peek.model = decode_string(body, *first).value_or("");
    return {};
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

void take_routing(std::span<const JsonMember> members, Peek& peek) {
  RoutingFields& into = peek.routing;
  for (const JsonMember& member : members) {
    if (!member.value.present()) continue;
    if (member.key == "provider") into.provider = member;
    if (member.key == "models") into.models = member;
    if (member.key == "route") into.route = member;
    if (member.key == "plugins") into.plugins = member;
    if (member.key == "session_id") into.session_id = member;
    if (member.key == "prompt_cache_key") peek.cache_key = member.value;
  }
}

bool is_heeded(const JsonItem& member) {
  if (member.named("plugins")) {
    const std::string_view list = member.raw();
    return are_router_plugins(list, {member.type(), 0, list.size()});
  }
  return member.named("provider") || member.named("models") || member.named("route") ||
         member.named("session_id");
}

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

/// The first byte at or behind `at` that is no blank.
std::size_t skip_blanks(std::string_view body, std::size_t at) {
  return std::min(body.find_first_not_of(kBlanks, at), body.size());
}

}  // namespace

void drop_routing(std::string_view body, const RoutingFields& fields, std::vector<Edit>& edits) {
  std::vector<const JsonMember*> gone;
  for (const JsonMember* each :
       {&fields.provider, &fields.models, &fields.route, &fields.plugins, &fields.session_id}) {
    if (each->value.present()) gone.push_back(each);
  }
  if (fields.plugins.value.present() && !are_router_plugins(body, fields.plugins.value)) {
    std::erase(gone, &fields.plugins);
  }
  std::sort(gone.begin(), gone.end(),
            [](const auto* a, const auto* b) { return a->key_begin < b->key_begin; });
  // Neighbours go together, with one of the commas around them.
  for (std::size_t i = 0; i < gone.size();) {
    Edit edit{gone[i]->key_begin, gone[i]->value.end, {}};
    std::size_t behind = skip_blanks(body, edit.end);
    for (++i; i < gone.size() && body[behind] == ','; ++i) {
      if (skip_blanks(body, behind + 1) != gone[i]->key_begin) break;
      edit.end = gone[i]->value.end;
      behind = skip_blanks(body, edit.end);
    }
    if (body[behind] == ',') {
      edit.end = behind + 1;
    } else if (const std::size_t before = body.find_last_not_of(kBlanks, edit.begin - 1);
               body[before] == ',') {
      edit.begin = before;
    }
    edits.push_back(std::move(edit));
  }
}

void replace_model(std::string_view body, const Peek& peek, std::string_view upstream_model,
                   std::vector<Edit>& edits) {
  RoutingFields fields = peek.routing;
  std::string model;
  append_json_string(model, upstream_model);
  if (peek.model_value.present()) {
    edits.push_back({peek.model_value.begin, peek.model_value.end, std::move(model)});
  } else {
    const JsonMember models = std::exchange(fields.models, {});
    edits.push_back({models.key_begin, models.value.end, "\"model\":" + model});
  }
  drop_routing(body, fields, edits);
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
