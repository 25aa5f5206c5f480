"""Which network addresses may be dialled: public ones, and those that a policy lists."""

import ipaddress
import re
from collections.abc import Sequence
from typing import TypeAlias

from deixis.core.errors import FetchError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

DOTTED = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
NUMBER = re.compile(r"\d+|0[xX][0-9a-fA-F]*")
LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
# ranges that some versions of `ipaddress` hold for global
NOT_PUBLIC: tuple[Network, ...] = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers
        "192.0.0.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "198.18.0.0/15",
        "240.0.0.0/4",
        "2001::/23",  # Teredo among others
        "2001:db8::/32",
        "2002::/16",  # 6to4: carries any IPv4 address
        "3fff::/20",
    )
)
UNICAST = ipaddress.IPv6Network("2000::/3")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def read_host(host: str) -> Address | None:
    """The address that a URL's host is; None for a name. FetchError for anything in between.

    Other spellings of an IPv4 address (2130706433, 0x7f.1, 127.1, 0177.0.0.1) are refused, since
    programs read them differently.
    """
    if ":" in host:
        return _literal(host)
    if DOTTED.fullmatch(host):
        return _literal(host)
    labels = host.split(".")
    if NUMBER.fullmatch(labels[-1]):
        raise FetchError(f"{host!r:.80} is no host name; write an IPv4 address as 192.0.2.1")
    if len(host) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise FetchError(
            f"{host!r:.80} is no host name; one with other letters is written in its xn-- form"
        )
    return None


def read_networks(networks: Sequence[str]) -> tuple[Network, ...]:
    """Networks from their usual spelling; FetchError for one that is none."""
    try:
        return tuple(ipaddress.ip_network(network) for network in networks)
    except ValueError as error:
        raise FetchError(f"a network is written 10.0.0.0/8 or fd00::/8: {error}") from error


def is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether an address may be dialled: in one of the allowed networks, or public.

    An IPv6 address that stands for an IPv4 one (mapped, NAT64) is judged as that.
    """
    meant = _meant(address)
    if any(meant in network or address in network for network in allowed):
        return True
    if meant.is_multicast or not meant.is_global:
        return False
    if isinstance(meant, ipaddress.IPv6Address) and meant not in UNICAST:
        return False
    return not any(meant in network for network in NOT_PUBLIC)


def _meant(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def _literal(host: str) -> Address:
    if "%" in host:
        raise FetchError(f"{host!r:.80}: an address with a zone is never public")
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        raise FetchError(f"{host!r:.80} is no address") from None
