// How every request to a provider begins.
#pragma once

#include <string>
#include <string_view>

#include "shared/provider.hpp"

namespace arouter::daemon {

/// Appends "POST /v1/… HTTP/1.1" with Host, User-Agent and Accept-Encoding. For a proxy that reads
/// it the target is a whole URL (RFC 9112, 3.2.2).
void begin_request_head(std::string& head, std::string_view method, std::string_view target,
                        const Provider& provider);

}  // namespace arouter::daemon
