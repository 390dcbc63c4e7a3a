#include "daemon/stages/array_framing.hpp"

#include "shared/sse.hpp"

namespace arouter::daemon {

std::string ArrayFraming::take(std::string& events) {
  SseScanner scanner(events.size() + 1);
  std::string elements;
  elements.reserve(events.size());
  std::string_view rest = events;
  SseBlock block;
  for (;;) {
    const Result<bool> whole = scanner.next(rest, block);
    if (!whole || !*whole) break;
    rest.remove_prefix(block.raw.size());
    if (!block.has_data || block.data == "[DONE]") {  // some who imitate Gemini send that mark
      elements += '\n';
      continue;
    }
    elements += begun_ ? ",\r\n" : "[";
    begun_ = true;
    elements += block.data;
  }
  events.clear();
  return elements;
}

}  // namespace arouter::daemon
