// One fault each: what to spoil in a perfect recording, and which rule must notice.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "shared/validate/rule.hpp"
#include "tests/unit/shared/validate/recording.hpp"

namespace arouter::validate {

struct Mutant {
  std::string_view rule;
  Outcome outcome;
  std::function<void(Recording&)> spoil;
};

std::vector<Mutant> transport_mutants();
std::vector<Mutant> sse_mutants();
std::vector<Mutant> chat_mutants();
std::vector<Mutant> stream_mutants();
std::vector<Mutant> usage_mutants();
std::vector<Mutant> refusal_mutants();  // credentials and errors
std::vector<Mutant> models_mutants();
std::vector<Mutant> metadata_mutants();

}  // namespace arouter::validate
