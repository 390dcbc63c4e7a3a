#include "shared/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace arouter {

namespace {

// inet_pton wants a terminated string; nothing longer than this is an address.
constexpr std::size_t kMostAddress = 45;

template <class Address>
std::optional<Address> decode_address(int family, std::string_view text) noexcept {
  std::array<char, kMostAddress + 1> buffer{};
  // A NUL would end the text for inet_pton but not for whoever uses it next.
  if (text.size() > kMostAddress || text.find('\0') != text.npos) return std::nullopt;
  std::copy(text.begin(), text.end(), buffer.begin());
  Address address;
  if (::inet_pton(family, buffer.data(), address.data()) != 1) return std::nullopt;
  return address;
}

}  // namespace

std::optional<Ipv4> decode_ipv4(std::string_view text) noexcept {
  return decode_address<Ipv4>(AF_INET, text);
}

std::optional<Ipv6> decode_ipv6(std::string_view text) noexcept {
  return decode_address<Ipv6>(AF_INET6, text);
}

std::optional<Ipv4> embedded_ipv4(const Ipv6& address) noexcept {
  using Prefix = std::array<std::uint8_t, 12>;
  constexpr Prefix kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr Prefix kNat64{0, 0x64, 0xff, 0x9b};
  const auto begins = [&](const Prefix& prefix) {
    return std::equal(prefix.begin(), prefix.end(), address.begin());
  };
  if (!begins(kMapped) && !begins(kNat64)) return std::nullopt;
  return Ipv4{address[12], address[13], address[14], address[15]};
}

}  // namespace arouter
