"""Network addresses are judged here, and one HTTP connection is made to those that may be had."""

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, final

import h11

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
    """A URL's host may be an address; None for a name. FetchError for anything in between.

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
    """Networks are read from their usual spelling; FetchError for one that is none."""
    try:
        return tuple(ipaddress.ip_network(network) for network in networks)
    except ValueError as error:
        raise FetchError(f"a network is written 10.0.0.0/8 or fd00::/8: {error}") from error


def is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    """An address may be dialled if it is in one of the allowed networks, or public.

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


PIECE = 65_536  # bytes that are read at a time


@final
class FetchDeadline:
    """A deadline says how long each step may wait, and when all must be done; in seconds."""

    def __init__(self, *, connect: float, read: float, total: float) -> None:
        self._connect = connect
        self._read = read
        self._end = time.monotonic() + total

    def to_connect(self) -> float:
        """A look-up, a dial or a TLS handshake may take so long; TimeoutError if nothing is
        left.
        """
        return self._left(self._connect)

    def to_read(self) -> float:
        """A wait for bytes may take so long; TimeoutError if nothing is left."""
        return self._left(self._read)

    def _left(self, at_most: float) -> float:
        seconds = min(at_most, self._end - time.monotonic())
        if seconds <= 0:
            raise TimeoutError
        return seconds


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """An answer begins with this; headers stand by their names in small letters."""

    status: int
    headers: Mapping[str, str]


@final
class PinnedConnection:
    """A connection dials the given addresses in their order and no others; the host is only named.

    The name goes in the Host header and, under TLS, is asked for and checked in the certificate.
    Proxies of the environment play no part. What h11 does not take for HTTP is its
    RemoteProtocolError. `hang_up` ends it.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        addresses: Sequence[Address],
        tls: ssl.SSLContext | None,
        deadline: FetchDeadline,
    ) -> None:
        self._host, self._port = host, port
        self._addresses = addresses
        self._tls = tls
        self._deadline = deadline
        self._dialled: socket.socket | None = None
        self._http = h11.Connection(h11.CLIENT)

    def get(self, path: str, headers: Mapping[str, str]) -> Head:
        """The question is sent, and the beginning of the answer is read."""
        named = [("Host", self._named_host()), *headers.items()]
        question = h11.Request(method="GET", target=path, headers=named)
        sent = (self._http.send(question) or b"") + (self._http.send(h11.EndOfMessage()) or b"")
        dialled = self._connected()
        dialled.settimeout(self._deadline.to_read())
        dialled.sendall(sent)
        event = self._event(dialled)
        while not isinstance(event, h11.Response):  # others only tell that it is to come
            event = self._event(dialled)
        found: dict[str, str] = {}
        for raw_name, raw_value in event.headers:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            found[name] = f"{found[name]}, {value}" if name in found else value
        return Head(status=event.status_code, headers=found)

    def body(self) -> Iterator[bytes]:
        """The answer's bytes come after `get`, at most PIECE at a time."""
        dialled = self._connected()
        while not isinstance(event := self._event(dialled), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                yield bytes(event.data)

    def hang_up(self) -> None:
        """The connection is closed, also while an answer is being read."""
        if self._dialled is not None:
            self._dialled.close()
            self._dialled = None

    def _event(self, dialled: socket.socket) -> h11.Event:
        while not isinstance(event := self._http.next_event(), h11.Event):  # it needs more bytes
            dialled.settimeout(self._deadline.to_read())
            self._http.receive_data(dialled.recv(PIECE))
        return event

    def _named_host(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return host if self._port == (443 if self._tls else 80) else f"{host}:{self._port}"

    def _connected(self) -> socket.socket:
        """The first address that answers is connected."""
        if self._dialled is not None:
            return self._dialled
        for address in self._addresses[:-1]:
            try:
                return self._dial(address)
            except OSError:  # the next one may answer; the last one's error is told
                self.hang_up()
        return self._dial(self._addresses[-1])

    def _dial(self, address: Address) -> socket.socket:
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        self._dialled = socket.socket(family, socket.SOCK_STREAM)
        self._dialled.settimeout(self._deadline.to_connect())
        self._dialled.connect((str(address), self._port))
        if self._tls is not None:
            self._dialled.settimeout(self._deadline.to_connect())
            self._dialled = self._tls.wrap_socket(self._dialled, server_hostname=self._host)
        return self._dialled
