#include "cli/chat/answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "cli/client.hpp"
#include "shared/json_scan.hpp"

namespace arouter {

namespace {

constexpr std::size_t kMostText = 32 * 1024 * 1024;
constexpr std::string_view kBlanks = " \t\r\n";

Error malformed(std::string message) {
  return upstream_error(ErrorKind::upstream_malformed, std::move(message));
}

JsonValue first_element(std::string_view text, const JsonValue& array) {
  JsonValue first;
  if (array.type != JsonType::array) return first;
  std::size_t position = array.begin + 1;
  return json_detail::next_element(text, position);
}

void keep_string(std::string_view text, const JsonValue& value, std::string& into) {
  if (auto decoded = decode_string(text, value); decoded && !decoded->empty()) into = *decoded;
}

/// `number` times ten to the power of `places`, without zeros at its end.
std::string move_point(std::string_view number, int places) {
  std::string digits(number);
  const std::size_t mark = digits.find('.');
  int point = static_cast<int>(std::min(mark, digits.size()));
  if (mark != std::string::npos) digits.erase(mark, 1);
  point += places;
  if (point < 1) {
    digits.insert(0, static_cast<std::size_t>(1 - point), '0');
    point = 1;
  }
  const auto whole = static_cast<std::size_t>(point);
  if (whole >= digits.size()) return digits.append(whole - digits.size(), '0');
  digits.insert(whole, 1, '.');
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.')) digits.pop_back();
  return digits;
}

void take_usage(std::string_view text, const JsonValue& value, Answer& answer) {
  if (value.type != JsonType::object) return;
  std::array<JsonMember, 3> members{{{"prompt_tokens"}, {"completion_tokens"}, {"cost"}}};
  find_members(text, value, members);
  answer.usage = value.in(text);
  answer.input_tokens = decode_count(text, members[0].value);
  answer.output_tokens = decode_count(text, members[1].value);
  if (members[2].value.type == JsonType::number) answer.cost = members[2].value.in(text);
}

}  // namespace

Result<void> AnswerReader::feed(std::string_view bytes) {
  pending_ += bytes;
  if (form_ == Form::unknown) {
    const std::size_t first = pending_.find_first_not_of(kBlanks);
    if (first == std::string::npos) return {};
    if (pending_[first] == '<') return malformed("the server sent a web page, not an answer");
    form_ = pending_[first] == '{' ? Form::whole : Form::events;
  }
  if (form_ == Form::events) return take_events();
  if (pending_.size() > kMostText) return malformed("the answer is larger than 32 MiB");
  return {};
}

Result<void> AnswerReader::end() {
  if (form_ == Form::whole && !done_) {
    done_ = true;
    if (const Result<void> taken = take_object(pending_, "message"); !taken) return taken;
    if (answer_.content.empty() && answer_.finish_reason.empty()) {
      return malformed("the server's answer holds no choices");
    }
  }
  if (done_ || !answer_.finish_reason.empty()) return {};
  return upstream_error(ErrorKind::upstream_truncated, "the answer broke off before its end");
}

Result<void> AnswerReader::take_events() {
  std::size_t begin = 0;
  SseBlock block;
  for (;;) {
    const std::string_view rest = std::string_view(pending_).substr(begin);
    const Result<bool> found = scanner_.next(rest, block);
    if (!found) return found.error();
    if (!*found) break;
    if (block.has_data) {
      if (const Result<void> taken = take_event(block.data); !taken) return taken;
    }
    begin += block.raw.size();
  }
  pending_.erase(0, begin);
  return {};
}

Result<void> AnswerReader::take_event(std::string_view data) {
  if (done_ || data.find_first_not_of(kBlanks) == std::string_view::npos) return {};
  if (data == "[DONE]") {
    done_ = true;
    return {};
  }
  return take_object(data, "delta");
}

Result<void> AnswerReader::take_object(std::string_view text, std::string_view part) {
  std::array<JsonMember, 5> top{{{"error"}, {"id"}, {"model"}, {"choices"}, {"usage"}}};
  if (!scan_object(text, top)) return malformed("the server's answer is not the JSON of a chat");
  if (top[0].value.present() && !top[0].value.is_null()) return answer_error(AnswerHead{}, text);
  keep_string(text, top[1].value, answer_.id);
  keep_string(text, top[2].value, answer_.model);
  take_usage(text, top[4].value, answer_);

  const JsonValue choice = first_element(text, top[3].value);
  if (choice.type != JsonType::object) return {};
  std::array<JsonMember, 2> members{{{part}, {"finish_reason"}}};
  find_members(text, choice, members);
  keep_string(text, members[1].value, answer_.finish_reason);
  if (members[0].value.type != JsonType::object) return {};
  std::array<JsonMember, 1> content{{{"content"}}};
  find_members(text, members[0].value, content);
  const auto piece = decode_string(text, content[0].value);
  return piece ? take_text(*piece) : Result<void>();
}

Result<void> AnswerReader::take_text(std::string_view text) {
  if (text.empty()) return {};
  if (answer_.content.size() + text.size() > kMostText) {
    return malformed("the answer is larger than 32 MiB");
  }
  answer_.content += text;
  on_text_(text);
  return {};
}

std::optional<Money> decode_cost(std::string_view number) {
  if (number.empty()) return std::nullopt;
  const std::size_t mark = number.find_first_of("eE");
  int exponent = 0;
  if (mark != std::string_view::npos) {
    std::string_view power = number.substr(mark + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto [end, failed] = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (failed != std::errc() || end != power.data() + power.size()) return std::nullopt;
    if (exponent < -30 || exponent > 7) return std::nullopt;  // no money is that small or large
  }
  const Result<Money> amount = decode_money(move_point(number.substr(0, mark), exponent));
  if (!amount) return std::nullopt;
  return *amount;
}

}  // namespace arouter
