#include "shared/proxy.hpp"

#include <algorithm>
#include <utility>

#include "shared/base64.hpp"
#include "shared/http/head.hpp"

namespace arouter {

namespace {

Error wrong(std::string message) {
  return client_error(ErrorKind::bad_request, std::move(message));
}

/// "user:password", percent-encoded, as the value of Proxy-Authorization.
Result<Secret> decode_user_info(std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const Result<std::string> user = percent_decode(text.substr(0, colon));
  const Result<std::string> password =
      percent_decode(text.substr(std::min(colon + 1, text.size())));
  if (!user || !password || user->find(':') != std::string::npos) {
    return wrong(
        "has a user or password that cannot be sent (write '@', '/' and '%' as %40, %2F "
        "and %25)");
  }
  return Secret("Basic " + encode_base64(*user + ":" + *password));
}

}  // namespace

Result<Proxy> decode_proxy(std::string_view url) {
  const std::size_t mark = url.find("://");
  if (mark != url.npos) {
    if (!same_name(url.substr(0, mark), "http")) {
      return wrong("must begin with http://: no other kind of proxy is spoken to");
    }
    url.remove_prefix(mark + 3);
  }
  Proxy proxy;
  if (const std::size_t at = url.rfind('@'); at != url.npos) {
    Result<Secret> authorization = decode_user_info(url.substr(0, at));
    if (!authorization) return authorization.error();
    proxy.authorization = std::move(*authorization);
    url.remove_prefix(at + 1);
  }
  Result<Origin> origin = decode_base_url("http://" + std::string(url));
  if (!origin) return origin.error();
  if (!origin->base_path.empty()) return wrong("may have no path");
  proxy.origin = std::move(*origin);
  return proxy;
}

}  // namespace arouter
