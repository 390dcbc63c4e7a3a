// What real programs send is answered, whatever the provider behind speaks: plain and streamed,
// with a tool called and its result sent back, and nothing lost but what is named.
#include <doctest/doctest.h>

#include "tests/integration/programs/client_program.hpp"
#include "tests/integration/programs/stream_rules.hpp"

namespace arouter::test {

namespace {

/// What every tool in the tables says.
constexpr std::string_view kToolSays = "it rains in Lund";

std::string joined(const std::vector<std::string>& faults) {
  std::string text;
  for (const std::string& fault : faults) text += fault + "\n";
  return text;
}

/// One program on one way to one provider.
class Visit {
 public:
  Visit(const ProgramWorld& world, const OrderedJson& program, std::string way,
        std::string_view provider)
      : world_(world), program_(program), way_(std::move(way)), provider_(provider) {}

  void run() const {
    const OrderedJson body = body_of(program_, way_);
    const ReadAnswer first = ask(body, "dropped");
    if (!program_.contains("result")) {
      CHECK(first.calls.empty());
      CHECK(!first.text.empty());
      return;
    }
    CHECK(first.calls.size() == 1);
    if (first.calls.empty()) return;
    ReadAnswer kept = first;
    kept.turn = kept_turn(program_, first.turn);
    const OrderedJson next = with_results(format(), body, kept, program_["result"]);
    const ReadAnswer last = ask(next, "dropped_later");
    CHECK(last.calls.empty());
    CHECK(last.text.find(kToolSays) != std::string::npos);
  }

 private:
  std::string format() const { return program_["format"]; }

  ReadAnswer ask(const OrderedJson& body, const std::string& losses) const {
    const RawResponse response = send(
        world_.daemon,
        {.path = path_of(program_, way_), .headers = headers_of(program_), .body = body.dump()},
        world_.model_of(provider_));
    CAPTURE(losses);
    CAPTURE(response.head);
    CAPTURE(response.body);
    CHECK(response.status == 200);
    CHECK(response.complete);
    if (response.status != 200) return {};
    CHECK(response.field("x-arouter-dropped") == expected(losses));
    const bool streams = way_ == "streamed";
    CHECK(response.field("content-type")
              .starts_with(streams ? "text/event-stream" : "application/json"));
    if (streams) CHECK(joined(stream_faults(format(), response.body)) == "");
    ReadAnswer answer =
        streams ? read_events(format(), response.body) : read_whole(format(), response.body);
    CHECK(joined(answer.faults) == "");
    CHECK(answer.has_usage == program_[way_].value("usage", true));
    return answer;
  }

  std::string expected(const std::string& losses) const {
    std::string list;
    const bool is_same = !program_.contains("dropped_later");
    const OrderedJson all = program_.value(is_same ? "dropped" : losses, OrderedJson::object());
    for (const OrderedJson& name : all.value(std::string(provider_), OrderedJson::array())) {
      list += (list.empty() ? "" : ", ") + name.get<std::string>();
    }
    return list;
  }

  const ProgramWorld& world_;
  const OrderedJson& program_;
  std::string way_;
  std::string_view provider_;
};

void visit_all(const std::string& table) {
  const ProgramWorld world;
  for (const OrderedJson& program : client_programs(table)) {
    CAPTURE(program["program"].get<std::string>());
    for (const std::string way : {"plain", "streamed"}) {
      if (!program.contains(way)) continue;
      CAPTURE(way);
      for (const std::string_view provider : kWireFormats) {
        CAPTURE(provider);
        Visit(world, program, way, provider).run();
      }
    }
  }
}

}  // namespace

TEST_SUITE("client programs") {
  TEST_CASE("programs that speak chat completions are answered by every provider") {
    visit_all("chat.json");
  }
  TEST_CASE("programs that speak Responses are answered by every provider") {
    visit_all("responses.json");
  }
  TEST_CASE("programs that speak Messages are answered by every provider") {
    visit_all("messages.json");
  }
  TEST_CASE("programs that speak Gemini are answered by every provider") {
    visit_all("gemini.json");
  }
}

}  // namespace arouter::test
