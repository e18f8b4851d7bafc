"""Which addresses of the internet may be connected to."""

from __future__ import annotations

import ipaddress
import socket
from enum import Enum, auto

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Ranges in which an IPv4 address is written as an IPv6 one (RFC 6052, section 2.1; RFC 8215; RFC 3056).
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


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
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in network for network in _NAT64):
            return _is_public(ipaddress.IPv4Address(address.packed[-4:]))
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return _is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
