// IP addresses as text, read as strictly as the resolver reads them.
//
// Source: RFC 4291 (mapped addresses), RFC 6052 (NAT64's well-known prefix).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace arouter {

using Ipv4 = std::array<std::uint8_t, 4>;
using Ipv6 = std::array<std::uint8_t, 16>;

/// Whole dotted addresses only: not "127.1", which some resolvers take.
std::optional<Ipv4> decode_ipv4(std::string_view text) noexcept;
/// Without brackets and zone.
std::optional<Ipv6> decode_ipv6(std::string_view text) noexcept;
/// The IPv4 address inside ::ffff:a.b.c.d (mapped) or 64:ff9b::a.b.c.d (NAT64).
std::optional<Ipv4> embedded_ipv4(const Ipv6& address) noexcept;

}  // namespace arouter
