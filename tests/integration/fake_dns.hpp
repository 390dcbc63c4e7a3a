// A name server that says what a test tells it, and launches a daemon that asks nobody else.
//
// It needs port 53 and a mount, and so root: see may_run().
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/integration/gate.hpp"
#include "tests/integration/sockets.hpp"
#include "tests/integration/temp_dir.hpp"

namespace arouter::test {

using Ipv4Bytes = std::array<std::uint8_t, 4>;

/// What is said to a question for IPv4 addresses; to any other one that there are none.
struct DnsAnswer {
  enum class Kind { addresses, no_such_name, server_failure, silence };
  Kind kind = Kind::addresses;
  std::vector<Ipv4Bytes> addresses{};
};

/// Threads: one that answers; its methods may be called from any.
class FakeDns {
 public:
  FakeDns();
  ~FakeDns();
  FakeDns(const FakeDns&) = delete;
  FakeDns& operator=(const FakeDns&) = delete;

  static bool may_run();
  void says(DnsAnswer answer);
  /// What comes from now on is answered once `gate` opens.
  void waits_for(const Gate& gate);
  /// Questions for IPv4 addresses so far.
  int questions() const;
  /// Waits for the first of them.
  bool wait_for_question() const { return asked_.wait(); }
  /// Starts what follows with this name server for its only one.
  std::vector<std::string> launcher(const TempDir& folder) const;

 private:
  void serve();
  std::string answer_to(const std::string& question, const DnsAnswer& said) const;

  std::string address_;
  Descriptor socket_;
  mutable std::mutex mutex_;
  DnsAnswer answer_;
  Gate open_, asked_;
  int questions_ = 0;
  std::thread thread_;
};

}  // namespace arouter::test
