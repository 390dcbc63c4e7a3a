#include "daemon/daemon.hpp"

namespace arouter {

struct Daemon::Parts {
  std::vector<std::string> base_urls;
  Secret local_key;
  Catalog catalog;
};

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Daemon::~Daemon() = default;

std::unique_ptr<Daemon> Daemon::start(DaemonOptions, StartFailure& failure) {
  failure.message = "not built yet";
  return nullptr;
}

const std::vector<std::string>& Daemon::base_urls() const {
  return parts_->base_urls;
}
const Secret& Daemon::local_key() const {
  return parts_->local_key;
}
bool Daemon::local_key_is_new() const {
  return false;
}
const Catalog& Daemon::first_catalog() const {
  return parts_->catalog;
}
std::vector<ConfigFault> Daemon::reload() {
  return {};
}
void Daemon::drain() {}
void Daemon::wait() {}

}  // namespace arouter
