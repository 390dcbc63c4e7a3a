// Whom to check: a base URL with a model.
#pragma once

#include <string>

#include "cli/validate/connection.hpp"
#include "shared/error.hpp"
#include "shared/secret.hpp"

namespace arouter::validate {

struct TargetOptions {
  std::string base_url;
  std::string model;
  std::string key_env;
  std::string ca_file;
  bool insecure = false;
};

struct Target {
  Origin address;
  std::string base_url;  // without a final slash
  std::string model;
  std::string ca_file;  // "": the system's bundle
  Secret key;
  std::string key_variable;  // where it came from; "" when there is none
};

/// Errors: bad_request with a sentence for the terminal.
Result<Target> resolve_target(const TargetOptions& options);

}  // namespace arouter::validate
