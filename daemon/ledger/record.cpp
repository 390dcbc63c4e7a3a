#include "daemon/ledger/record.hpp"

#include <array>
#include <cstring>

namespace arouter {

namespace {

constexpr std::string_view LedgerRow::*kTexts[] = {
    &LedgerRow::key_hash, &LedgerRow::route,          &LedgerRow::model,
    &LedgerRow::provider, &LedgerRow::upstream_model, &LedgerRow::upstream_id,
    &LedgerRow::user,     &LedgerRow::finish_reason,  &LedgerRow::error_code,
};
constexpr std::size_t kTextCount = std::size(kTexts);

constexpr std::uint8_t kStreamed = 1, kByok = 2;  // of RecordHead::flags

struct RecordHead {
  std::uint64_t checksum;  // of everything after it
  std::uint64_t sequence;
  std::int64_t id, started_us;
  std::int64_t input_tokens, output_tokens, cached_input_tokens;
  std::int64_t cache_write_tokens, reasoning_tokens;
  std::int64_t cost, prompt_cost, completion_cost;
  std::int64_t first_byte_us, total_us;
  std::uint16_t status, attempt;
  std::uint8_t outcome, origin, flags;
  std::uint8_t text_bytes[kTextCount];
};
static_assert(sizeof(RecordHead) == 128, "no padding: every byte is under the checksum");
static_assert(sizeof(RecordHead) + kTextCount * kTextBytes == kRecordBytes);

// `bytes` is a multiple of 8.
std::uint64_t checksum(const std::byte* from, std::size_t bytes) noexcept {
  std::uint64_t state = bytes + 1;  // never 0 for a slot of zeros
  for (std::size_t at = 0; at < bytes; at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, from + at, sizeof word);
    state = mix(state, word);
  }
  return state;
}

constexpr std::size_t round_up(std::size_t bytes) {
  return (bytes + 7) / 8 * 8;
}

RecordHead head_of(ConstRecordBytes bytes) noexcept {
  RecordHead head;
  std::memcpy(&head, bytes.data(), sizeof head);
  return head;
}

RecordHead head_of(const LedgerRow& row, std::uint64_t sequence) noexcept {
  RecordHead head{};
  head.sequence = sequence;
  head.id = row.id;
  head.started_us = row.started_us;
  head.input_tokens = row.usage.input_tokens;
  head.output_tokens = row.usage.output_tokens;
  head.cached_input_tokens = row.usage.cached_input_tokens;
  head.cache_write_tokens = row.usage.cache_write_tokens;
  head.reasoning_tokens = row.usage.reasoning_tokens;
  head.cost = row.cost.total.pico_usd;
  head.prompt_cost = row.cost.prompt.pico_usd;
  head.completion_cost = row.cost.completion.pico_usd;
  head.first_byte_us = row.first_byte_us;
  head.total_us = row.total_us;
  head.status = row.status;
  head.attempt = row.attempt;
  head.outcome = static_cast<std::uint8_t>(row.outcome);
  head.origin = static_cast<std::uint8_t>(row.usage.origin);
  head.flags =
      static_cast<std::uint8_t>((row.streamed ? kStreamed : 0) | (row.cost.is_byok ? kByok : 0));
  return head;
}

}  // namespace

std::string_view outcome_name(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::ok:
      return "ok";
    case Outcome::truncated:
      return "truncated";
    case Outcome::client_gone:
      return "client_gone";
    case Outcome::error:
      break;
  }
  return "error";
}

std::string_view cut_text(std::string_view text) noexcept {
  if (text.size() <= kTextBytes) return text;
  std::size_t end = kTextBytes;
  const auto continues = [&] { return (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80; };
  while (end > kTextBytes - 4 && continues()) --end;
  return text.substr(0, continues() ? kTextBytes : end);  // no UTF-8: any cut is as good
}

std::uint64_t mix(std::uint64_t state, std::uint64_t word) noexcept {
  state = (state ^ word) * 0x9E3779B97F4A7C15u;
  return state ^ (state >> 29);
}

void encode_record(const LedgerRow& row, std::uint64_t sequence, RecordBytes bytes) noexcept {
  RecordHead head = head_of(row, sequence);
  std::size_t end = sizeof head;
  for (std::size_t index = 0; index < kTextCount; ++index) {
    const std::string_view text = cut_text(row.*kTexts[index]);
    head.text_bytes[index] = static_cast<std::uint8_t>(text.size());
    if (!text.empty()) std::memcpy(bytes.data() + end, text.data(), text.size());
    end += text.size();
  }
  std::memset(bytes.data() + end, 0, round_up(end) - end);
  std::memcpy(bytes.data(), &head, sizeof head);
  head.checksum =
      checksum(bytes.data() + sizeof head.checksum, round_up(end) - sizeof head.checksum);
  std::memcpy(bytes.data(), &head.checksum, sizeof head.checksum);
}

std::optional<std::uint64_t> record_sequence(ConstRecordBytes bytes) noexcept {
  const RecordHead head = head_of(bytes);
  std::size_t end = sizeof head;
  for (const std::uint8_t size : head.text_bytes) {
    if (size > kTextBytes) return std::nullopt;
    end += size;
  }
  const std::uint64_t expected =
      checksum(bytes.data() + sizeof head.checksum, round_up(end) - sizeof head.checksum);
  if (head.checksum != expected) return std::nullopt;
  return head.sequence;
}

LedgerRow decode_record(ConstRecordBytes bytes) noexcept {
  const RecordHead head = head_of(bytes);
  LedgerRow row;
  const char* text = reinterpret_cast<const char*>(bytes.data()) + sizeof head;
  for (std::size_t index = 0; index < kTextCount; ++index) {
    row.*kTexts[index] = {text, head.text_bytes[index]};
    text += head.text_bytes[index];
  }
  row.id = head.id;
  row.started_us = head.started_us;
  row.usage = {head.input_tokens,        head.output_tokens,
               head.cached_input_tokens, head.cache_write_tokens,
               head.reasoning_tokens,    static_cast<UsageOrigin>(head.origin)};
  row.cost = {Money{head.cost}, Money{head.prompt_cost}, Money{head.completion_cost}, false};
  row.first_byte_us = head.first_byte_us;
  row.total_us = head.total_us;
  row.status = head.status;
  row.attempt = head.attempt;
  row.outcome = static_cast<Outcome>(head.outcome);
  row.streamed = (head.flags & kStreamed) != 0;
  row.cost.is_byok = (head.flags & kByok) != 0;
  return row;
}

}  // namespace arouter
