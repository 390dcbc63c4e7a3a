// One question and its answer: the request sent, the text shown as it comes.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

#include "cli/chat/answer.hpp"
#include "cli/chat/request.hpp"
#include "cli/client.hpp"

namespace arouter {

struct Asked {
  Answer answer;  // what came, also when it ended in an error
  AnswerHead head;
  std::optional<std::chrono::milliseconds> first_token;  // from sending to the first text
  bool interrupted = false;                              // by Ctrl-C
  std::optional<Error> error;
};

/// `show` gets the text as it comes; when it returns false, the request is cancelled.
Asked ask(const Client& client, const ChatRequest& request,
          const std::function<bool(std::string_view)>& show);

}  // namespace arouter
