// Both directions of every rule: a perfect provider turns nothing red, and a provider with one
// fault turns exactly the rule of that fault.
#include <doctest/doctest.h>

#include <set>
#include <sstream>

#include "shared/validate/rule.hpp"
#include "tests/unit/shared/validate/mutants.hpp"
#include "tests/unit/shared/validate/recording.hpp"

namespace arouter::validate {

namespace {

bool is_fault(Outcome outcome) {
  return outcome == Outcome::fail || outcome == Outcome::warn || outcome == Outcome::info;
}

/// "rule outcome: message" of everything that is not well.
std::string faults_of(const std::vector<Finding>& findings) {
  std::ostringstream out;
  for (const Finding& finding : findings) {
    if (!is_fault(finding.outcome)) continue;
    out << finding.rule->id << ' ' << outcome_name(finding.outcome) << ": " << finding.message
        << '\n';
  }
  return out.str();
}

std::vector<Mutant> all_mutants() {
  std::vector<Mutant> all;
  for (const auto& part :
       {transport_mutants(), sse_mutants(), chat_mutants(), stream_mutants(), usage_mutants(),
        refusal_mutants(), models_mutants(), metadata_mutants()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

TEST_SUITE("validate rules") {
  TEST_CASE("a perfect provider passes every rule") {
    const std::vector<Finding> findings = judge_all(Recording().transcript());
    CHECK(faults_of(findings) == "");
    for (const Finding& finding : findings) {
      CAPTURE(finding.rule->id);
      CAPTURE(finding.message);
      const bool skipped_for_good_reason = finding.rule->id == "err.retry-after";
      CHECK((finding.outcome == Outcome::pass) != skipped_for_good_reason);
    }
  }

  TEST_CASE("one fault turns exactly its rule") {
    for (const Mutant& mutant : all_mutants()) {
      Recording recording;
      mutant.spoil(recording);
      const std::vector<Finding> findings = judge_all(recording.transcript());
      CAPTURE(mutant.rule);
      CAPTURE(faults_of(findings));
      std::size_t faults = 0;
      bool found = false;
      for (const Finding& finding : findings) {
        faults += is_fault(finding.outcome) ? 1U : 0U;
        found = found || (finding.rule->id == mutant.rule && finding.outcome == mutant.outcome);
      }
      CHECK(found);
      CHECK(faults == 1);
    }
  }

  TEST_CASE("every rule has a mutant") {
    std::set<std::string_view> covered;
    const std::vector<Mutant> mutants = all_mutants();
    for (const Mutant& mutant : mutants) covered.insert(mutant.rule);
    for (const Area& area : all_areas()) {
      for (const Rule& rule : area.rules) {
        CAPTURE(rule.id);
        CHECK(covered.count(rule.id) == 1);
      }
    }
  }

  TEST_CASE("every rule is named once, and says who is hurt and what to do") {
    std::set<std::string_view> ids;
    for (const Area& area : all_areas()) {
      for (const Rule& rule : area.rules) {
        CAPTURE(rule.id);
        CHECK(ids.insert(rule.id).second);
        CHECK(rule.id.find('.') != std::string_view::npos);
        CHECK(!rule.title.empty());
        CHECK(!rule.source.empty());
        CHECK(!rule.breaks.empty());
        CHECK(!rule.fix.empty());
      }
    }
    CHECK(ids.size() == rule_count());
  }
}

}  // namespace arouter::validate
