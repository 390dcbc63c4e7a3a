// The daemon: builds the parts, starts one worker per core, reloads and drains.
//
// This is the only header of daemon/ that the CLI sees, and only from cli/main.cpp.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/catalog.hpp"
#include "shared/config_reader.hpp"
#include "shared/error.hpp"
#include "shared/secret.hpp"

namespace arouter {

struct DaemonOptions {
  /// Called at start and at every reload; runs on the caller's thread.
  std::function<ConfigOutcome()> load_config;
  std::filesystem::path state;                       // created 0700 when absent
  std::optional<std::vector<std::string>> listen{};  // instead of [server] listen
  bool handle_signals = true;                        // SIGTERM, SIGINT drain; SIGHUP reloads
};

struct StartFailure {
  std::vector<ConfigFault> faults;  // when the configuration is at fault
  std::string message;              // else: what failed, in one line
};

class Daemon {
 public:
  /// Listens when it returns. Exactly one daemon per state folder.
  static std::unique_ptr<Daemon> start(DaemonOptions options, StartFailure& failure);
  ~Daemon();  // drains when still running
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  const std::vector<std::string>& base_urls() const;  // "http://127.0.0.1:18080", as bound
  const Secret& local_key() const;
  bool local_key_is_new() const;  // made by this start
  const Catalog& first_catalog() const;

  /// Faults when the new configuration is refused (the old stays in force), else empty.
  std::vector<ConfigFault> reload();
  void drain();  // stop accepting, finish what runs within [server] drain_ms, then stop
  void wait();   // until drained

 private:
  struct Parts;
  explicit Daemon(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace arouter
