#include "shared/routing/preferences.hpp"

#include <algorithm>

#include "shared/formats/peek_fields.hpp"
#include "shared/http/byte_class.hpp"
#include "shared/json_doc.hpp"
#include "shared/text.hpp"

namespace arouter::routing {

namespace {

using peek_fields::bad_field;

constexpr std::size_t kMostNames = 64;
constexpr std::size_t kMostModels = 32;

using Names = std::vector<std::string>;

/// "provider.order": the place of a member inside `provider`.
std::string inside(std::string_view outer, std::string_view key) {
  return std::string(outer) + "." + std::string(key);
}

Result<bool> flag_of(const JsonItem& item, const std::string& place) {
  const std::optional<bool> value = item.boolean();
  if (!value) return bad_field(place, "must be true or false");
  return *value;
}

/// A list of at most `most` names; one string is a list of one.
Result<Names> names_of(const JsonItem& item, const std::string& place, std::size_t most) {
  Names names;
  if (item.is_string()) {
    names.push_back(item.text());
  } else if (item.is_array()) {
    for (const JsonItem each : item) names.push_back(each.text());
  } else {
    return bad_field(place, "must be a list of strings");
  }
  const bool has_empty = std::find(names.begin(), names.end(), "") != names.end();
  if (has_empty) return bad_field(place, "must hold strings that are not empty");
  if (names.size() > most) {
    return bad_field(place, "must hold at most " + std::to_string(most) + " names");
  }
  return names;
}

Result<Names> provider_names_of(const JsonItem& item, const std::string& place) {
  Result<Names> names = names_of(item, place, kMostNames);
  if (!names) return names;
  for (std::string& name : *names) {
    std::transform(name.begin(), name.end(), name.begin(), ascii_lower);
  }
  return names;
}

/// A non-negative decimal, as a number or in a string, in units of 10^-12: money's exactness, for
/// whatever it counts.
Result<Money> decimal_of(const JsonItem& item, const std::string& place) {
  const std::string text = item.is_string() ? item.text() : std::string(item.number());
  const Result<Money> value = decode_money(text);
  if (text.empty() || !value) {
    return bad_field(place, "must be a number of at least 0, without an exponent");
  }
  return *value;
}

/// A non-negative decimal in thousandths.
Result<std::int64_t> thousandths_of(const JsonItem& item, const std::string& place) {
  const Result<Money> value = decimal_of(item, place);
  if (!value) return value.error();
  return value->pico_usd / 1'000'000'000;
}

Result<Cutoffs> cutoffs_of(const JsonItem& item, const std::string& place) {
  Cutoffs cutoffs;
  if (!item.is_object()) {
    const Result<std::int64_t> median = thousandths_of(item, place);
    if (!median) return median.error();
    cutoffs[0] = *median;
    return cutoffs;
  }
  for (const JsonItem each : item) {
    const std::string key = each.key();
    const auto* const at = std::find(kPercentiles.begin(), kPercentiles.end(), key);
    if (at == kPercentiles.end()) {
      return bad_field(inside(place, key), "is not known; there are p50, p75, p90 and p99");
    }
    if (!each.is_set()) continue;
    const Result<std::int64_t> bound = thousandths_of(each, inside(place, key));
    if (!bound) return bound.error();
    cutoffs[static_cast<std::size_t>(at - kPercentiles.begin())] = *bound;
  }
  return cutoffs;
}

/// Of a "provider" object, member by member.
class ProviderReader {
 public:
  explicit ProviderReader(Preferences& into) : into_(into) {}

  Result<void> read(const JsonItem& object) {
    for (const JsonItem member : object) {
      if (Result<void> good = read_member(member, member.key()); !good) return good;
    }
    return {};
  }

 private:
  using Read = Result<void> (ProviderReader::*)(const JsonItem&, const std::string&);
  struct Known {
    std::string_view key;
    Read read;
  };

  static std::span<const Known> known() {
    static constexpr Known kKnown[] = {
        {"order", &ProviderReader::read_order},
        {"only", &ProviderReader::read_only},
        {"ignore", &ProviderReader::read_ignore},
        {"allow_fallbacks", &ProviderReader::read_allow_fallbacks},
        {"require_parameters", &ProviderReader::read_require_parameters},
        {"data_collection", &ProviderReader::read_data_collection},
        {"zdr", &ProviderReader::read_zdr},
        {"quantizations", &ProviderReader::read_quantizations},
        {"sort", &ProviderReader::read_sort},
        {"max_price", &ProviderReader::read_max_price},
        {"preferred_min_throughput", &ProviderReader::read_min_throughput},
        {"preferred_max_latency", &ProviderReader::read_max_latency},
    };
    return kKnown;
  }

  Result<void> read_member(const JsonItem& item, const std::string& key) {
    const std::string place = inside("provider", key);
    for (const Known& each : known()) {
      if (each.key != key) continue;
      if (!item.is_set()) return {};
      return (this->*each.read)(item, place);
    }
    std::vector<std::string_view> keys;
    for (const Known& each : known()) keys.push_back(each.key);
    const std::string near = nearest_name(key, keys);
    return bad_field(place,
                     "is not known" + (near.empty() ? "" : "; did you mean '" + near + "'?"));
  }

  template <class T>
  static Result<void> keep(Result<T> value, T& into) {
    if (!value) return value.error();
    into = std::move(*value);
    return {};
  }

  Result<void> read_order(const JsonItem& item, const std::string& place) {
    return keep(provider_names_of(item, place), into_.order);
  }
  Result<void> read_only(const JsonItem& item, const std::string& place) {
    if (Result<void> good = keep(provider_names_of(item, place), into_.only); !good) return good;
    if (into_.only.empty()) return bad_field(place, "must name at least one provider");
    return {};
  }
  Result<void> read_ignore(const JsonItem& item, const std::string& place) {
    return keep(provider_names_of(item, place), into_.ignore);
  }
  Result<void> read_allow_fallbacks(const JsonItem& item, const std::string& place) {
    return keep(flag_of(item, place), into_.allow_fallbacks);
  }
  Result<void> read_require_parameters(const JsonItem& item, const std::string& place) {
    return keep(flag_of(item, place), into_.require_parameters);
  }
  Result<void> read_zdr(const JsonItem& item, const std::string& place) {
    return keep(flag_of(item, place), into_.zdr);
  }

  Result<void> read_data_collection(const JsonItem& item, const std::string& place) {
    const std::string word = item.text();
    if (word != "allow" && word != "deny") return bad_field(place, "must be 'allow' or 'deny'");
    into_.deny_collection = word == "deny";
    return {};
  }

  Result<void> read_quantizations(const JsonItem& item, const std::string& place) {
    return keep(names_of(item, place, kMostNames), into_.quantizations);
  }

  Result<void> read_sort_word(const JsonItem& item, const std::string& place) {
    const std::string word = item.text();
    if (word == "price") {
      into_.sort = SortBy::price;
    } else if (word == "throughput") {
      into_.sort = SortBy::throughput;
    } else if (word == "latency") {
      into_.sort = SortBy::latency;
    } else {
      return bad_field(place, "must be 'price', 'throughput' or 'latency'");
    }
    return {};
  }

  Result<void> read_sort(const JsonItem& item, const std::string& place) {
    if (!item.is_object()) return read_sort_word(item, place);
    for (const JsonItem each : item) {
      const std::string key = each.key();
      const std::string inner = inside(place, key);
      if (key == "by") {
        if (Result<void> good = read_sort_word(each, inner); !good) return good;
      } else if (key == "partition") {
        const std::string word = each.text();
        if (word != "model" && word != "none") return bad_field(inner, "must be 'model' or 'none'");
        into_.sort_across_models = word == "none";
      } else {
        return bad_field(inner, "is not known; there are 'by' and 'partition'");
      }
    }
    return {};
  }

  Result<void> read_max_price(const JsonItem& item, const std::string& place) {
    if (!item.is_object()) return bad_field(place, "must be an object of prices");
    MaxPrice& most = into_.max_price;
    for (const JsonItem each : item) {
      const std::string key = each.key();
      std::optional<Money>* const into = key == "prompt"       ? &most.prompt
                                         : key == "completion" ? &most.completion
                                         : key == "request"    ? &most.request
                                         : key == "image"      ? &most.image
                                                               : nullptr;
      if (into == nullptr) {
        return bad_field(inside(place, key),
                         "is not known; there are prompt, completion, request and image");
      }
      if (!each.is_set()) continue;
      const Result<Money> price = decimal_of(each, inside(place, key));
      if (!price) return price.error();
      *into = *price;
    }
    return {};
  }

  Result<void> read_min_throughput(const JsonItem& item, const std::string& place) {
    return keep(cutoffs_of(item, place), into_.min_throughput);
  }
  Result<void> read_max_latency(const JsonItem& item, const std::string& place) {
    return keep(cutoffs_of(item, place), into_.max_latency);
  }

  Preferences& into_;
};

/// A field's value as a document; the peek has validated its syntax.
Result<JsonDoc> document_of(std::string_view body, const JsonMember& field) {
  return JsonDoc::read(field.value.in(body));
}

Result<void> read_provider(std::string_view body, const JsonMember& field, Preferences& into) {
  if (!field.value.is_set()) return {};
  if (field.value.type != JsonType::object) return bad_field("provider", "must be an object");
  const Result<JsonDoc> document = document_of(body, field);
  if (!document) return document.error();
  return ProviderReader(into).read(document->root());
}

Result<void> read_models(std::string_view body, const JsonMember& field, Preferences& into) {
  if (!field.value.is_set()) return {};
  const Result<JsonDoc> document = document_of(body, field);
  if (!document) return document.error();
  if (!document->root().is_array()) return bad_field("models", "must be a list of model names");
  Result<Names> names = names_of(document->root(), "models", kMostModels);
  if (!names) return names.error();
  into.models = std::move(*names);
  return {};
}

Result<void> check_route(std::string_view body, const JsonMember& field) {
  if (!field.value.is_set()) return {};
  const std::optional<std::string> word = decode_string(body, field.value);
  if (!word || *word != "fallback") return bad_field("route", "must be 'fallback'");
  return {};
}

Result<void> read_plugins(std::string_view body, const JsonMember& field, Preferences& into) {
  if (!field.value.is_set()) return {};
  const Result<JsonDoc> document = document_of(body, field);
  if (!document) return document.error();
  if (!document->root().is_array()) return bad_field("plugins", "must be a list of objects");
  for (const JsonItem plugin : document->root()) {
    // Others are the provider's business.
    if (!plugin.is_object() || plugin["id"].text() != "auto-router") continue;
    const std::pair<std::string_view, Names*> lists[] = {
        {"allowed_models", &into.allowed_models}, {"excluded_models", &into.excluded_models}};
    for (const auto& [key, names] : lists) {
      const JsonItem item = plugin[key];
      if (!item.is_set()) continue;
      Result<Names> read = names_of(item, inside("plugins", key), kMostNames);
      if (!read) return read.error();
      *names = std::move(*read);
    }
  }
  return {};
}

}  // namespace

Result<Preferences> decode_preferences(std::string_view body, const RoutingFields& fields) {
  Preferences preferences;
  if (Result<void> good = read_provider(body, fields.provider, preferences); !good) {
    return good.error();
  }
  if (Result<void> good = read_models(body, fields.models, preferences); !good) return good.error();
  if (Result<void> good = check_route(body, fields.route); !good) return good.error();
  if (Result<void> good = read_plugins(body, fields.plugins, preferences); !good) {
    return good.error();
  }
  return preferences;
}

}  // namespace arouter::routing
