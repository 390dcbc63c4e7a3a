#include "cli/keys/key_settings.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <tuple>

#include "cli/period.hpp"
#include "shared/date.hpp"
#include "shared/json_writer.hpp"
#include "shared/money.hpp"

namespace arouter {

namespace {

constexpr std::string_view kNone = "none";

Error wrong(std::string message) {
  return client_error(ErrorKind::bad_request, std::move(message));
}

Result<void> write_amount(JsonWriter& json, const std::string& typed) {
  if (typed.empty()) return {};
  if (typed == kNone) {
    json.null("limit");
    return {};
  }
  const Result<Money> amount = decode_money(typed);
  if (!amount) return wrong("--limit takes USD from 0 to 9 million, such as 25 or 0.50, or none");
  json.raw("limit", encode_money(*amount));
  return {};
}

/// A whole number, which the daemon looks at more closely.
Result<void> write_count(JsonWriter& json, std::string_view member, std::string_view option,
                         const std::string& typed) {
  if (typed.empty()) return {};
  if (typed == kNone) {
    json.null(member);
    return {};
  }
  const bool is_number = typed.size() <= 15 && typed.front() != '0' &&
                         typed.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number) return wrong(std::string(option) + " takes a whole number from 1 up, or none");
  json.raw(member, typed);
  return {};
}

Result<void> write_rates(JsonWriter& json, const KeySettings& settings) {
  const bool any = !settings.requests_per_minute.empty() || !settings.requests_per_day.empty() ||
                   !settings.tokens_per_minute.empty();
  if (!any) return {};
  json.begin_object("rate_limit");
  for (const auto& [member, option, typed] :
       {std::tuple("requests_per_minute", "--rpm", &settings.requests_per_minute),
        std::tuple("requests_per_day", "--rpd", &settings.requests_per_day),
        std::tuple("tokens_per_minute", "--tpm", &settings.tokens_per_minute)}) {
    if (Result<void> good = write_count(json, member, option, *typed); !good) return good;
  }
  json.end_object();
  return {};
}

Result<void> write_list(JsonWriter& json, std::string_view member, std::string_view option,
                        const std::vector<std::string>& list) {
  if (list.empty()) return {};
  if (std::find(list.begin(), list.end(), kNone) != list.end()) {
    if (list.size() > 1) return wrong(std::string(option) + " takes names or none, not both");
    json.null(member);
    return {};
  }
  json.begin_array(member);
  for (const std::string& each : list) json.string(each);
  json.end_array();
  return {};
}

void write_policy(JsonWriter& json, const KeySettings& settings) {
  const bool says_collection = settings.no_collection || settings.collection;
  const bool says_zdr = settings.zdr || settings.no_zdr;
  if (!says_collection && !says_zdr) return;
  json.begin_object("data_policy");
  if (says_collection) {
    json.string("data_collection", settings.no_collection ? "deny" : "allow");
  }
  if (says_zdr) json.boolean("zdr", settings.zdr);
  json.end_object();
}

Result<void> write_expiry(JsonWriter& json, const std::string& typed, std::int64_t now_s) {
  if (typed.empty()) return {};
  if (typed == kNone) {
    json.null("expires_at");
    return {};
  }
  if (const auto period = decode_period(typed)) {
    json.string("expires_at", encode_date(now_s + *period));
    return {};
  }
  if (!decode_date(typed)) {
    return wrong(
        "--expires takes a period such as 30d, a time such as 2027-01-31T00:00:00Z, or "
        "none");
  }
  json.string("expires_at", typed);
  return {};
}

void write_text(JsonWriter& json, std::string_view member, const std::string& typed) {
  if (typed.empty()) return;
  typed == kNone ? json.null(member) : json.string(member, typed);
}

}  // namespace

void add_key_settings(CLI::App& command, KeySettings& settings, KeyBody body) {
  // What a script left unset must not lift a limit.
  const CLI::Validator said([](const std::string& text) { return text.empty() ? "is empty" : ""; },
                            "");
  command.add_option("--limit", settings.limit, "USD that it may spend, or none")->check(said);
  command.add_option("--reset", settings.reset, "When the limit begins anew")
      ->check(CLI::IsMember({"daily", "weekly", "monthly", "never"}));
  CLI::Option* soft =
      command.add_flag("--soft", settings.soft, "What runs may end above the limit");
  if (body == KeyBody::of_change) {
    command.add_flag("--hard", settings.hard, "The limit is never passed")->excludes(soft);
  }
  command.add_option("--rpm", settings.requests_per_minute, "Requests per minute, or none")
      ->check(said);
  command.add_option("--rpd", settings.requests_per_day, "Requests per day, or none")->check(said);
  command.add_option("--tpm", settings.tokens_per_minute, "Tokens per minute, or none")
      ->check(said);
  command.add_option("--concurrency", settings.concurrency, "Requests at once, or none")
      ->check(said);
  command
      .add_option("--provider", settings.providers,
                  "Only this provider; several may be named; none: all")
      ->allow_extra_args(false)
      ->check(said);
  command
      .add_option("--model", settings.models,
                  "Only this model, or a pattern such as acme/*; several may be named")
      ->allow_extra_args(false)
      ->check(said);
  command.add_option("--expires", settings.expires, "30d, 2027-01-31T00:00:00Z, or none")
      ->check(said);
  command.add_option("--user", settings.user, "For whom requests count that name no user")
      ->check(said);
  CLI::Option* deny = command.add_flag("--no-collection", settings.no_collection,
                                       "Only providers that keep nothing to train with");
  CLI::Option* zdr =
      command.add_flag("--zdr", settings.zdr, "Only providers that keep nothing at all");
  if (body == KeyBody::of_change) {
    command.add_flag("--collection", settings.collection, "Any provider again")->excludes(deny);
    command.add_flag("--no-zdr", settings.no_zdr, "Likewise")->excludes(zdr);
  }
  command.add_option("--priority", settings.priority, "What is turned away first under load")
      ->check(CLI::IsMember({"standard", "critical", "sheddable"}));
}

Result<std::string> encode_key_body(const KeySettings& settings, KeyBody body, std::int64_t now_s) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  if (!settings.name.empty()) json.string("name", settings.name);
  if (body == KeyBody::of_new && settings.management) json.string("key_type", "management");
  if (Result<void> good = write_amount(json, settings.limit); !good) return good.error();
  if (settings.reset == "never") {
    json.null("limit_reset");
  } else if (!settings.reset.empty()) {
    json.string("limit_reset", settings.reset);
  }
  if (settings.soft || settings.hard) json.string("limit_mode", settings.soft ? "soft" : "hard");
  if (Result<void> good = write_rates(json, settings); !good) return good.error();
  Result<void> counted = write_count(json, "concurrency", "--concurrency", settings.concurrency);
  if (!counted) return counted.error();
  for (const auto& [member, option, list] :
       {std::tuple("allowed_providers", "--provider", &settings.providers),
        std::tuple("allowed_models", "--model", &settings.models)}) {
    if (Result<void> good = write_list(json, member, option, *list); !good) return good.error();
  }
  if (Result<void> good = write_expiry(json, settings.expires, now_s); !good) return good.error();
  write_text(json, "user", settings.user);
  write_policy(json, settings);
  write_text(json, "priority", settings.priority);
  json.end_object();
  return out;
}

}  // namespace arouter
