// Programs and SDKs as they are seen from a server: what each sends, as tables in JSON beside this
// file, and a daemon in front of a provider of every format to send it to.
//
// An entry of a table:
//   program, format   "Codex", "responses"
//   path              "$model" stands for the model, here and in the body; "$encoded" for the same
//                     with its slash encoded
//   headers           lines; "$key" stands for the local key
//   body              without what depends on the way
//   streamed, plain   the ways the program goes: {"path": …, "body": members to add}; one may lack
//   result            how a tool's result looks; without it, no tool is called
//   keeps             {"type": [members]} of the model's items that are sent back; without it, all
//   drops_thoughts    whether Gemini's thoughts stay with the program
//   dropped           provider's format → the names of X-ARouter-Dropped; none where it lacks
//   dropped_later     the same of the request with the results; without it, that of `dropped`
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/mock/mock.hpp"
#include "tests/integration/daemon_process.hpp"
#include "tests/integration/fake_provider.hpp"
#include "tests/integration/programs/answer_reading.hpp"
#include "tests/integration/raw_client.hpp"
#include "tests/integration/temp_dir.hpp"

namespace arouter::test {

inline constexpr std::string_view kWireFormats[] = {"openai", "responses", "anthropic", "gemini"};

/// `arouter serve` with the providers by-openai, by-responses, by-anthropic and by-gemini: the one
/// mock, spoken to in four formats. Its model is "demo-small".
struct ProgramWorld {
  ProgramWorld();

  TempDir home;
  std::unique_ptr<MockServer> mock;
  DaemonProcess daemon;

  std::string model_of(std::string_view provider) const;
};

struct ProgramRequest {
  std::string path;
  std::vector<std::string> headers{};
  std::string body{};  // "": none
  std::string_view method = "POST";
};
/// The bytes of a request, with Host and Content-Length, and with all that stands for something
/// filled in.
std::string encode_request(const DaemonProcess& daemon, const ProgramRequest& request,
                           std::string_view model);
RawResponse send(const DaemonProcess& daemon, const ProgramRequest& request,
                 std::string_view model);

/// `arouter serve` in front of one scripted provider of that format, whose answers have no price.
/// Its model is "acme/model-a".
struct ScriptedWorld {
  explicit ScriptedWorld(std::string_view format);

  TempDir home;
  FakeProvider provider;
  DaemonProcess daemon;
};
/// A stream or a whole answer of the golden fixtures of a format, its lines ended by LF:
/// "text.stream.sse".
std::string golden_text(std::string_view format, const std::string& name);
/// A whole event stream with its length.
std::string stream_answer(std::string_view events);

/// The entries of one table. Throws when it cannot be read.
std::vector<OrderedJson> client_programs(const std::string& table);
/// `body` with the members of its way, as the text that is sent.
OrderedJson body_of(const OrderedJson& program, const std::string& way);
std::string path_of(const OrderedJson& program, const std::string& way);
std::vector<std::string> headers_of(const OrderedJson& program);
/// The model's turn as the program sends it back.
OrderedJson kept_turn(const OrderedJson& program, const OrderedJson& turn);

std::string replaced(std::string text, std::string_view from, std::string_view to);

}  // namespace arouter::test
