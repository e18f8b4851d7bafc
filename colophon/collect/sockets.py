"""Sockets of this machine: which addresses they may lead to, and whether there are enough for a collection."""

from __future__ import annotations

import errno
import resource
import socket
from enum import Enum, auto

from colophon.errors import BadArgumentError
from colophon.public_addresses import is_public


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
