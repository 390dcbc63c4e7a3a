#include "shared/chat/estimate.hpp"

namespace arouter::chat {

namespace {

constexpr std::int64_t kPerMessage = 4;
constexpr std::int64_t kPerMedia = 1'000;

struct Weight {
  std::size_t bytes = 0;
  std::int64_t tokens = 0;

  void operator()(const Text& part) { bytes += part.text.size(); }
  void operator()(const Thinking& part) { bytes += part.text.size(); }
  void operator()(const Refusal& part) { bytes += part.text.size(); }
  void operator()(const Media&) { tokens += kPerMedia; }
  void operator()(const ToolCall& part) { bytes += part.name.size() + part.arguments.size(); }
  void operator()(const ToolResult& part) {
    for (const ResultPart& each : part.content) std::visit(*this, each);
  }
};

}  // namespace

std::int64_t estimate_tokens(const Request& request) {
  Weight weight;
  for (const Message& message : request.messages) {
    weight.tokens += kPerMessage;
    for (const Part& part : message.parts) std::visit(weight, part);
  }
  for (const Tool& tool : request.tools) {
    weight.bytes += tool.name.size() + tool.description.size() + tool.parameters.size();
  }
  return weight.tokens + static_cast<std::int64_t>((weight.bytes + 3) / 4);
}

}  // namespace arouter::chat
