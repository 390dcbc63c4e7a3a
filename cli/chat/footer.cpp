#include "cli/chat/footer.hpp"

#include "shared/json_scan.hpp"

namespace arouter {

namespace {

constexpr std::string_view kBetween = " · ";

void append(std::string& text, const std::string& part) {
  if (part.empty()) return;
  if (!text.empty()) text += kBetween;
  text += part;
}

std::string tokens_text(const std::optional<std::int64_t>& in,
                        const std::optional<std::int64_t>& out) {
  std::string text;
  if (in) text += std::to_string(*in) + " in";
  if (out) text += (text.empty() ? "" : ", ") + std::to_string(*out) + " out";
  return text;
}

/// "423 ms", "1.42 s"
std::string time_text(std::chrono::milliseconds time) {
  if (time < std::chrono::seconds(1)) return std::to_string(time.count()) + " ms";
  const auto hundredths = (time.count() + 5) / 10;
  std::string digits = std::to_string(hundredths % 100);
  digits.insert(0, 2 - digits.size(), '0');
  return std::to_string(hundredths / 100) + "." + digits + " s";
}

const std::string& model_of(const Asked& asked) {
  return asked.head.model.empty() ? asked.answer.model : asked.head.model;
}

const std::string& generation_of(const Asked& asked) {
  return asked.head.generation_id.empty() ? asked.answer.id : asked.head.generation_id;
}

void append_member(std::string& out, std::string_view name, const std::string& text) {
  out += out.size() > 1 ? "," : "";
  append_json_string(out, name);
  out += ':';
  if (text.empty()) {
    out += "null";
  } else {
    append_json_string(out, text);
  }
}

}  // namespace

std::string footer_text(const Asked& asked) {
  std::string text = model_of(asked);
  if (!asked.head.provider.empty()) text += (text.empty() ? "@ " : " @ ") + asked.head.provider;
  append(text, tokens_text(asked.answer.input_tokens, asked.answer.output_tokens));
  append(text, cost_text(asked.answer.cost));
  if (asked.first_token) append(text, "first token " + time_text(*asked.first_token));
  return text;
}

std::string ending_note(const Answer& answer) {
  if (answer.finish_reason == "length") return "The answer was cut at its token limit.";
  if (answer.finish_reason == "content_filter") return "The provider's filter ended the answer.";
  return "";
}

std::string cost_text(const std::string& number) {
  if (number.empty()) return "";
  const std::optional<Money> amount = decode_cost(number);
  return amount ? format_usd(*amount) : "$" + number;
}

std::string asked_as_json(const Asked& asked) {
  std::string out = "{";
  append_member(out, "model", model_of(asked));
  append_member(out, "provider", asked.head.provider);
  append_member(out, "generation_id", generation_of(asked));
  out += ",\"content\":";
  append_json_string(out, asked.answer.content);
  append_member(out, "finish_reason", asked.answer.finish_reason);
  out += ",\"usage\":" + (asked.answer.usage.empty() ? "null" : asked.answer.usage);
  out += ",\"first_token_ms\":" +
         (asked.first_token ? std::to_string(asked.first_token->count()) : "null");
  return out + "}\n";
}

void CostTotal::count(const Answer& answer) {
  ++answers_;
  input_tokens_ += answer.input_tokens.value_or(0);
  output_tokens_ += answer.output_tokens.value_or(0);
  if (const std::optional<Money> cost = decode_cost(answer.cost)) {
    cost_ = add(cost_, *cost);
  } else {
    ++unpriced_;
  }
}

std::string CostTotal::text() const {
  std::string text = std::to_string(answers_) + (answers_ == 1 ? " answer" : " answers");
  append(text, tokens_text(input_tokens_, output_tokens_));
  if (unpriced_ < answers_) append(text, format_usd(cost_));
  if (unpriced_ > 0) append(text, std::to_string(unpriced_) + " of unknown cost");
  return text;
}

}  // namespace arouter
