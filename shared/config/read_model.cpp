// [[provider.model]] and [[model]]: what is offered.
#include <algorithm>

#include "shared/config/sections.hpp"

namespace arouter {

namespace {

constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kMostTokens = 1'000'000'000;
constexpr std::size_t kMostModelName = 256;
constexpr std::size_t kMostTag = 64;

Architecture read_architecture(TableReader table) {
  const std::vector<std::string_view> modalities{"text",  "image", "file",
                                                 "audio", "video", "embeddings"};
  Architecture architecture;
  read_known_words(table, "input_modalities", architecture.input_modalities, modalities);
  read_known_words(table, "output_modalities", architecture.output_modalities, modalities);
  if (architecture.input_modalities.empty()) table.fault("input_modalities", "names nothing");
  if (architecture.output_modalities.empty()) table.fault("output_modalities", "names nothing");
  table.read("tokenizer", architecture.tokenizer);
  table.read("instruct_type", architecture.instruct_type);
  table.finish();
  return architecture;
}

void read_expiration_date(TableReader& table, std::string& date) {
  table.read("expiration_date", date);
  if (!date.empty() && !decode_day(date)) {
    table.fault("expiration_date", "must be a date as in \"2027-01-31\"");
  }
}

void read_lengths(TableReader& table, std::int64_t& context, std::int64_t& completion) {
  table.read("context_length", context, {1, kMostTokens});
  table.read("max_completion_tokens", completion, {1, kMostTokens});
}

/// Behind the slash in acme/fp8.
void read_tag(TableReader& table, std::string& tag) {
  table.read("tag", tag);
  if (!table.has("tag")) return;
  const bool fits =
      !tag.empty() && tag.size() <= kMostTag && std::all_of(tag.begin(), tag.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
      });
  if (!fits) table.fault("tag", "must be 1 to 64 lower-case letters, digits, '-', '_' and '.'");
}

/// provider/model, or author/model, where the first part is lower case: it is looked up that way.
std::string read_shared_id(TableReader& table) {
  std::string id = read_model_name(table, "id");
  if (id.empty()) return id;
  const std::string_view author = std::string_view(id).substr(0, id.find('/'));
  const bool upper =
      std::any_of(author.begin(), author.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (author.size() == id.size()) {
    table.fault("id", "must have an author: author/" + id);
  } else if (upper) {
    table.fault("id", "must begin with lower-case letters before the slash");
  }
  return id;
}

EndpointConfig read_endpoint(TableReader table) {
  EndpointConfig endpoint;
  endpoint.place = table.in_file(table.place_of("provider"));
  endpoint.model_place = table.in_file(table.place_of("model"));
  if (const TomlValue* name = table.require("provider", TomlType::string)) {
    endpoint.provider = name->text;
  }
  endpoint.model = read_model_name(table, "model");
  if (auto pricing = table.table("pricing")) endpoint.pricing = read_pricing(*pricing);
  read_quantization(table, endpoint.quantization);
  read_lengths(table, endpoint.context_length, endpoint.max_completion_tokens);
  std::vector<std::string> parameters;
  table.read("supported_parameters", parameters);
  if (table.has("supported_parameters")) endpoint.supported_parameters = std::move(parameters);
  if (auto policy = table.table("data_policy")) endpoint.data_policy = read_data_policy(*policy);
  read_tag(table, endpoint.tag);
  table.finish();
  return endpoint;
}

}  // namespace

bool is_model_name(std::string_view name) noexcept {
  constexpr std::string_view kRefused = "\"\\%?#<>";
  return !name.empty() && name.size() <= kMostModelName && name.front() != '/' &&
         name.back() != '/' && std::all_of(name.begin(), name.end(), [&](char c) {
           return c > ' ' && c < 0x7f && kRefused.find(c) == kRefused.npos;
         });
}

void read_known_words(TableReader& table, std::string_view key, std::vector<std::string>& words,
                      const std::vector<std::string_view>& known) {
  for (const TomlValue* text : table.strings(key)) {
    if (std::find(known.begin(), known.end(), text->text) != known.end()) continue;
    table.fault_at(text->place, table.name_of(key) + " holds " + not_among(text->text, known));
  }
  table.read(key, words);
}

std::string read_model_name(TableReader& table, std::string_view key) {
  const TomlValue* value = table.require(key, TomlType::string);
  if (value == nullptr) return {};
  if (is_model_name(value->text)) return value->text;
  table.fault(key,
              "must be 1 to 256 printable ASCII characters without blanks, quotes, '\\', '%', '?' "
              "and '#', and without a '/' at an end");
  return {};
}

void read_quantization(TableReader& table, std::string& quantization) {
  const std::vector<std::string_view> known{"int4",  "int8", "fp4",  "mxfp4", "nvfp4", "fp6",
                                            "mxfp8", "fp8",  "fp16", "bf16",  "fp32",  "unknown"};
  table.read("quantization", quantization);
  if (quantization.empty()) return;
  if (std::find(known.begin(), known.end(), quantization) != known.end()) return;
  table.fault("quantization", "is " + not_among(quantization, known));
}

Timeouts read_timeouts(TableReader table, Timeouts timeouts) {
  table.read("connect_ms", timeouts.connect, {1, kDay});
  table.read("tls_ms", timeouts.tls, {1, kDay});
  table.read("first_byte_ms", timeouts.first_byte, {1, kDay});
  table.read("progress_ms", timeouts.progress, {1, kDay});
  table.read("total_ms", timeouts.total, {1, kDay});
  table.finish();
  return timeouts;
}

ModelConfig read_model(TableReader table, const Timeouts& inherited) {
  ModelConfig model;
  model.place = table.in_file(table.place_of("id"));
  model.id = read_model_name(table, "id");
  table.read("name", model.name);
  table.read("description", model.description);
  table.read("created", model.created, {0, 253'402'300'799});  // the last second of year 9999
  read_lengths(table, model.context_length, model.max_completion_tokens);
  if (auto part = table.table("architecture")) model.architecture = read_architecture(*part);
  if (auto pricing = table.table("pricing")) model.pricing = read_pricing(*pricing);
  read_quantization(table, model.quantization);
  read_expiration_date(table, model.expiration_date);
  if (auto policy = table.table("data_policy")) model.data_policy = read_data_policy(*policy);
  table.read("supported_parameters", model.supported_parameters);
  if (auto own = table.table("timeouts")) model.timeouts = read_timeouts(*own, inherited);
  table.finish();
  return model;
}

SharedModelConfig read_shared_model(TableReader table) {
  SharedModelConfig model;
  model.place = table.in_file(table.place_of("id"));
  model.id = read_shared_id(table);
  table.read("name", model.name);
  table.read("description", model.description);
  for (TableReader& each : table.tables("endpoints")) {
    model.endpoints.push_back(read_endpoint(each));
  }
  const TomlValue* endpoints = table.find("endpoints");
  const bool none =
      endpoints == nullptr || (endpoints->type == TomlType::array && endpoints->items.empty());
  if (none) table.fault("endpoints", "must name at least one provider and model");
  table.finish();
  return model;
}

}  // namespace arouter
