// Fields that routing reads in the bodies of several formats, checked the same way in each.
//
// `null` is as good as absent. Faults name the field in `param`.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/error.hpp"
#include "shared/formats/facts.hpp"
#include "shared/json_scan.hpp"
#include "shared/splice.hpp"

namespace arouter {

class JsonItem;

}  // namespace arouter

namespace arouter::peek_fields {

constexpr std::int64_t kMostTokens = 100'000'000;

/// bad_request: "'field' what".
Error bad_field(std::string_view field, const std::string& what);

/// Where a provider is found is the configuration's word alone; a body that tries to say so is
/// refused rather than passed on to somebody who may believe it. To be wanted in every scan.
constexpr std::string_view kDestinations[] = {"api_base", "base_url", "api_key"};
/// Errors: bad_request (code "unsupported_field") when one of kDestinations is among `members`.
Result<void> refuse_destinations(std::span<const JsonMember> members);

/// Fills peek.model and model_value. A model is required, where `models` lists none; of those the
/// first stands for it. Behind take_routing.
Result<void> read_model(std::string_view body, const JsonMember& member, Peek& peek);
/// Fills peek.stream.
Result<void> read_stream(std::string_view body, const JsonMember& member, Peek& peek);
/// Fills peek.user: a string without NUL.
Result<void> read_user(std::string_view body, const JsonMember& member, Peek& peek);
/// Fields of RoutingFields, and those that tell a conversation, by any format's name. To be wanted
/// in every scan.
constexpr std::string_view kRoutingKeys[] = {"provider", "models",     "route",
                                             "plugins",  "session_id", "prompt_cache_key"};
/// Writes kRoutingKeys into the last places of `members`.
inline void name_routing(std::span<JsonMember> members) {
  constexpr std::size_t kCount = std::size(kRoutingKeys);
  for (std::size_t i = 0; i < kCount; ++i) {
    members[members.size() - kCount + i].key = kRoutingKeys[i];
  }
}
/// Fills peek.routing and cache_key from what is among `members`.
void take_routing(std::span<const JsonMember> members, Peek& peek);
/// Whether the router itself does what a body's member asks for, so that no translation loses it.
/// Of `plugins`: when all of them choose a model.
bool is_heeded(const JsonItem& member);
/// Appends the edits that take arouter's own fields out of a body that passes. `plugins` stays when
/// any of them is the provider's.
void drop_routing(std::string_view body, const RoutingFields& fields, std::vector<Edit>& edits);
/// Likewise where the body names the model, and the edit that names `upstream_model` instead: in
/// the place of `models` when there is no other.
void replace_model(std::string_view body, const Peek& peek, std::string_view upstream_model,
                   std::vector<Edit>& edits);
/// A whole number from 1 to `most`, when it is there.
Result<void> check_count(std::string_view body, const JsonMember& member, std::int64_t most);
/// An array, when it is there.
Result<void> check_array(const JsonMember& member, const char* what);

}  // namespace arouter::peek_fields
