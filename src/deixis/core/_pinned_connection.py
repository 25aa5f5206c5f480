"""One HTTP connection to addresses that were checked, with a deadline on all that it does."""

import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import final

import h11

from deixis.core._address import Address

PIECE = 65_536  # bytes that are read at a time


@final
class Deadline:
    """How long each step may wait, and when all must be done; in seconds."""

    def __init__(self, *, connect: float, read: float, total: float) -> None:
        self._connect = connect
        self._read = read
        self._end = time.monotonic() + total

    def to_connect(self) -> float:
        """What a look-up, a dial or a TLS handshake may take; TimeoutError if nothing is left."""
        return self._left(self._connect)

    def to_read(self) -> float:
        """What a wait for bytes may take; TimeoutError if nothing is left."""
        return self._left(self._read)

    def _left(self, at_most: float) -> float:
        seconds = min(at_most, self._end - time.monotonic())
        if seconds <= 0:
            raise TimeoutError
        return seconds


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What an answer begins with; headers by their names in small letters."""

    status: int
    headers: Mapping[str, str]


@final
class PinnedConnection:
    """Dials the given addresses in their order and no others; the host is only named.

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
        deadline: Deadline,
    ) -> None:
        self._host, self._port = host, port
        self._addresses = addresses
        self._tls = tls
        self._deadline = deadline
        self._dialled: socket.socket | None = None
        self._http = h11.Connection(h11.CLIENT)

    def get(self, path: str, headers: Mapping[str, str]) -> Head:
        """Ask, and read how the answer begins."""
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
        """The answer's bytes after `get`, at most PIECE at a time."""
        dialled = self._connected()
        while not isinstance(event := self._event(dialled), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                yield bytes(event.data)

    def hang_up(self) -> None:
        """Close the connection, also while an answer is being read."""
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
        """Through the first address that answers."""
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
