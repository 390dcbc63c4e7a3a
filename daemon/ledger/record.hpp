// One ledger row as bytes: a fixed head, then the texts packed one after the other.
//
// A record is valid when its checksum fits its bytes and its sequence; whatever a crash left half
// written is not. The layout is this machine's own (byte order, sizes): a journal is not moved
// between machines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "daemon/ledger/ledger.hpp"

namespace arouter {

inline constexpr std::size_t kTextBytes = 128;     // each text is cut to this many
inline constexpr std::size_t kRecordBytes = 1280;  // the largest record, and the size of a slot

/// The first kTextBytes of `text`, cut before a UTF-8 character that would not fit whole.
std::string_view cut_text(std::string_view text) noexcept;

using RecordBytes = std::span<std::byte, kRecordBytes>;
using ConstRecordBytes = std::span<const std::byte, kRecordBytes>;

/// Writes `row` as record `sequence`; touches only the bytes it needs.
void encode_record(const LedgerRow& row, std::uint64_t sequence, RecordBytes bytes) noexcept;
/// The sequence of a valid record, nothing for any other bytes.
std::optional<std::uint64_t> record_sequence(ConstRecordBytes bytes) noexcept;
/// The row of a valid record; its texts point into `bytes`.
LedgerRow decode_record(ConstRecordBytes bytes) noexcept;

/// A 64-bit hash step, good enough to tell torn bytes from whole ones. No defence against malice.
std::uint64_t mix(std::uint64_t state, std::uint64_t word) noexcept;

}  // namespace arouter
