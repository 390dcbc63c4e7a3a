#include "cli/provider_list.hpp"

#include <algorithm>
#include <array>

#include "shared/json_scan.hpp"

namespace arouter {

namespace {

bool is_usable(const ListedKey& key) {
  return key.state == "closed" || key.state == "half_open" || key.state == "busy";
}

std::string number_of(std::string_view text, const JsonValue& value) {
  return value.type == JsonType::number ? std::string(value.in(text)) : "";
}

/// "p50" of an object of percentiles.
std::string median_of(std::string_view text, const JsonValue& percentiles) {
  std::array<JsonMember, 1> members{{{"p50"}}};
  find_members(text, percentiles, members);
  return number_of(text, members[0].value);
}

ListedKey decode_key(std::string_view text, const JsonValue& object) {
  std::array<JsonMember, 3> members{{{"name"}, {"state"}, {"ready_in"}}};
  find_members(text, object, members);
  return {.name = decode_string(text, members[0].value).value_or(""),
          .state = decode_string(text, members[1].value).value_or(""),
          .ready_in = decode_count(text, members[2].value).value_or(0)};
}

ListedProvider decode_provider(std::string_view text, const JsonValue& object) {
  std::array<JsonMember, 7> members{{{"id"},
                                     {"status"},
                                     {"model_count"},
                                     {"keys"},
                                     {"latency_last_30m"},
                                     {"throughput_last_30m"},
                                     {"uptime_last_30m"}}};
  find_members(text, object, members);
  ListedProvider provider;
  provider.id = decode_string(text, members[0].value).value_or("");
  provider.status = decode_string(text, members[1].value).value_or("");
  provider.models = decode_count(text, members[2].value).value_or(0);
  for_each_element(text, members[3].value,
                   [&](const JsonValue& key) { provider.keys.push_back(decode_key(text, key)); });
  provider.latency = median_of(text, members[4].value);
  provider.throughput = median_of(text, members[5].value);
  provider.uptime = number_of(text, members[6].value);
  return provider;
}

/// "2/3": those that can be used, of how many; "" without keys.
std::string keys_cell(const ListedProvider& provider) {
  const auto& keys = provider.keys;
  if (keys.empty() || keys.front().name.empty()) return "";
  return std::to_string(std::count_if(keys.begin(), keys.end(), is_usable)) + "/" +
         std::to_string(keys.size());
}

/// "b revoked, c cooling 20 s": what is not as it should be.
std::string benched_cell(const ListedProvider& provider) {
  std::string text;
  for (const ListedKey& key : provider.keys) {
    if (key.state == "closed") continue;
    if (!text.empty()) text += ", ";
    if (!key.name.empty()) text += key.name + " ";
    text += key.state == "half_open" ? "on trial" : key.state;
    if (key.ready_in > 0) text += " " + std::to_string(key.ready_in) + " s";
  }
  return text;
}

}  // namespace

Result<std::vector<ListedProvider>> decode_providers(std::string_view body) {
  std::array<JsonMember, 1> top{{{"data"}}};
  const Result<void> scanned = scan_object(body, top);
  if (!scanned || top[0].value.type != JsonType::array) {
    return upstream_error(ErrorKind::upstream_malformed,
                          "the server's answer is no list of providers; is it an arouter daemon?");
  }
  std::vector<ListedProvider> providers;
  for_each_element(body, top[0].value, [&](const JsonValue& element) {
    ListedProvider provider = decode_provider(body, element);
    if (!provider.id.empty()) providers.push_back(std::move(provider));
  });
  return providers;
}

Table provider_table(const std::vector<ListedProvider>& providers, bool for_people) {
  Table table;
  // What is left out first on a narrow terminal stands last.
  table.columns = {{"PROVIDER"},           {"STATUS"},
                   {"KEYS", true, true},   {"MODELS", true, true},
                   {"P50", true, true},    {"TOKENS/S", true, true},
                   {"UPTIME", true, true}, {"BENCHED", false, true}};
  const auto cell = [&](const std::string& text, const char* unit = "") {
    if (text.empty()) return std::string(for_people ? "-" : "");
    return for_people ? text + unit : text;
  };
  for (const ListedProvider& each : providers) {
    table.rows.push_back({each.id, cell(each.status), cell(keys_cell(each)),
                          std::to_string(each.models), cell(each.latency, " ms"),
                          cell(each.throughput), cell(each.uptime, " %"), benched_cell(each)});
  }
  return table;
}

}  // namespace arouter
