// A server-sent event under way, as Anthropic and Responses have them: its name is the type that
// its JSON begins with.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "shared/json_writer.hpp"

namespace arouter::mock {

class NamedEvent {
 public:
  explicit NamedEvent(std::string_view type) {
    text_ += type;
    text_ += "\ndata: ";
    out_.begin_object().string("type", type);
  }
  NamedEvent(const NamedEvent&) = delete;
  NamedEvent& operator=(const NamedEvent&) = delete;

  /// The further members go here.
  JsonWriter& out() { return out_; }
  /// The whole event; it is spent then.
  std::string end() {
    out_.end_object();
    text_ += "\n\n";
    return std::move(text_);
  }

 private:
  std::string text_ = "event: ";
  JsonWriter out_{text_};
};

}  // namespace arouter::mock
