#include "daemon/upstream/request_head.hpp"

#include "daemon/edge/answer.hpp"

namespace arouter::daemon {

void begin_request_head(std::string& head, std::string_view method, std::string_view target,
                        const Provider& provider) {
  head.reserve(512 + target.size());
  head += method;
  head += ' ';
  if (provider.reading_proxy() != nullptr) head += "http://" + provider.origin.host_header;
  head += target;
  head += " HTTP/1.1\r\n";
  append_field(head, "Host", provider.origin.host_header);
  append_field(head, "User-Agent", "arouter/" AROUTER_VERSION);
  append_field(head, "Accept-Encoding", "identity");
}

}  // namespace arouter::daemon
