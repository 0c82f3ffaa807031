"""Which network addresses a request that users can direct may reach: public ones, and named ones.

A name is looked up once, every address it yields is judged, and the connection goes to the very
address that was judged: a name that answers differently the second time gains nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from muster.base.errors import InvalidInput, Unavailable

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Sequence[str]]

# What Python's own tables miss or see otherwise in one release or another, and IPv6 that carries
# an IPv4 address inside or is routed to one: a way round the IPv4 rules.
_REFUSED = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carriers' own networks
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "240.0.0.0/4",
        "::/96",  # IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "fec0::/10",  # site-local of old
    )
)
_LOWEST_FREE_PORT = 1024
_WEB_PORT = 443


@dataclass(frozen=True, slots=True)
class PrivateHosts:
    """Hosts inside the own network that requests may reach all the same (an admin's list)."""

    names: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def has_name(self, name: str) -> bool:
        """Whether the host is listed by its name, or by the address it is written as."""
        return name.lower().rstrip(".") in self.names

    def has_address(self, address: Address) -> bool:
        """Whether the address is listed or in a listed network."""
        return any(address in network for network in self.networks)


def read_private_hosts(text: str) -> PrivateHosts:
    """Read a list of names, addresses and networks (10.0.0.0/8) with commas between them.

    Raises:
        InvalidInput: BAD_PRIVATE_HOSTS.
    """
    names, networks = set(), []
    for part in (part.strip().lower() for part in text.split(",")):
        if not part:
            continue
        try:
            networks.append(ip_network(part.strip("[]")))
        except ValueError as error:
            if "/" in part or ":" in part:
                raise InvalidInput(
                    "BAD_PRIVATE_HOSTS",
                    f'"{part}" is neither a host name nor an address nor a network.',
                    path="MUSTER_ALLOWED_PRIVATE_HOSTS",
                    hint="Write e.g. hooks.intranet,10.1.2.3,10.8.0.0/16 without ports.",
                ) from error
            names.add(part.rstrip("."))
    return PrivateHosts(frozenset(names), tuple(networks))


def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host as the system resolves it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public network, however it is written.

    >>> is_public(ip_address("::ffff:127.0.0.1")), is_public(ip_address("9.9.9.9"))
    (False, True)
    """
    if any(address in network for network in _REFUSED):
        return False
    return address.is_global and not (
        address.is_multicast
        or address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_reserved
        or address.is_unspecified
    )


def reachable(host: str, port: int, *, allowed: PrivateHosts, resolve: Resolver) -> tuple[str, ...]:
    """Return the addresses that may be connected to, the best first.

    Args:
        host: name or address as in a URL.
        port: port as in a URL.
        allowed: private hosts that may be reached.
        resolve: looks a name up; called once.

    Raises:
        Unavailable: HOST_UNKNOWN, the name cannot be looked up now.
        InvalidInput: ADDRESS_REFUSED, at least one of its addresses is not public; PORT_REFUSED.
    """
    try:
        addresses = [ip_address(found.split("%", 1)[0]) for found in resolve(host, port)]
    except (OSError, ValueError) as error:
        raise _unknown_host() from error
    if not addresses:
        raise _unknown_host()
    judged = tuple(str(address) for address in addresses)
    if allowed.has_name(host):
        return judged
    inside = [address for address in addresses if not allowed.has_address(address)]
    if not inside:
        return judged
    if not all(is_public(address) for address in inside):
        raise InvalidInput(
            "ADDRESS_REFUSED",
            "The host is not on the public network.",
            hint="An admin may list hosts of the own network in MUSTER_ALLOWED_PRIVATE_HOSTS.",
        )
    if port != _WEB_PORT and port < _LOWEST_FREE_PORT:
        raise InvalidInput(
            "PORT_REFUSED", f"Port {port} is not one for the web.", hint="Use 443, or 1024 and up."
        )
    return judged


def _unknown_host() -> Unavailable:
    return Unavailable("HOST_UNKNOWN", "The name of the host cannot be looked up.")
