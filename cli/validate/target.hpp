// Whom to check: a provider of the configuration, or a base URL with a model.
#pragma once

#include <string>

#include "cli/validate/connection.hpp"
#include "shared/error.hpp"
#include "shared/secret.hpp"

namespace arouter::validate {

struct TargetOptions {
  std::string provider;
  std::string base_url;
  std::string model;
  std::string key_env;
  std::string config;
  std::string ca_file;
  bool insecure = false;
};

struct Target {
  Address address;
  std::string base_url;  // without a final slash
  std::string model;
  std::string ca_file;  // "": the system's bundle
  Secret key;
  bool no_auth = false;  // the configuration knows no key
};

/// Errors: bad_request with a sentence for the terminal.
Result<Target> resolve_target(const TargetOptions& options);

}  // namespace arouter::validate
