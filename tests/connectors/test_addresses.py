"""Which addresses a request may reach, in every spelling that an attacker may choose."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from muster.base.errors import InvalidInput, MusterError, Unavailable
from muster.connectors.addresses import (
    PrivateHosts,
    is_public,
    look_up,
    reachable,
    read_private_hosts,
)

NOBODY = PrivateHosts()


def answering(*addresses: str) -> tuple[list[str], object]:
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return addresses

    return asked, resolve


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255",
        "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.8",
        "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00:1::", "fe80::1",
        "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "ff0e::1", "2001:db8::1", "100::1",
        "fd00:ec2::254",
    ],
)  # fmt: skip
def test_an_address_inside_is_never_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["9.9.9.9", "1.1.1.1", "172.32.0.1", "2620:fe::fe", "2a00::1"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "2130706433", "017700000001", "0x7f000001", "127.1", "0177.0.0.1",
        "0x7f.0.0.1", "127.0.1", "0", "0.0.0.0", "localhost", "[::1]".strip("[]"),
        "::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:0:0:1", "::1%lo", "169.254.169.254",
        "2852039166", "0xa9fea9fe",
    ],
)  # fmt: skip
def test_every_spelling_of_an_inner_address_is_refused_by_the_systems_own_resolver(
    host: str,
) -> None:
    # the resolver may not know a spelling at all; then nothing is reached either
    with pytest.raises(MusterError) as caught:
        reachable(host, 443, allowed=NOBODY, resolve=look_up)
    assert caught.value.code in ("ADDRESS_REFUSED", "HOST_UNKNOWN")


def test_the_plain_spellings_are_refused_for_what_they_are() -> None:
    for host in ("127.0.0.1", "2130706433", "0x7f000001", "127.1", "localhost", "::1"):
        with pytest.raises(InvalidInput) as caught:
            reachable(host, 443, allowed=NOBODY, resolve=look_up)
        assert caught.value.code == "ADDRESS_REFUSED"


def test_one_inner_address_among_public_ones_spoils_the_name() -> None:
    for addresses in (["9.9.9.9", "10.0.0.1"], ["10.0.0.1", "9.9.9.9"], ["2a00::1", "::1"]):
        _, resolve = answering(*addresses)
        with pytest.raises(InvalidInput, match="public"):
            reachable("evil.example", 443, allowed=NOBODY, resolve=resolve)  # type: ignore[arg-type]


def test_a_public_name_is_looked_up_once_and_its_addresses_come_back() -> None:
    asked, resolve = answering("9.9.9.9", "2620:fe::fe")
    found = reachable("dns.example", 443, allowed=NOBODY, resolve=resolve)  # type: ignore[arg-type]
    assert found == ("9.9.9.9", "2620:fe::fe")
    assert asked == ["dns.example"]


def test_a_name_without_an_address_is_unknown() -> None:
    def broken(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    for resolve in (broken, answering()[1]):
        with pytest.raises(Unavailable) as caught:
            reachable("nowhere.example", 443, allowed=NOBODY, resolve=resolve)  # type: ignore[arg-type]
        assert caught.value.code == "HOST_UNKNOWN"


@pytest.mark.parametrize(("port", "fine"), [(443, True), (8443, True), (25, False), (22, False)])
def test_only_ports_of_the_web_are_reached(port: int, fine: bool) -> None:
    _, resolve = answering("9.9.9.9")
    if fine:
        reachable("dns.example", port, allowed=NOBODY, resolve=resolve)  # type: ignore[arg-type]
        return
    with pytest.raises(InvalidInput) as caught:
        reachable("dns.example", port, allowed=NOBODY, resolve=resolve)  # type: ignore[arg-type]
    assert caught.value.code == "PORT_REFUSED"


@pytest.mark.parametrize(
    ("listed", "host", "addresses", "fine"),
    [
        ("hooks.intranet", "hooks.intranet", ["10.1.1.1"], True),
        ("Hooks.Intranet.", "HOOKS.intranet.", ["10.1.1.1"], True),
        ("hooks.intranet", "other.intranet", ["10.1.1.1"], False),
        ("hooks.intranet", "xhooks.intranet", ["10.1.1.1"], False),
        ("10.1.0.0/16", "other.intranet", ["10.1.1.1"], True),
        ("10.1.0.0/16", "other.intranet", ["10.2.1.1"], False),
        ("10.1.0.0/16", "other.intranet", ["10.1.1.1", "10.2.1.1"], False),
        ("10.1.1.1", "10.1.1.1", ["10.1.1.1"], True),
        ("[::1]", "localhost", ["::1"], True),
        ("127.0.0.1", "localhost", ["::ffff:127.0.0.1"], False),
        ("", "hooks.intranet", ["10.1.1.1"], False),
    ],
)
def test_an_admin_may_list_hosts_of_the_own_network(
    listed: str, host: str, addresses: list[str], fine: bool
) -> None:
    allowed = read_private_hosts(listed)
    _, resolve = answering(*addresses)
    if fine:
        assert reachable(host, 80, allowed=allowed, resolve=resolve)  # type: ignore[arg-type]
        return
    with pytest.raises(InvalidInput):
        reachable(host, 443, allowed=allowed, resolve=resolve)  # type: ignore[arg-type]


@pytest.mark.parametrize("listed", ["10.0.0.0/33", "host:8080", "a,b/c"])
def test_a_list_that_means_nothing_is_refused(listed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_private_hosts(listed)
    assert caught.value.path == "MUSTER_ALLOWED_PRIVATE_HOSTS"
