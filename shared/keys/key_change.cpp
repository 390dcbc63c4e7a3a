#include "shared/keys/key_change.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "shared/date.hpp"
#include "shared/formats/peek_fields.hpp"
#include "shared/http/byte_class.hpp"
#include "shared/json_doc.hpp"
#include "shared/text.hpp"

namespace arouter {

namespace {

using peek_fields::bad_field;

constexpr std::size_t kMostNameBytes = 128;  // as the ledger keeps texts
constexpr std::size_t kMostListed = 256;
constexpr std::int64_t kMostCount = 1'000'000'000'000;

/// How others spell our fields.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kOtherWords{
    {{"limit_usd", "limit"}, {"spending_limit", "limit"}, {"label", "name"}, {"type", "key_type"}}};

class Reader {
 public:
  Reader(KeyChange& into, std::int64_t now_s, bool is_new)
      : into_(into), now_s_(now_s), is_new_(is_new) {}

  Result<void> read(const JsonItem& object) {
    return read_members(object, is_new_ ? known() : known().subspan(1), "");
  }

 private:
  using Read = Result<void> (Reader::*)(const JsonItem&, const std::string&);
  struct Known {
    std::string_view key;
    Read read;
  };

  // The first one is of new keys only.
  static std::span<const Known> known() {
    static constexpr Known kKnown[] = {
        {"key_type", &Reader::read_type},
        {"name", &Reader::read_name},
        {"disabled", &Reader::read_disabled},
        {"expires_at", &Reader::read_expiry},
        {"limit", &Reader::read_limit},
        {"limit_reset", &Reader::read_reset},
        {"limit_mode", &Reader::read_mode},
        {"allowed_providers", &Reader::read_providers},
        {"allowed_models", &Reader::read_models},
        {"rate_limit", &Reader::read_rates},
        {"concurrency", &Reader::read_concurrency},
        {"data_policy", &Reader::read_policy},
        {"priority", &Reader::read_priority},
        {"user", &Reader::read_user},
    };
    return kKnown;
  }
  static std::span<const Known> known_rates() {
    static constexpr Known kKnown[] = {
        {"requests_per_minute", &Reader::read_requests_per_minute},
        {"requests_per_day", &Reader::read_requests_per_day},
        {"tokens_per_minute", &Reader::read_tokens_per_minute},
    };
    return kKnown;
  }
  static std::span<const Known> known_policies() {
    static constexpr Known kKnown[] = {
        {"data_collection", &Reader::read_collection},
        {"zdr", &Reader::read_zdr},
    };
    return kKnown;
  }

  Result<void> read_members(const JsonItem& object, std::span<const Known> fields,
                            const std::string& outer) {
    std::vector<std::string> seen;
    for (const JsonItem member : object) {
      const std::string key = member.key();
      const std::string place = outer + key;
      if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
        return bad_field(place, "stands twice");
      }
      const auto field = std::find_if(fields.begin(), fields.end(),
                                      [&](const Known& each) { return each.key == key; });
      if (field == fields.end()) return unknown(place, key, fields);
      if (Result<void> good = (this->*field->read)(member, place); !good) return good;
      seen.push_back(key);
    }
    return {};
  }

  static Error unknown(const std::string& place, std::string_view key,
                       std::span<const Known> fields) {
    std::vector<std::string_view> names;
    for (const Known& each : fields) names.push_back(each.key);
    std::string near = nearest_name(key, names);
    for (const auto& [theirs, ours] : kOtherWords) {
      if (theirs == key) near = ours;
    }
    if (key == "key_type") return bad_field(place, "cannot be changed");
    const std::string shown = place.substr(0, 64);
    return bad_field(shown,
                     "is not known" + (near.empty() ? "" : "; did you mean '" + near + "'?"));
  }

  // Texts.

  static Result<std::string> text_of(const JsonItem& item, const std::string& place) {
    if (!item.is_string()) return bad_field(place, "must be a string");
    std::string text = item.text();
    const bool has_control = std::any_of(text.begin(), text.end(), [](char each) {
      return static_cast<unsigned char>(each) < 0x20 || each == 0x7f;
    });
    // A lone surrogate reads as nothing.
    if (text.empty() && item.raw().size() > 2) return bad_field(place, "is no text");
    if (has_control) return bad_field(place, "must not hold control characters");
    if (text.size() > kMostNameBytes) return bad_field(place, "must be at most 128 bytes");
    return text;
  }

  Result<void> read_name(const JsonItem& item, const std::string& place) {
    Result<std::string> text = text_of(item, place);
    if (!text) return text.error();
    if (text->empty()) return bad_field(place, "must not be empty");
    into_.name = std::move(*text);
    return {};
  }
  Result<void> read_user(const JsonItem& item, const std::string& place) {
    if (!item.is_set()) {
      into_.user = "";
      return {};
    }
    Result<std::string> text = text_of(item, place);
    if (!text) return text.error();
    into_.user = std::move(*text);
    return {};
  }

  /// One of the words, which stand for the first values of an enumeration.
  template <class Value, std::size_t N>
  static Result<void> read_word(const JsonItem& item, const std::string& place,
                                const std::array<std::string_view, N>& words,
                                std::optional<Value>& into) {
    const std::string word = item.text();
    const auto found = std::find(words.begin(), words.end(), word);
    if (!item.is_string() || found == words.end()) {
      std::string list;
      for (const std::string_view each : words) {
        list += (list.empty() ? "\"" : ", \"") + std::string(each) + "\"";
      }
      return bad_field(place, "must be one of " + list);
    }
    into = static_cast<Value>(found - words.begin());
    return {};
  }

  Result<void> read_type(const JsonItem& item, const std::string& place) {
    constexpr std::array<std::string_view, 2> kWords{"regular", "management"};
    return read_word(item, place, kWords, into_.type);
  }
  Result<void> read_priority(const JsonItem& item, const std::string& place) {
    constexpr std::array<std::string_view, 3> kWords{"standard", "critical", "sheddable"};
    return read_word(item, place, kWords, into_.priority);
  }
  Result<void> read_mode(const JsonItem& item, const std::string& place) {
    constexpr std::array<std::string_view, 2> kWords{"soft", "hard"};
    return read_word(item, place, kWords, into_.limit_is_hard);
  }
  Result<void> read_reset(const JsonItem& item, const std::string& place) {
    if (!item.is_set()) {
      into_.limit_reset = limits::Period::lifetime;
      return {};
    }
    into_.limit_reset = item.is_string() ? limits::find_period(item.text()) : std::nullopt;
    if (into_.limit_reset) return {};
    return bad_field(place, "must be one of \"daily\", \"weekly\", \"monthly\", or null");
  }

  // Flags.

  static Result<void> read_flag(const JsonItem& item, const std::string& place,
                                std::optional<bool>& into) {
    into = item.boolean();
    return into ? Result<void>() : bad_field(place, "must be true or false");
  }
  Result<void> read_disabled(const JsonItem& item, const std::string& place) {
    return read_flag(item, place, into_.disabled);
  }
  Result<void> read_zdr(const JsonItem& item, const std::string& place) {
    return read_flag(item, place, into_.zdr);
  }
  Result<void> read_collection(const JsonItem& item, const std::string& place) {
    constexpr std::array<std::string_view, 2> kWords{"allow", "deny"};
    return read_word(item, place, kWords, into_.deny_collection);
  }
  Result<void> read_policy(const JsonItem& item, const std::string& place) {
    if (!item.is_set()) {
      into_.deny_collection = false;
      into_.zdr = false;
      return {};
    }
    if (!item.is_object()) return bad_field(place, "must be an object or null");
    return read_members(item, known_policies(), place + ".");
  }

  // Numbers.

  Result<void> read_limit(const JsonItem& item, const std::string& place) {
    if (!item.is_set()) {
      into_.limit = std::optional<Money>();
      return {};
    }
    const std::string text = item.is_string() ? item.text() : std::string(item.number());
    const Result<Money> amount = decode_money(text);
    if (!amount) {
      return bad_field(place,
                       "must be an amount in USD, a number of at least 0 and under 9000000 with "
                       "at most 12 places and no exponent, or null");
    }
    into_.limit = *amount;
    return {};
  }

  /// null: no limit.
  static Result<void> read_count(const JsonItem& item, const std::string& place,
                                 std::optional<std::int64_t>& into) {
    if (!item.is_set()) {
      into = 0;
      return {};
    }
    into = item.count();
    if (into && *into >= 1 && *into <= kMostCount) return {};
    return bad_field(place, "must be a whole number from 1 to 1000000000000, or null");
  }
  Result<void> read_requests_per_minute(const JsonItem& item, const std::string& place) {
    return read_count(item, place, into_.requests_per_minute);
  }
  Result<void> read_requests_per_day(const JsonItem& item, const std::string& place) {
    return read_count(item, place, into_.requests_per_day);
  }
  Result<void> read_tokens_per_minute(const JsonItem& item, const std::string& place) {
    return read_count(item, place, into_.tokens_per_minute);
  }
  Result<void> read_concurrency(const JsonItem& item, const std::string& place) {
    return read_count(item, place, into_.concurrency);
  }
  Result<void> read_rates(const JsonItem& item, const std::string& place) {
    if (!item.is_set()) {
      into_.requests_per_minute = 0;
      into_.requests_per_day = 0;
      into_.tokens_per_minute = 0;
      return {};
    }
    if (!item.is_object()) return bad_field(place, "must be an object or null");
    return read_members(item, known_rates(), place + ".");
  }

  Result<void> read_expiry(const JsonItem& item, const std::string& place) {
    if (!item.is_set()) {
      into_.expires_s = 0;
      return {};
    }
    into_.expires_s = item.is_string() ? decode_date(item.text()) : std::nullopt;
    if (!into_.expires_s) {
      return bad_field(place, "must be a time such as \"2027-01-31T23:59:59Z\", or null");
    }
    if (*into_.expires_s <= now_s_) return bad_field(place, "is in the past");
    return {};
  }

  // Lists.

  static Result<std::vector<std::string>> list_of(const JsonItem& item, const std::string& place) {
    std::vector<std::string> list;
    if (!item.is_set()) return list;
    if (!item.is_array()) return bad_field(place, "must be a list of strings, or null for all");
    for (const JsonItem each : item) {
      Result<std::string> text = text_of(each, place);
      if (!text) return text.error();
      if (text->empty()) return bad_field(place, "must not hold empty strings");
      list.push_back(std::move(*text));
    }
    // Nobody knows whether it is to mean none or all.
    if (list.empty()) return bad_field(place, "must name at least one, or be null for all");
    if (list.size() > kMostListed) return bad_field(place, "must hold at most 256 names");
    return list;
  }
  Result<void> read_providers(const JsonItem& item, const std::string& place) {
    Result<std::vector<std::string>> list = list_of(item, place);
    if (!list) return list.error();
    for (std::string& each : *list) {
      std::transform(each.begin(), each.end(), each.begin(), ascii_lower);
    }
    into_.allowed_providers = std::move(*list);
    return {};
  }
  Result<void> read_models(const JsonItem& item, const std::string& place) {
    Result<std::vector<std::string>> list = list_of(item, place);
    if (!list) return list.error();
    into_.allowed_models = std::move(*list);
    return {};
  }

  KeyChange& into_;
  std::int64_t now_s_;
  bool is_new_;
};

Result<KeyChange> decode(std::string_view body, std::int64_t now_s, bool is_new) {
  const Result<JsonDoc> document = JsonDoc::read(body);
  if (!document) return document.error();
  if (!document->root().is_object()) {
    return client_error(ErrorKind::bad_request, "the body must be a JSON object");
  }
  KeyChange change;
  Reader reader(change, now_s, is_new);
  if (Result<void> read = reader.read(document->root()); !read) return read.error();
  if (is_new && !change.name) return bad_field("name", "is missing");
  if (!is_new && document->root().empty()) {
    return client_error(ErrorKind::bad_request, "the body must name a field to be changed");
  }
  return change;
}

template <class T>
void keep(const std::optional<T>& value, T& into) {
  if (value) into = *value;
}

}  // namespace

Result<KeyChange> decode_new_key(std::string_view body, std::int64_t now_s) {
  return decode(body, now_s, true);
}

Result<KeyChange> decode_key_change(std::string_view body, std::int64_t now_s) {
  return decode(body, now_s, false);
}

void apply(const KeyChange& change, KeyRecord& key) {
  keep(change.name, key.name);
  keep(change.user, key.user);
  keep(change.type, key.type);
  keep(change.disabled, key.disabled);
  keep(change.expires_s, key.expires_s);
  keep(change.limit, key.limit);
  keep(change.limit_reset, key.limit_reset);
  keep(change.limit_is_hard, key.limit_is_hard);
  keep(change.allowed_providers, key.allowed_providers);
  keep(change.allowed_models, key.allowed_models);
  keep(change.requests_per_minute, key.requests_per_minute);
  keep(change.requests_per_day, key.requests_per_day);
  keep(change.tokens_per_minute, key.tokens_per_minute);
  keep(change.concurrency, key.concurrency);
  keep(change.deny_collection, key.deny_collection);
  keep(change.zdr, key.zdr);
  keep(change.priority, key.priority);
}

}  // namespace arouter
