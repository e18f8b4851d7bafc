"""Sockets of this machine: that there are enough for a collection, and whose fault it is where one fails."""

from __future__ import annotations

import errno
import resource

from colophon.record.errors import BadArgumentError

# Two connections that race for one host (RFC 8305), and two of the resolver.
_FILES_A_REQUEST = 4
# The record, its database, and what the libraries keep open.
_OTHER_FILES = 100

# What a socket fails with for want of something here, whatever the host does.
_LACKING = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


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


def is_lack(error: OSError) -> bool:
    """Whether a socket failed for want of something on this machine."""
    return error.errno in _LACKING
