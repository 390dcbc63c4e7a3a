// What stands below an answer on a terminal: who answered, what it took and cost. Pure.
#pragma once

#include <string>

#include "cli/chat/ask.hpp"

namespace arouter {

/// "acme/model-a @ acme · 9 in, 5 out · $0.000048 · first token 423 ms"; what is not known is
/// left out. No line end.
std::string footer_text(const Asked& asked);

/// A remark on how the answer ended, "" when it ended well.
std::string ending_note(const Answer& answer);

/// `number` as "$0.000048"; digits that are no exact Money stay as they are.
std::string cost_text(const std::string& number);

/// The `--json` object: model, provider, generation_id, content, finish_reason, usage,
/// first_token_ms. Usage is the server's own object, its numbers untouched; what is not known is
/// null.
std::string asked_as_json(const Asked& asked);

/// What a conversation has cost so far.
class CostTotal {
 public:
  void count(const Answer& answer);
  std::string text() const;  // "3 answers · 40 in, 120 out · $0.0012"

 private:
  std::int64_t answers_ = 0, unpriced_ = 0;
  std::int64_t input_tokens_ = 0, output_tokens_ = 0;
  Money cost_{};
};

}  // namespace arouter
