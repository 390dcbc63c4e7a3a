// Gemini's other stream: one JSON array whose elements come one by one.
//
// Source: Gemini API reference, "models.streamGenerateContent" without alt=sse (checked
// 2026-11-24).
#pragma once

#include <string>

namespace arouter::daemon {

/// Server-sent events in, elements of an array out; the data of an event is not changed.
class ArrayFraming {
 public:
  /// Empties `events`, whole blocks, and returns them as elements; blank lines stay blank lines,
  /// which are white space between two elements.
  std::string take(std::string& events);
  /// What closes the array.
  std::string end() const { return begun_ ? "\r\n]" : "[]"; }

 private:
  bool begun_ = false;
};

}  // namespace arouter::daemon
