"""One HTTP connection to addresses that were checked, with a deadline on all that it does."""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Sequence
from typing import cast, final

from deixis.core._address import Address


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
class PinnedConnection(http.client.HTTPConnection):
    """Dials the given addresses in their order and no others; the host is only named.

    The name goes in the Host header and, under TLS, is asked for and checked in the certificate.
    Proxies of the environment play no part. `hang_up` ends it.
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
        super().__init__(host, port)
        self.default_port = 443 if tls else 80  # http.client leaves it out of the Host header
        self._addresses = addresses
        self._tls = tls
        self._deadline = deadline
        self._dialled: socket.socket | None = None

    def connect(self) -> None:
        """The first address that answers."""
        for address in self._addresses[:-1]:
            try:
                return self._dial(address)
            except OSError:  # the next one may answer; the last one's error is told
                self.hang_up()
        return self._dial(self._addresses[-1])

    def hang_up(self) -> None:
        """Close the connection, also while an answer is being read."""
        if self._dialled is not None:
            self._dialled.close()

    def _dial(self, address: Address) -> None:
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        self._dialled = socket.socket(family, socket.SOCK_STREAM)
        self._dialled.settimeout(self._deadline.to_connect())
        self._dialled.connect((str(address), self.port))
        if self._tls is not None:
            self._dialled.settimeout(self._deadline.to_connect())
            self._dialled = self._tls.wrap_socket(self._dialled, server_hostname=self.host)
        timed = _TimedSocket(self._dialled, self._deadline)
        self.sock = cast(socket.socket, timed)  # http.client asks no more of it than these methods


@final
class _TimedSocket:
    """What http.client uses of a socket, each wait within the deadline."""

    def __init__(self, dialled: socket.socket, deadline: Deadline) -> None:
        self._dialled = dialled
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        """Send all of it."""
        self._dialled.settimeout(self._deadline.to_read())
        self._dialled.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        """The answer as a file."""
        return io.BufferedReader(_TimedReader(self._dialled, self._deadline))

    def close(self) -> None:
        """Nothing: http.client closes before it has read the answer; `hang_up` does it."""


@final
class _TimedReader(io.RawIOBase):
    """The bytes that come in, each wait within the deadline, so that a slow drip ends too."""

    def __init__(self, dialled: socket.socket, deadline: Deadline) -> None:
        super().__init__()
        self._dialled = dialled
        self._deadline = deadline

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Some bytes, or none at the end."""
        self._dialled.settimeout(self._deadline.to_read())
        return self._dialled.recv_into(buffer)
