// A request or an answer taken apart, so that two can be compared thing by thing, and what is
// missing be held against what a format said it lost.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/chat/losses.hpp"
#include "shared/chat/reply.hpp"
#include "shared/chat/request.hpp"

namespace arouter::golden {

struct Thing {
  std::string kind;      // "text", "image", "call", "tool" …
  std::string variant;   // that formats treat alike: "url"; "" when there is but one
  std::string identity;  // no two things of a kind have the same
  std::map<std::string, std::string> fields{};  // those that are set; "in": where it stands
};

struct Inventory {
  std::vector<Thing> things;                  // in their order
  std::map<std::string, std::string> fields;  // of the whole; those that are set
};

/// Values that mean the same are made equal: a budget is the effort it stands for, a schema without
/// properties is none, texts that are joined by an empty line are two.
Inventory take_stock(const chat::Request& request);
Inventory take_stock(const chat::Reply& reply);

/// What a format may do to a chat.
///
/// `key` is a thing ("image.url"), a field of one ("text.cache_control") or of the whole
/// ("temperature") that goes; a field that gets another value ("text.in=system"); with "+" in front
/// what nobody asked for ("+max_tokens", "+text:Result of"); "refusal=text": one that becomes plain
/// words; "text.signature=apart": one that stands as a thought of its own. A "*" at its end stands
/// for any rest. `loss` is a name under which it may be told; "" when the meaning stays.
struct Allowance {
  std::string_view key;
  std::string_view loss;
};

/// What changed without being allowed, or without being told; one line each.
std::vector<std::string> find_faults(const Inventory& before, const Inventory& after,
                                     std::span<const Allowance> allowed,
                                     const chat::Losses& losses);

/// Things of both inventories that changed places; "" when none did. What a tool answered may move
/// away from its result, and is looked for by find_faults.
std::string find_disorder(const Inventory& before, const Inventory& after);

}  // namespace arouter::golden
