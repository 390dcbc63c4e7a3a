#include "shared/choose_proxy.hpp"

#include <utility>

namespace arouter {

Result<std::optional<Proxy>> choose_proxy(const Origin& origin, std::string_view written,
                                          const ProxyVariables& variables) {
  if (written == "none") return std::optional<Proxy>();
  if (written.empty()) return find_proxy(origin, variables);
  Result<Proxy> proxy = decode_proxy(written);
  if (!proxy) return proxy.error();
  return std::optional<Proxy>(std::move(*proxy));
}

}  // namespace arouter
