// `arouter chat`: what its two ways of running share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/chat/ask.hpp"
#include "cli/output.hpp"
#include "cli/server.hpp"

namespace arouter {

struct ChatOptions {
  ServerChoice server;
  std::string model;
  std::vector<std::string> words;  // as typed: the question, and "-" for standard input
  std::string question;
  std::string system;
  std::vector<std::string> files;
  std::int64_t max_tokens = 0;
  std::string temperature;
  bool json = false;
  bool no_stream = false;
  bool no_history = false;
};

/// One question, one answer. Returns the exit code.
int run_question(const ChatOptions& options, const CommandContext& context, Output& output);
/// Question after question on a terminal. Returns the exit code.
int run_conversation(const ChatOptions& options, const CommandContext& context, Output& output);

/// The footer and what is to be said of the answer's ending, on a terminal's stderr.
void print_footer(Output& output, const Asked& asked);

}  // namespace arouter
