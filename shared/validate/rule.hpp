// A rule: one thing a provider must, should or may do, and the pure function that judges it.
//
// To add a rule: one entry in the table of its area (rules_<area>.cpp) and one in the table of
// mutants in its test. An id is for ever: reports, baselines and profiles name it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/validate/transcript.hpp"

namespace arouter::validate {

enum class Severity : std::uint8_t { must, should, info };

/// What a server must be able to do before a rule can be judged.
enum class Need : std::uint8_t {
  any,   // any server, even a mock that always says one word
  text,  // about 30 tokens of text; a server that says less leaves the rule inconclusive
};

enum class Outcome : std::uint8_t { pass, fail, warn, info, skip, inconclusive, error };

std::string_view severity_name(Severity severity) noexcept;
std::string_view need_name(Need need) noexcept;
std::string_view outcome_name(Outcome outcome) noexcept;

/// Where the fault can be seen.
struct Evidence {
  std::string exchange;      // probe name; "" when there is nothing to show
  std::int64_t event = -1;   // of a stream, counting from 1
  std::int64_t offset = -1;  // in the decoded body
  std::string path;          // "choices[0].delta.content"
  std::string excerpt;       // printable ASCII; other bytes as \xNN
  std::size_t caret = 0;     // column of the fault in the excerpt
};

/// What a rule found.
struct Judgement {
  enum class Kind : std::uint8_t { good, broken, skipped, inconclusive };
  Kind kind = Kind::good;
  /// How bad this particular break is; never worse than the rule's own severity.
  Severity severity = Severity::must;
  std::string message;  // one sentence: the fault, or why it was not judged
  Evidence evidence{};
};

using Judge = Judgement (*)(const Transcript&);

struct Rule {
  std::string_view id;
  Severity severity;
  Need need;
  std::string_view title;   // what is demanded, as a sentence that is true of a good provider
  std::string_view source;  // the document that demands it
  std::string_view breaks;  // who is hurt, with a public thread
  std::string_view fix;     // one sentence in a server author's terms
  Judge judge;
};

struct Area {
  std::string_view name;   // "stream"
  std::string_view title;  // "Chat stream"
  std::span<const Rule> rules;
};

struct Finding {
  const Rule* rule = nullptr;
  std::string_view area;
  Severity severity = Severity::must;
  Outcome outcome = Outcome::pass;
  std::string message;
  Evidence evidence;
};

/// Every area in the order of the report. The one place that lists them.
std::span<const Area> all_areas();
std::size_t rule_count();

/// Judges every rule: one finding each, in the order of the tables.
std::vector<Finding> judge_all(const Transcript& transcript);

}  // namespace arouter::validate
