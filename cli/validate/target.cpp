#include "cli/validate/target.hpp"

#include "shared/secret_source.hpp"

namespace arouter::validate {

namespace {

Error wrong(std::string message) {
  return client_error(ErrorKind::bad_request, std::move(message));
}

}  // namespace

Result<Target> resolve_target(const TargetOptions& options) {
  if (options.base_url.empty()) return wrong("--base-url is missing");
  if (options.model.empty()) return wrong("--model is missing");
  Result<Origin> address = decode_base_url(options.base_url);
  if (!address) return wrong("--base-url " + address.error().message);
  Result<Secret> key =
      options.key_env.empty() ? Secret() : fetch_named_key("--key-env", options.key_env);
  if (!key) return key.error();
  if (!address->tls && !key->empty() && !is_loopback(address->host) && !options.insecure) {
    return wrong("a key would travel over plain http to " + address->host +
                 "; use https, or say --insecure");
  }
  Target target;
  target.address = *address;
  target.base_url = options.base_url;
  while (target.base_url.ends_with('/')) target.base_url.pop_back();
  target.model = options.model;
  target.ca_file = options.ca_file;
  target.key = *key;
  target.key_variable = options.key_env;
  return target;
}

}  // namespace arouter::validate
