// A scripted provider and a real daemon in front of it: where most tests begin.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/config_text.hpp"
#include "tests/integration/daemon_process.hpp"
#include "tests/integration/fake_provider.hpp"
#include "tests/integration/raw_client.hpp"
#include "tests/integration/temp_dir.hpp"

namespace arouter::test {

/// Throws when the daemon does not come up; what it said is in the message.
struct World {
  explicit World(const ConfigText& text = {}, std::optional<TlsIdentity> identity = {});
  /// `config`: the whole text for the provider's base URL.
  explicit World(const std::function<std::string(const std::string&)>& config);

  TempDir home;
  FakeProvider provider;
  DaemonProcess daemon;

  /// POST /v1/chat/completions with the local key: as bytes, and on a connection of its own.
  std::string chat_request(std::string_view body, std::string_view fields = {}) const;
  RawResponse chat(std::string_view body, std::string_view fields = {}) const;
  /// A plain chat that must go well: the daemon lives.
  bool is_well();
  /// Stops the daemon, which must end well, and returns every row it booked.
  std::vector<Row> stop_and_read_rows();
};

/// A world that is asked over one connection, so that every request meets the same loop and its
/// pool.
struct OneLoop {
  explicit OneLoop(const ConfigText& text = {}) : world(text) {}
  World world;
  RawClient client{world.daemon.port()};

  RawResponse ask();
};

/// A chat body for acme/model-a. `more`: further members, each with a leading comma.
std::string chat_json(bool stream, std::string_view more = {});
inline constexpr std::string_view kChatPath = "/v1/chat/completions";

/// Waits for the daemon and throws with its words when it does not listen.
void must_listen(DaemonProcess& daemon);

}  // namespace arouter::test
