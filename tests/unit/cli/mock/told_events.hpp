// What a stream tells, for tests that look into its events.
#pragma once

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/mock/event_stream.hpp"

namespace arouter::mock {

struct ToldEvent {
  std::string name;  // "" when unnamed
  nlohmann::json data;
};

/// All events of a stream of server-sent events, each with its blank line.
inline std::vector<ToldEvent> told_events(EventStream& stream) {
  std::vector<ToldEvent> events;
  while (!stream.ended()) {
    std::string text(stream.next());
    std::erase(text, '\r');
    REQUIRE(text.ends_with("\n\n"));
    ToldEvent event;
    if (text.starts_with("event: ")) {
      event.name = text.substr(7, text.find('\n') - 7);
      text.erase(0, text.find('\n') + 1);
    }
    REQUIRE(text.starts_with("data: "));
    event.data = nlohmann::json::parse(text.substr(6));
    events.push_back(std::move(event));
  }
  return events;
}

inline std::vector<std::string> names_of(const std::vector<ToldEvent>& events) {
  std::vector<std::string> names;
  for (const ToldEvent& event : events) {
    // Deltas in a row count as one: how many there are is a matter of the text.
    if (names.empty() || names.back() != event.name) names.push_back(event.name);
  }
  return names;
}

/// A question whose answer has thoughts, and calls when there are any.
inline Question thoughtful_question(std::vector<ToolCall> calls = {}) {
  Question question;
  question.model = "demo \"small\"";
  question.hash = 42;
  question.prompt_tokens = 9;
  question.calls = std::move(calls);
  question.reasoning = {.wanted = true, .shown = true, .encrypted = true};
  return question;
}

inline const Stamp kStamp{"0123456789abcdef", 1'700'000'000};

}  // namespace arouter::mock
