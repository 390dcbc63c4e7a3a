// generationConfig, both ways.
#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "shared/formats/gemini/fields.hpp"
#include "shared/formats/gemini/request.hpp"
#include "shared/formats/gemini/schema.hpp"
#include "shared/formats/gemini/thinking.hpp"

namespace arouter::gemini {

namespace {

using chat::Output;
using chat::Request;

constexpr std::size_t kMostStops = 5;

struct NumberField {
  std::string_view name;
  std::string Request::*place;
};
constexpr std::array<NumberField, 4> kNumbers{{{"temperature", &Request::temperature},
                                               {"topP", &Request::top_p},
                                               {"presencePenalty", &Request::presence_penalty},
                                               {"frequencyPenalty", &Request::frequency_penalty}}};

struct CountField {
  std::string_view name;
  std::optional<std::int64_t> Request::*place;
  std::int64_t least;
};
constexpr std::array<CountField, 4> kCounts{{{"maxOutputTokens", &Request::max_tokens, 1},
                                             {"candidateCount", &Request::n, 1},
                                             {"topK", &Request::top_k, 0},
                                             {"logprobs", &Request::top_logprobs, 0}}};

constexpr std::int64_t kLeastSeed = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t kMostSeed = std::numeric_limits<std::int32_t>::max();

Result<bool> decode_number(const JsonItem& member, std::string_view name, Request& request) {
  for (const NumberField& field : kNumbers) {
    if (field.name != name) continue;
    Result<std::string> number = read_number(member, name);
    if (!number) return number.error();
    request.*field.place = std::move(*number);
    return true;
  }
  for (const CountField& field : kCounts) {
    if (field.name != name) continue;
    Result<std::optional<std::int64_t>> count = read_integer(member, name);
    if (!count) return count.error();
    if (*count && **count < field.least) {
      return fault(name, "must be at least " + std::to_string(field.least));
    }
    request.*field.place = *count;
    return true;
  }
  if (name != "seed") return false;
  Result<std::optional<std::int64_t>> seed = read_integer(member, name);
  if (!seed) return seed.error();
  request.seed = *seed;
  return true;
}

Result<void> decode_stops(const JsonItem& list, Request& request) {
  if (!list.is_set()) return {};
  if (list.is_string()) {
    request.stop.push_back(list.text());
    return {};
  }
  if (!list.is_array()) return fault("stopSequences", "must be an array of strings");
  std::size_t index = 0;
  for (const JsonItem element : list) {
    Result<std::string> text = read_text(element, "");
    if (!text) return inside("stopSequences", index, text.error());
    if (!text->empty()) request.stop.push_back(std::move(*text));
    ++index;
  }
  return {};
}

/// What says how the answer must look.
struct Shape {
  std::string mime_type;
  std::string schema;
};

Result<bool> decode_shape(const JsonItem& member, std::string_view name, Shape& shape) {
  if (name == "responseMimeType") {
    Result<std::string> text = read_text(member, name);
    if (!text) return text.error();
    shape.mime_type = std::move(*text);
    return true;
  }
  if (name != "responseSchema" && name != "responseJsonSchema") return false;
  if (!member.is_set()) return true;
  if (!member.is_object()) return fault(name, "must be an object");
  shape.schema = name == "responseSchema" ? decode_schema(member) : std::string(member.raw());
  return true;
}

void take_shape(Shape shape, Request& request, chat::Losses& losses) {
  Output& output = request.output;
  if (shape.mime_type == "text/plain") output.kind = Output::Kind::text;
  if (shape.mime_type == "application/json") output.kind = Output::Kind::json_object;
  const bool known = shape.mime_type.empty() || output.kind != Output::Kind::unset;
  if (!known) {
    losses.add("generationConfig.responseMimeType");  // text/x.enum: a bare word, no JSON
    return;
  }
  if (shape.schema.empty()) return;
  output.kind = Output::Kind::json_schema;
  output.schema = std::move(shape.schema);
  output.strict = true;  // always, here
}

Result<bool> decode_rest(const JsonItem& member, std::string_view name, Request& request,
                         chat::Losses& losses) {
  if (name == "stopSequences") {
    if (Result<void> good = decode_stops(member, request); !good) return good.error();
    return true;
  }
  if (name == "responseLogprobs") {
    Result<std::optional<bool>> flag = read_flag(member, name);
    if (!flag) return flag.error();
    request.logprobs = *flag;
    return true;
  }
  if (name == "thinkingConfig") {
    Result<chat::Reasoning> reasoning = decode_thinking(member, losses);
    if (!reasoning) return reasoning.error();
    request.reasoning = std::move(*reasoning);
    return true;
  }
  return false;
}

/// Only text is asked for: what every model gives.
bool is_only_text(const JsonItem& modalities) {
  std::size_t others = 0;
  for (const JsonItem element : modalities) others += element.text() == "TEXT" ? 0 : 1;
  return modalities.is_array() && others == 0;
}

bool is_zero(std::string_view number) {
  return number.find_first_of("123456789") == std::string_view::npos;
}

void write_numbers(JsonWriter& out, const Request& request) {
  for (const CountField& field : kCounts) {
    if (request.*field.place && field.place != &Request::top_logprobs) {
      out.number(field.name, *(request.*field.place));
    }
  }
  for (const NumberField& field : kNumbers) {
    const std::string& number = request.*field.place;
    // Models that know no penalty refuse one of 0 too, which is what they do anyway.
    const bool idle = field.name.ends_with("Penalty") && is_zero(number);
    if (!number.empty() && !idle) out.raw(field.name, number);
  }
}

void write_output(JsonWriter& out, const Output& output, chat::Losses& losses) {
  switch (output.kind) {
    case Output::Kind::unset:
      return;
    case Output::Kind::text:
      out.string("responseMimeType", "text/plain");
      return;
    case Output::Kind::json_object:
      out.string("responseMimeType", "application/json");
      return;
    case Output::Kind::json_schema:
      out.string("responseMimeType", "application/json");
      out.raw_if("responseJsonSchema", output.schema);
      if (!output.description.empty()) losses.add("response_format.json_schema.description");
      return;
  }
}

}  // namespace

Result<void> decode_generation(const JsonItem& config, Request& request, chat::Losses& losses) {
  if (!config.is_set()) return {};
  if (!config.is_object()) return fault("", "must be an object");
  Shape shape;
  for (const JsonItem member : config) {
    const FieldName name(member);
    Result<bool> known = decode_number(member, name, request);
    if (known && !*known) known = decode_shape(member, name, shape);
    if (known && !*known) known = decode_rest(member, name, request, losses);
    if (!known) return known.error();
    const bool said = member.is_set() && !(name == "responseModalities" && is_only_text(member));
    if (!*known && said) losses.add("generationConfig." + member.key());
  }
  take_shape(std::move(shape), request, losses);
  return {};
}

void write_generation(JsonWriter& out, const Request& request, chat::Losses& losses) {
  std::string members;
  JsonWriter config(members);
  config.begin_object();
  if (!request.stop.empty()) {
    config.begin_array("stopSequences");
    const std::size_t count = std::min(request.stop.size(), kMostStops);
    for (std::size_t i = 0; i < count; ++i) config.string(request.stop[i]);
    config.end_array();
    if (count < request.stop.size()) losses.add("stop");
  }
  write_numbers(config, request);
  if (request.seed) {
    if (*request.seed >= kLeastSeed && *request.seed <= kMostSeed) {
      config.number("seed", *request.seed);
    } else {
      losses.add("seed");
    }
  }
  if (request.logprobs.value_or(false)) {
    config.boolean("responseLogprobs", true);
    if (request.top_logprobs) config.number("logprobs", *request.top_logprobs);
  }
  write_output(config, request.output, losses);
  write_thinking(config, request, losses);
  config.end_object();
  if (members != "{}") out.raw("generationConfig", members);
}

}  // namespace arouter::gemini
