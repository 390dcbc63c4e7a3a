#include "daemon/ledger/record.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace arouter {

namespace {

using Slot = std::array<std::byte, kRecordBytes>;

std::string user_after_booking(std::string_view user) {
  Slot slot{};
  LedgerRow row;
  row.user = user;
  row.error_code = "behind";
  encode_record(row, 1, slot);
  const LedgerRow back = decode_record(slot);
  CHECK(back.error_code == "behind");
  return std::string(back.user);
}

}  // namespace

TEST_SUITE("ledger record") {
  TEST_CASE("texts are cut to 128 bytes, never within a character") {
    const std::string a127(127, 'a');
    CHECK(user_after_booking(std::string(128, 'a')) == std::string(128, 'a'));
    CHECK(user_after_booking(std::string(5000, 'a')) == std::string(128, 'a'));
    CHECK(user_after_booking(a127 + "\xC3\xA9") == a127);
    CHECK(user_after_booking(a127.substr(1) + "\xC3\xA9") == a127.substr(1) + "\xC3\xA9");
    CHECK(user_after_booking(a127.substr(2) + "\xF0\x9F\x98\x80") == a127.substr(2));
    CHECK(user_after_booking(std::string(200, '\x80')) == std::string(128, '\x80'));
    CHECK(user_after_booking("") == "");
  }

  TEST_CASE("a full record fits its slot") {
    const std::string most(kTextBytes, 'x');
    LedgerRow row;
    row.key_hash = row.route = row.model = row.provider = row.upstream_model = most;
    row.upstream_id = row.user = row.finish_reason = row.error_code = most;
    Slot slot{};
    encode_record(row, 42, slot);
    CHECK(record_sequence(slot) == 42);
    CHECK(decode_record(slot).error_code == most);
  }

  TEST_CASE("any changed byte makes a record invalid") {
    LedgerRow row;
    row.id = 77;
    row.model = "acme/model-a";
    Slot slot{};
    encode_record(row, 9, slot);
    REQUIRE(record_sequence(slot) == 9);
    for (std::size_t at = 0; at < 144; ++at) {  // head, text and the zeros that round it up
      CAPTURE(at);
      Slot torn = slot;
      torn[at] ^= std::byte{0x10};
      CHECK(record_sequence(torn) == std::nullopt);
    }
    CHECK(record_sequence(Slot{}) == std::nullopt);
  }
}

}  // namespace arouter
