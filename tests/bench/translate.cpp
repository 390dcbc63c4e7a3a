// What a translation costs in processor time, for every ordered pair of formats: a conversation of
// 32 kB decoded and encoded, an answer back, and one event of a stream decoded and encoded.
//
// Goals: 150 us for the conversation, 5 us for an event. Each figure is the median of several
// batches of this thread's processor time, so that a busy machine shows in few of them.
#include <algorithm>
#include <ctime>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "shared/chat/messages.hpp"
#include "shared/formats/registry.hpp"

namespace {

using namespace arouter;
using chat::Event;

constexpr int kBatches = 15;
constexpr std::size_t kConversation = 27 * 1024;  // of texts: 32 kB with what is around them
constexpr int kEvents = 500;

double processor_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

/// Median microseconds of one call, over batches of `calls`.
double measure(int calls, const std::function<void()>& call) {
  std::vector<double> figures;
  for (int batch = 0; batch < kBatches; ++batch) {
    const double begun = processor_us();
    for (int i = 0; i < calls; ++i) call();
    figures.push_back((processor_us() - begun) / calls);
  }
  std::sort(figures.begin(), figures.end());
  return figures[figures.size() / 2];
}

chat::Text text(std::string words) {
  chat::Text part;
  part.text = std::move(words);
  return part;
}

/// A coding agent's request: instructions, tools with schemas, questions, calls and their results.
chat::Request conversation() {
  chat::Request request;
  request.model = "demo";
  request.max_tokens = 4'096;
  request.temperature = "0.2";
  request.messages.push_back(
      {chat::Role::system, {text("You mend programs. \"Be\" brief,\nand say why.")}, {}});
  for (int i = 0; i < 12; ++i) {
    chat::Tool tool;
    tool.name = "tool_" + std::to_string(i);
    tool.description = "Reads or changes a file of the project, and says what came of it.";
    tool.parameters =
        R"({"type":"object","properties":{"path":{"type":"string","description":"relative"},)"
        R"("lines":{"type":"array","items":{"type":"integer"}}},"required":["path"]})";
    request.tools.push_back(std::move(tool));
  }
  std::size_t size = 0;
  for (int i = 0; size < kConversation; ++i) {
    std::string words;
    for (int k = 0; k < 24; ++k) words += "line " + std::to_string(k) + "\tint main() { }\n";
    size += 2 * words.size() + 400;
    request.messages.push_back({chat::Role::user, {text(words)}, {}});
    chat::ToolCall call;
    call.id = "call_" + std::to_string(i);
    call.name = "tool_1";
    call.arguments = R"({"path":"src/main.cpp","lines":[1,2,3]})";
    request.messages.push_back({chat::Role::assistant, {text("I look first."), call}, {}});
    chat::ToolResult result;
    result.id = call.id;
    result.name = call.name;
    result.content.push_back(text(words));
    request.messages.push_back({chat::Role::tool, {result}, {}});
    request.messages.push_back({chat::Role::assistant, {text("Done.")}, {}});
  }
  return request;
}

/// A streamed answer of many short pieces, in a format's own bytes.
std::string stream_in(const Format& format) {
  AnswerSpelling spelling;
  spelling.request_id = "gen-bench";
  spelling.now_s = 1'700'000'000;
  spelling.include_usage = true;
  const auto encoder = format.make_stream_encoder(spelling);
  std::string bytes;
  const auto append = [&](Event::Kind kind, const std::function<void(Event&)>& fill) {
    Event event;
    event.kind = kind;
    fill(event);
    encoder->append(bytes, event);
  };
  append(Event::Kind::start, [](Event& event) { event.id = "id-1", event.model = "demo"; });
  for (int i = 0; i < kEvents; ++i) {
    append(Event::Kind::text, [](Event& event) { event.text = " another word"; });
  }
  append(Event::Kind::finish, [](Event& event) { event.finish = chat::FinishReason::stop; });
  append(Event::Kind::usage, [](Event& event) {
    event.usage = {.input_tokens = 9, .output_tokens = kEvents, .origin = UsageOrigin::reported};
  });
  append(Event::Kind::end, [](Event&) {});
  return bytes;
}

/// Every event of `stream` into the other format; the bytes that came of it.
std::size_t translate_stream(std::string_view stream, const Format& from, const Format& to) {
  SseScanner scanner(1024 * 1024);
  const auto decoder = from.make_stream_decoder();
  const auto encoder = to.make_stream_encoder({});
  std::string out;
  std::size_t size = 0;
  SseBlock block;
  while (true) {
    const Result<bool> whole = scanner.next(stream, block);
    if (!whole || !*whole) break;
    stream.remove_prefix(block.raw.size());
    if (!block.has_data) continue;
    const auto events = decoder->decode(block);
    if (!events) return 0;
    for (const Event& event : *events) encoder->append(out, event);
    size += out.size();
    out.clear();
  }
  return size;
}

bool translate_request(std::string_view body, const Format& from, const Format& to) {
  const Result<Peek> peek = from.peek(CallKind::chat, body);
  if (!peek) return false;
  chat::Losses losses;
  const Result<chat::Request> request = from.decode_request(body, *peek, losses);
  return request && !to.encode_request(*request, 8'192, losses).empty();
}

}  // namespace

int main() {
  const chat::Request request = conversation();
  double worst_request = 0, worst_event = 0;
  bool good = true;
  std::cout << "from -> to                 request us  size  event us\n";
  for (const Format* from : all_formats()) {
    chat::Losses losses;
    const std::string body = from->encode_request(request, 8'192, losses);
    const std::string stream = stream_in(*from);
    for (const Format* to : all_formats()) {
      if (from == to) continue;
      good =
          good && translate_request(body, *from, *to) && translate_stream(stream, *from, *to) > 0;
      const double whole = measure(50, [&] { translate_request(body, *from, *to); });
      const double event = measure(3, [&] { translate_stream(stream, *from, *to); }) / kEvents;
      worst_request = std::max(worst_request, whole);
      worst_event = std::max(worst_event, event);
      std::string pair = std::string(from->name()) + " -> " + std::string(to->name());
      pair.resize(27, ' ');
      std::cout << pair << whole << "  " << body.size() << "  " << event << '\n';
    }
  }
  std::cout << "worst: request " << worst_request << " us (goal 150), event " << worst_event
            << " us (goal 5)\n";
  if (!good) std::cout << "a translation failed\n";
  return good ? 0 : 1;
}
