// `arouter chat` as a person has it: in pipes and at a terminal, against scripted servers.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/integration/fake_provider.hpp"
#include "tests/integration/program.hpp"

namespace arouter::test {

namespace {

using nlohmann::json;

constexpr std::string_view kKey = "lr_live_0123456789abcdef-canary";
constexpr std::string_view kCtrlC = "\x03";
constexpr std::string_view kCtrlD = "\x04";
// A colour, a window title and a cleared screen, cut in the middle of a sequence.
const std::vector<std::string> kHostile{"red: \x1b[31mx", "\x1b]0;title\x07 y\x1b[", "2Jz\n"};

/// A server that the command is pointed at by the environment.
struct Server {
  TempDir home;
  FakeProvider provider;
  Environment environment{{"AROUTER_BASE_URL", provider.base_url()},
                          {"AROUTER_API_KEY", std::string(kKey)}};

  Ended run(const Arguments& arguments, std::string_view input = {}) const {
    return run_program(home, arguments, environment, input);
  }
  json request(std::size_t index) const {
    const auto requests = provider.wait_for_requests(index + 1);
    return json::parse(requests.at(index).body);
  }
};

/// The escapes that the JSON of a piece needs are not those of chat_events(): it writes text as is.
Script hostile_chat() {
  Script script;
  script.send(event_stream_head());
  for (const std::string& piece : kHostile) {
    const json event{{"choices", {{{"delta", {{"content", piece}}}}}}};
    script.send(chunk("data: " + event.dump() + "\n\n"));
  }
  return script
      .send(chunk(R"(data: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{)"
                  R"("prompt_tokens":9,"completion_tokens":3,"cost":0.0000360}})"
                  "\n\ndata: [DONE]\n\n"))
      .send(std::string(kLastChunk));
}

/// The head of a stream and its first piece; then the server waits until the client has left.
Script half_an_answer(const std::string& piece, const Gate& client_gone) {
  return Script()
      .send(event_stream_head())
      .send(chunk(chat_events({piece}).front()))
      .await_client_gone(client_gone);
}

std::string refusal(int status, std::string_view message, std::string_view code) {
  return json_answer(status, json{{"error", {{"message", message}, {"code", code}}}}.dump(),
                     "X-Request-Id: req-77\r\n");
}

std::string model_list(std::string_view id) {
  return json_answer(200, json{{"data", {{{"id", id}}}}}.dump());
}

}  // namespace

TEST_SUITE("cli_chat") {
  TEST_CASE("in a pipe the answer is the model's own bytes and nothing else") {
    Server server;
    server.provider.plays(hostile_chat());
    const Ended ended = server.run({"chat", "-m", "acme/model-a", "-s", "Be brief", "hi"});
    CHECK(ended.code == 0);
    CHECK(ended.output == kHostile[0] + kHostile[1] + kHostile[2]);
    CHECK(ended.errors == "");
    CHECK(server.request(0) == json{{"model", "acme/model-a"},
                                    {"messages",
                                     {{{"role", "system"}, {"content", "Be brief"}},
                                      {{"role", "user"}, {"content", "hi"}}}},
                                    {"stream", true},
                                    {"stream_options", {{"include_usage", true}}}});
    CHECK(server.provider.requests()[0].field("authorization") == "Bearer " + std::string(kKey));
  }

  TEST_CASE("at a terminal it cannot command the terminal, and the footer stands below it") {
    Server server;
    server.provider.plays(hostile_chat());
    TerminalProgram chat(server.home, {"chat", "-m", "acme/model-a", "hi"}, server.environment);
    CHECK(chat.shows("red: x yz\r\n"));
    CHECK(chat.shows("9 in, 3 out · $0.000036 · first token"));
    CHECK(chat.wait_for_exit() == 0);
    CHECK(chat.screen().find("\x1b[31m") == std::string::npos);
    CHECK(chat.screen().find("\x1b]0;") == std::string::npos);
    CHECK(chat.screen().find("\x1b[2J") == std::string::npos);
  }

  TEST_CASE("files and standard input follow the question") {
    Server server;
    server.provider.always(Script().send(json_answer(200, chat_body("fine"))));
    const std::string file = server.home.write("a.txt", "in the file\n").string();
    const Ended ended =
        server.run({"chat", "-m", "m", "--no-stream", "-f", file, "What is it?"}, "piped\n");
    CHECK(ended.code == 0);
    CHECK(ended.output == "fine\n");
    const json request = server.request(0);
    CHECK(request["messages"][0]["content"] ==
          "What is it?\n\n--- " + file + "\nin the file\n\npiped\n");
    CHECK_FALSE(request.contains("stream"));
    CHECK(server.run({"chat", "-m", "m"}, "only piped").code == 0);
    CHECK(server.request(1)["messages"][0]["content"] == "only piped");
    CHECK(server.run({"chat", "-m", "m", "sum up", "-"}, "piped").code == 0);
    CHECK(server.request(2)["messages"][0]["content"] == "sum up\n\npiped");
    const Ended unquoted = server.run({"chat", "-m", "m", "hello", "world"});
    CHECK(unquoted.code == 2);
    CHECK(unquoted.errors.find("quote the question") != std::string::npos);
    CHECK(server.run({"chat", "-m", "m"}).code == 2);
    CHECK(server.run({"chat", "-m", "m"}, "\xff\xfe").code == 2);
    CHECK(server.run({"chat", "-m", "m", "-f", "/nowhere/x", "hi"}).code == 2);
    CHECK(server.provider.requests().size() == 3);
  }

  TEST_CASE("--json is one object, with the server's own usage") {
    Server server;
    server.provider.plays(hostile_chat());
    const Ended ended = server.run({"chat", "-m", "m", "--json", "hi"});
    CHECK(ended.code == 0);
    CHECK(ended.output.find("\"cost\":0.0000360}") != std::string::npos);
    CHECK(json::parse(ended.output)["content"] == kHostile[0] + kHostile[1] + kHostile[2]);
  }

  TEST_CASE("without a name the first model is asked, and that is said") {
    Server server;
    server.provider.plays(Script().send(
        json_answer(200, R"({"data":[{"id":"acme/model-a"},{"id":"acme/model-b"}]})")));
    server.provider.plays(streamed_chat({"fine"}));
    const Ended ended = server.run({"chat", "hi"});
    CHECK(ended.code == 0);
    CHECK(ended.errors.find("acme/model-a, the first of 2 models") != std::string::npos);
    CHECK(server.request(1)["model"] == "acme/model-a");
  }

  TEST_CASE("refusals are the server's words, an exit code and what to do, and never the key") {
    Server server;
    server.provider.plays(Script().send(refusal(401, "this key is unknown", "invalid_api_key")));
    const Ended no_key = server.run({"chat", "-m", "m", "hi"});
    CHECK(no_key.code == 3);
    CHECK(no_key.output == "");
    CHECK(no_key.errors.find("this key is unknown (invalid_api_key, request req-77)") !=
          std::string::npos);
    CHECK(no_key.errors.find("AROUTER_API_KEY") != std::string::npos);
    CHECK(no_key.errors.find(kKey) == std::string::npos);

    server.provider.plays(
        Script().send(refusal(404, "no model 'acme/modle-a'", "model_not_found")));
    server.provider.plays(Script().send(model_list("acme/model-a")));
    const Ended no_model = server.run({"chat", "-m", "acme/modle-a", "hi"});
    CHECK(no_model.code == 1);
    CHECK(no_model.errors.find("did you mean acme/model-a?") != std::string::npos);

    server.provider.plays(Script().send(refusal(500, "\x1b[31mout of order", "internal")));
    const Ended broken = server.run({"chat", "-m", "m", "hi"});
    CHECK(broken.code == 1);
    CHECK(broken.errors.find("arouter: out of order") == 0);
  }

  TEST_CASE("a refused key is advised on by what decided: the option, the variables") {
    Server server;
    server.provider.always(Script().send(refusal(401, "no", "invalid_api_key")));
    const Arguments named{"chat", "-m", "m", "--base-url", server.provider.base_url(), "hi"};
    const Ended refused = server.run(named);
    CHECK(refused.errors.find("Check AROUTER_API_KEY.") != std::string::npos);
    CHECK(refused.errors.find("AROUTER_BASE_URL") == std::string::npos);
    const Ended keyless = run_program(server.home, named);
    CHECK(keyless.errors.find("This server wants a key: export AROUTER_API_KEY=") !=
          std::string::npos);
    CHECK(keyless.code == 3);
  }

  TEST_CASE("what is given for a variable's name is not repeated when it may be the key") {
    const TempDir home;
    const std::string long_name(41, 'K');
    for (const std::string& pasted : {std::string("sk-canary-1"), std::string("gsk_canary"),
                                      long_name, std::string("KEY=canary")}) {
      CAPTURE(pasted);
      for (const Arguments& arguments :
           {Arguments{"mock", "--key-env", pasted},
            Arguments{"validate", "--base-url", "http://127.0.0.1:1/v1", "--model", "m",
                      "--key-env", pasted},
            Arguments{"chat", "--api-key=" + pasted, "hi"}}) {
        const Ended ended = run_program(home, arguments);
        CHECK(ended.code == 2);
        CHECK(ended.errors.find(pasted) == std::string::npos);
        CHECK((arguments[0] == "chat" || ended.errors.find("takes the NAME") != std::string::npos));
      }
    }
    CHECK(run_program(home, {"mock", "--key-env", "ABSENT_KEY"}).errors.find("ABSENT_KEY") !=
          std::string::npos);
  }

  TEST_CASE("an answer that breaks off is shown as far as it came, and is a failure") {
    Server server;
    server.provider.plays(Script()
                              .send(event_stream_head())
                              .send(chunk(chat_events({"half an ans"}).front()))
                              .close());
    const Ended ended = server.run({"chat", "-m", "m", "hi"});
    CHECK(ended.code == 1);
    CHECK(ended.output == "half an ans\n");
    CHECK(ended.errors.find("cut its answer") != std::string::npos);
  }

  TEST_CASE("nobody listening, no configuration and wrong usage each have their words") {
    TempDir home;
    std::uint16_t port = 0;
    listen_on_loopback(port).close();
    const Ended unreachable =
        run_program(home, {"chat", "-m", "m", "hi"},
                    {{"AROUTER_BASE_URL", "http://127.0.0.1:" + std::to_string(port)}});
    CHECK(unreachable.code == 3);
    CHECK(unreachable.errors.find("arouter serve") != std::string::npos);
    const Ended unconfigured = run_program(home, {"chat", "hi"});
    CHECK(unconfigured.code == 2);
    CHECK(unconfigured.errors.find("arouter mock") != std::string::npos);
    CHECK(unconfigured.errors.find("arouter.toml") != std::string::npos);
    const Ended misspelt = run_program(home, {"chat", "--no-straem", "hi"});
    CHECK(misspelt.code == 2);
    CHECK(misspelt.errors.find("did you mean --no-stream?") != std::string::npos);
    CHECK(run_program(home, {"caht"}).errors.find("did you mean chat?") != std::string::npos);
    const Ended nothing = run_program(home, {});
    CHECK(nothing.code == 2);
    CHECK(nothing.errors.find("Examples:") != std::string::npos);
  }

  TEST_CASE("over TLS the server must be who it says it is") {
    TempDir home;
    const TestAuthority authority;
    const std::string trusted = home.write("ca.pem", authority.certificate_pem()).string();
    const auto ask = [&](const TlsIdentity& identity) {
      FakeProvider provider(identity);
      provider.always(streamed_chat({"fine"}));
      const Ended ended = run_program(home, {"chat", "-m", "m", "hi"},
                                      {{"AROUTER_BASE_URL", provider.base_url()},
                                       {"AROUTER_API_KEY", std::string(kKey)},
                                       {"SSL_CERT_FILE", trusted}});
      // The key must not have gone to anybody else.
      CHECK(provider.requests().empty() == (ended.code != 0));
      return ended;
    };
    CHECK(ask(authority.issue("127.0.0.1")).output == "fine\n");
    for (const TlsIdentity& stranger :
         {authority.issue("acme.example"), authority.issue("127.0.0.1", Validity::expired),
          self_signed("127.0.0.1")}) {
      const Ended ended = ask(stranger);
      CHECK(ended.code == 3);
      CHECK(ended.errors.find("cannot be trusted") != std::string::npos);
    }
  }

  TEST_CASE("Ctrl-C ends the one answer there is, and the request with it") {
    Server server;
    const Gate client_gone;
    server.provider.plays(half_an_answer("half", client_gone));
    TerminalProgram chat(server.home, {"chat", "-m", "m", "hi"}, server.environment);
    REQUIRE(chat.shows("half"));
    chat.type(kCtrlC);
    CHECK(client_gone.wait());
    CHECK(chat.wait_for_exit() == 130);
  }

  TEST_CASE("Ctrl-C before the first byte of an answer ends the request as well") {
    Server server;
    const Gate asked, client_gone;
    server.provider.plays(Script().reach(asked).await_client_gone(client_gone));
    TerminalProgram chat(server.home, {"chat", "-m", "m", "hi"}, server.environment);
    REQUIRE(asked.wait());
    chat.type(kCtrlC);
    CHECK(client_gone.wait());
    CHECK(chat.wait_for_exit() == 130);
  }

  TEST_CASE("in a conversation Ctrl-C ends the answer, and what came of it is remembered") {
    Server server;
    const Gate client_gone;
    server.provider.plays(half_an_answer("half an ans", client_gone));
    TerminalProgram chat(server.home, {"chat", "-m", "m"}, server.environment);
    REQUIRE(chat.shows("> "));
    chat.type("first\r");
    REQUIRE(chat.shows("half an ans"));
    chat.type(kCtrlC);
    CHECK(client_gone.wait());
    REQUIRE(chat.shows("> "));

    server.provider.plays(streamed_chat({"whole"}));
    chat.type("second\r");
    REQUIRE(chat.shows("whole"));
    REQUIRE(chat.shows("9 in, 1 out"));
    CHECK(server.request(1)["messages"] == json{{{"role", "user"}, {"content", "first"}},
                                                {{"role", "assistant"}, {"content", "half an ans"}},
                                                {{"role", "user"}, {"content", "second"}}});
    REQUIRE(chat.shows("> "));
    chat.type(kCtrlD);
    CHECK(chat.wait_for_exit() == 0);
  }

  TEST_CASE("a conversation takes several lines, pasted or between quotes, and keeps a history") {
    Server server;
    server.provider.always(streamed_chat({"fine"}));
    TerminalProgram chat(server.home, {"chat", "-m", "m"}, server.environment);
    REQUIRE(chat.shows("> "));
    chat.type("\x1b[200~one\r\ttwo\x1b[201~\r");
    REQUIRE(chat.shows("fine"));
    CHECK(server.request(0)["messages"][0]["content"] == "one\n\ttwo");
    REQUIRE(chat.shows("> "));
    chat.type("/clear\r");
    REQUIRE(chat.shows("forgotten"));
    REQUIRE(chat.shows("> "));
    chat.type("\"\"\"a\r");
    REQUIRE(chat.shows("… "));
    chat.type("b\"\"\"\r");
    REQUIRE(chat.shows("fine"));
    CHECK(server.request(1)["messages"][0]["content"] == "a\nb");
    REQUIRE(chat.shows("> "));
    chat.type(kCtrlC);
    REQUIRE(chat.shows("leaves."));
    REQUIRE(chat.shows("> "));
    chat.type(kCtrlC);
    CHECK(chat.wait_for_exit() == 0);

    const auto history = state_of(server.home) / "chat_history";
    REQUIRE(std::filesystem::exists(history));
    CHECK((std::filesystem::status(history).permissions() & std::filesystem::perms(077)) ==
          std::filesystem::perms::none);
  }

  TEST_CASE("with --no-history a conversation leaves nothing behind") {
    Server server;
    server.provider.always(streamed_chat({"fine"}));
    TerminalProgram chat(server.home, {"chat", "-m", "m", "--no-history"}, server.environment);
    REQUIRE(chat.shows("> "));
    chat.type("hello\r");
    REQUIRE(chat.shows("fine"));
    REQUIRE(chat.shows("> "));
    chat.type("/quit\r");
    CHECK(chat.wait_for_exit() == 0);
    CHECK_FALSE(std::filesystem::exists(state_of(server.home) / "chat_history"));
  }

  TEST_CASE("an error leaves the conversation as it was") {
    Server server;
    server.provider.plays(Script().send(refusal(429, "too many requests", "rate_limit_exceeded")));
    server.provider.plays(streamed_chat({"fine"}));
    TerminalProgram chat(server.home, {"chat", "-m", "m"}, server.environment);
    REQUIRE(chat.shows("> "));
    chat.type("hello\r");
    REQUIRE(chat.shows("too many requests"));
    REQUIRE(chat.shows("> "));
    chat.type("/retry\r");
    REQUIRE(chat.shows("fine"));
    CHECK(server.request(1)["messages"] == json{{{"role", "user"}, {"content", "hello"}}});
    REQUIRE(chat.shows("> "));
    chat.type("/quit\r");
    CHECK(chat.wait_for_exit() == 0);
  }
}

}  // namespace arouter::test
