// A row of the ledger as it is read back.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/ledger/ledger.hpp"

namespace arouter {

/// As LedgerRow, with texts of its own.
struct StoredRow {
  std::int64_t id = 0, started_us = 0;
  std::string key_hash, route, model, provider, upstream_model, upstream_id, user;
  std::string finish_reason, error_code;
  std::string outcome;       // outcome_name()
  std::string usage_origin;  // usage_origin_name()
  bool streamed = false;
  std::int64_t status = 0, attempt = 0;
  Usage usage{};  // origin: not set
  Cost cost{};
  std::int64_t first_byte_us = -1;  // -1: none
  std::int64_t total_us = 0;
};

}  // namespace arouter
