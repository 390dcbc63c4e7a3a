// Several providers of one model, or one with several keys: where tests of health begin.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/world.hpp"

namespace arouter::test {

/// Answers well, whoever asks.
Script well();
/// Answers with a status and an error of the OpenAI format.
Script refusal(int status, std::string_view fields = {});

/// Providers "acme", "beta" and so on, in the order in which they are asked for "maker/shared".
/// `lines`: more lines of each [[provider]], one text for each of them.
class HealthWorld {
 public:
  explicit HealthWorld(std::vector<std::string> lines, const std::string& tail = {});

  /// Asks as a conversation of its own, so that keys are drawn anew.
  RawResponse chat(bool stream = false) { return call(daemon.port(), request(stream)); }
  std::string request(bool stream = false);
  RawResponse chat_with(const std::string& model);
  /// Whether so many requests in a row go well, each answered by the provider of that name.
  bool all_well(int requests, std::string_view provider);
  /// Asks until that provider answers; false when it never does.
  bool comes_back(std::string_view provider);

  /// Has the daemon read its configuration again and waits until it did.
  void reload();
  /// The configuration with these lines; `urls`: where the providers are instead.
  std::string config(const std::vector<std::string>& lines, std::vector<std::string> urls = {});

  /// How often the log says so.
  int logged(std::string_view text) const;
  /// No key of a provider's is in what the daemon has said.
  bool keeps_secrets() const;
  std::vector<Row> stop_and_read_rows();

 private:
  std::string tail_;
  int conversations_ = 0;

 public:
  TempDir home;
  std::deque<FakeProvider> providers;  // acme, beta, gamma
  DaemonProcess daemon;
};

/// "keys = […]" of keys "a", "b" and so on, each with further members, such as "weight = 3".
std::string keys_line(const std::vector<std::string>& members);
/// The letter of the key that a request was made with; "" when it is none of keys_line()'s.
std::string key_of(const RecordedRequest& request);
/// How many of the requests were made with the key.
std::size_t asked_with(const FakeProvider& provider, std::string_view key);
/// Whole seconds of Retry-After; -1 without.
int retry_after_of(const RawResponse& answer);

}  // namespace arouter::test
