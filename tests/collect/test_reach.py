"""Which addresses are of the public internet."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colophon.collect.sockets import AddressNotPublicError, public_socket
from colophon.public_addresses import is_public

PRIVATE = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
]  # fmt: skip


@pytest.mark.parametrize(
    "address",
    ["::", "::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1",
     "100::1", "100:0:0:1::1", "2001::1", "2001:1::1", "2001:2::1", "2001:3::1", "2001:4:112::1", "2001:20::1",
     "2001:30::1", "2002:101:101::1", "2620:4f:8000::1", "3ffe::1", "3fff::1", "3fff:fff::1", "4000::1", "5f00::1",
     "64:ff9b:1::1.1.1.1", "64:ff9b:1:7f00:0:100:101:101", "::1.1.1.1", "::ffff:0:1.1.1.1", "::ffff:192.88.99.1",
     "64:ff9b::192.88.99.1", "192.0.0.9", "192.88.99.0", "192.88.99.255", "255.255.255.255", "not an address", ""],
)  # fmt: skip
def test_these_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "93.184.215.14", "192.88.98.255", "192.88.100.0", "192.0.1.0", "198.20.0.0", "203.0.112.255",
     "2606:4700:4700::1111", "2001:200::1", "2001:4860:4860::8888", "2003::1", "64:ff9b::1.1.1.1", "::ffff:1.1.1.1"],
)  # fmt: skip
def test_these_are_public(address: str) -> None:
    assert is_public(address)


@given(st.sampled_from(PRIVATE), st.data())
def test_no_address_of_a_private_range_is_public_in_any_writing(network: str, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, ipaddress.IPv4Network(network).num_addresses - 1))
    address = ipaddress.IPv4Network(network)[number]
    octets = address.packed.hex()
    written = [
        str(address),
        f"::ffff:{address}",
        f"64:ff9b::{address}",
        f"64:ff9b:1::{address}",
        f"2002:{octets[:4]}:{octets[4:]}::1",
    ]
    assert [text for text in written if is_public(text)] == []


def test_no_socket_is_made_for_a_private_address() -> None:
    with pytest.raises(AddressNotPublicError):
        public_socket((2, 1, 6, "", ("127.0.0.1", 80)))
    public_socket((2, 1, 6, "", ("1.1.1.1", 80))).close()
