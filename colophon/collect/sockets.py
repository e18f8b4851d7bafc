"""Sockets of this machine: which addresses they may lead to, and whether there are enough for a collection."""

from __future__ import annotations

import errno
import ipaddress
import resource
import socket
from enum import Enum, auto

from colophon.errors import BadArgumentError

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


class Reach(Enum):
    """Which hosts may be asked: those of the public internet, or any."""

    PUBLIC = auto()
    ANYWHERE = auto()


class AddressNotPublicError(OSError):
    """A host's name, or a redirect, leads to an address that is not of the public internet."""

    def __str__(self) -> str:
        # The same for every address, so that several of them stay this error.
        return "the address is not of the public internet"


def public_socket(
    address: tuple[socket.AddressFamily | int, socket.SocketKind | int, int, str, tuple[str | int, ...]],
) -> socket.socket:
    """A socket for an address as `getaddrinfo` gives it. Raises AddressNotPublicError.

    It is asked for each connection with the very address that is connected to, so that neither a redirect nor a name
    that changes its address gets around it.
    """
    family, kind, protocol, _, place = address
    if not is_public(str(place[0])):
        raise AddressNotPublicError
    return socket.socket(family, kind, protocol)


def is_public(text: str) -> bool:
    """Whether an address, as text, is of the public internet: not private, local, reserved, or for many receivers."""
    try:
        address: Address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return _is_public(address)


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _SPECIAL_IPV4)
    if any(address in network for network in _HOLDS_IPV4):
        return _is_public(ipaddress.IPv4Address(address.packed[-4:]))
    return address in _GLOBAL_IPV6 and not any(address in network for network in _SPECIAL_IPV6)


# Two connections that race for one host (RFC 8305), and two of the resolver.
_FILES_A_REQUEST = 4
# The record, its database, and what the libraries keep open.
_OTHER_FILES = 100

# Errors of a socket that say that this machine lacks something, whatever the host does.
_OUT_OF_RESOURCES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


def require_sockets(at_once: int) -> None:
    """Let this process open as many files as so many requests at once may need. Raises BadArgumentError."""
    needed = at_once * _FILES_A_REQUEST + _OTHER_FILES
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY or allowed >= needed:
        return
    if most != resource.RLIM_INFINITY and most < needed:
        expected = f"at most {max(1, (most - _OTHER_FILES) // _FILES_A_REQUEST)}: this process may open {most} files"
        raise BadArgumentError("--at-once", str(at_once), f"{expected} (`ulimit -n`)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, most))


def is_out_of_sockets(error: OSError) -> bool:
    """Whether a socket failed because this machine had none, or no memory for one."""
    return error.errno in _OUT_OF_RESOURCES
