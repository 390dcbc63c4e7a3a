#include "tests/integration/fault_table.hpp"

#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"

namespace arouter::test {

namespace {

void check_answer(const Fault& fault, const RawResponse& answer, const std::string& source) {
  CHECK(std::to_string(answer.status) + " " + error_code_of(answer) == fault.told);
  CHECK(answer.complete);
  CHECK(answer.field("content-type") == "application/json");
  CHECK(error_source_of(answer) == source);
  CHECK(answer.field("x-request-id").starts_with("gen-"));
  CHECK(answer.field("x-generation-id") == answer.field("x-request-id"));
  CHECK(answer.body.find(kProviderKey) == std::string::npos);
}

void check_row(const Fault& fault, const Row& row) {
  CHECK(row.at("status") + " " + row.at("error_code") == fault.told);
  CHECK(row.at("outcome") == "error");
  CHECK(row.at("provider") == "acme");
  CHECK(row.at("attempt") == "1");
  CHECK(row.at("usage_origin") == "none");
  CHECK(row.at("output_tokens") == "0");
  CHECK(row.at("cost_pico_usd") == "0");
}

}  // namespace

void check_faults(World& world, const std::string& request, const std::vector<Fault>& faults,
                  const std::string& source) {
  for (const Fault& fault : faults) {
    CAPTURE(fault.name);
    world.provider.plays(fault.script);
    check_answer(fault, call(world.daemon.port(), request), source);
  }
  CHECK(world.provider.requests().size() <= faults.size());  // nothing was asked twice
  CHECK(world.is_well());
  const std::vector<Row> rows = world.stop_and_read_rows();
  REQUIRE(rows.size() == faults.size() + 1);
  for (std::size_t i = 0; i < faults.size(); ++i) {
    CAPTURE(faults[i].name);
    check_row(faults[i], rows[i]);
  }
  CHECK(rows.back().at("outcome") == "ok");
  CHECK(world.daemon.errors().find(kProviderKey) == std::string::npos);
}

}  // namespace arouter::test
