"""Which IP addresses are of the public internet."""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# The blocks of IANA's special-purpose address registries (RFC 6890) as of 2026, with those that were withdrawn and may
# still be routed inside a network. They are listed here because the answers of the standard library differ between
# releases of Python. The blocks for anycast services (192.88.99.0/24, 192.0.0.9) lead to the nearest machine, which may
# be one of this network; no web site has an address in any of them.
_SPECIAL_IPV4 = tuple(map(ipaddress.IPv4Network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
    "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)))  # fmt: skip
_SPECIAL_IPV6 = tuple(map(ipaddress.IPv6Network, (
    "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20",
)))  # fmt: skip

# What is assigned to the public internet lies in one block (RFC 4291, section 2.4).
_GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")

# Ranges in which the last 32 bits are the IPv4 address that is reached (RFC 4291, section 2.5.5.2; RFC 6052,
# section 2.1). In the range for local translation (RFC 8215) its place depends on the network: that is refused.
_HOLDS_IPV4 = (ipaddress.IPv6Network("::ffff:0:0/96"), ipaddress.IPv6Network("64:ff9b::/96"))


def is_public(text: str) -> bool:
    """Whether an address, as text, is of the public internet: not private, local, reserved, or for many receivers."""
    try:
        address: Address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return is_public_address(address)


def is_public_address(address: Address) -> bool:
    """The same of a parsed address."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _SPECIAL_IPV4)
    if any(address in network for network in _HOLDS_IPV4):
        return is_public_address(ipaddress.IPv4Address(address.packed[-4:]))
    return address in _GLOBAL_IPV6 and not any(address in network for network in _SPECIAL_IPV6)
