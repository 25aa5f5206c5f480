"""Fetch a picture from the web without being led into one's own network.

Off unless a caller passes a `FetchPolicy`. Each hop is checked from scratch: the URL, the name's
addresses (asked for once, all of them public or allowed), and then the very address that was
checked is dialled. Bytes, redirects and time have caps. What comes must be a picture by content.
"""

import ipaddress
import socket
import ssl
import string
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, final
from urllib.parse import quote, urljoin, urlsplit

import h11

from deixis.core import given
from deixis.core.errors import FetchError
from deixis.core.picture_headers import OPENED, file_kind
from deixis.core.safe_connection import (
    Address,
    FetchDeadline,
    Head,
    PinnedConnection,
    is_allowed,
    read_host,
    read_networks,
)

Resolver: TypeAlias = Callable[[str, int], Sequence[str]]
REDIRECTS = (301, 302, 303, 307, 308)
BYTE_TYPES = ("application/octet-stream", "binary/octet-stream", "application/x-unknown")
PORTS = {"http": 80, "https": 443}
TIMEOUTS = ("connect_timeout", "read_timeout", "total_timeout")
MAX_LENGTH = 8192  # characters of a URL
HEADERS = {
    "Accept": "image/png, image/jpeg, image/webp, image/*;q=0.8",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "deixis",
}


def resolve(host: str, port: int) -> list[str]:
    """A name has these addresses, as far as this machine knows."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class FetchPolicy:
    """A policy says what may be fetched. By default that is any public host on the ports 80 and
    443.

    allowed_ports: whatever the scheme. allowed_domains: None for any; "example.org" is that host
    alone, "*.example.org" all below it. allowed_networks: dialled although they are not public,
    such as ("10.1.0.0/16",). ca_file: certificates to trust instead of the machine's, as an
    intranet needs. resolver: names to addresses; OSError where there are none. Asked once for each
    hop.
    """

    max_bytes: int = 64 * 2**20
    max_redirects: int = 3
    connect_timeout: float = 5.0  # seconds, for each address and for its TLS handshake
    read_timeout: float = 10.0  # seconds without a byte
    total_timeout: float = 30.0  # seconds for all hops
    allowed_ports: tuple[int, ...] = (80, 443)
    allowed_domains: tuple[str, ...] | None = None
    allowed_networks: tuple[str, ...] = ()
    ca_file: str | None = None
    resolver: Resolver = resolve

    def __post_init__(self) -> None:
        given.fields(self, "a fetch policy", given.whole, ("max_bytes", "max_redirects"))
        given.fields(self, "a fetch policy", given.number, TIMEOUTS)
        given.fields(self, "a fetch policy", given.words, ("allowed_networks",))
        timeouts = (self.connect_timeout, self.read_timeout, self.total_timeout)
        if min(timeouts) <= 0 or self.max_bytes < 1 or self.max_redirects < 0:
            raise FetchError(f"a fetch policy's caps and timeouts are above 0, got {self}")
        read_networks(self.allowed_networks)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A fetch gave these bytes; `url` is what gave them after redirects, `content_type` what the
    server declared.
    """

    data: bytes
    url: str
    content_type: str


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One request goes here. `path` is what is asked for: quoted, with the query."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    address: Address | None  # where the host is one

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}{self.path.partition('?')[0]}"[:200]


def fetch_bytes(url: str, policy: FetchPolicy) -> Fetched:
    """A URL gives a picture's file; FetchError says why not, never with what was sent."""
    deadline = FetchDeadline(
        connect=policy.connect_timeout, read=policy.read_timeout, total=policy.total_timeout
    )
    target = read_target(url)
    for _ in range(policy.max_redirects + 1):
        answer = _ask(target, policy, deadline)
        if isinstance(answer, Fetched):
            return answer
        target = answer
    raise FetchError(f"{target}: more than {policy.max_redirects} redirects")


def _ask(target: Target, policy: FetchPolicy, deadline: FetchDeadline) -> Fetched | Target:
    """One hop ends with the picture, or with where to ask next."""
    _check_target(target, policy)
    connection: PinnedConnection | None = None
    try:
        connection = PinnedConnection(
            host=target.host,
            port=target.port,
            addresses=_checked_addresses(target, policy, deadline),
            tls=_tls(policy) if target.scheme == "https" else None,
            deadline=deadline,
        )
        head = connection.get(target.path, HEADERS)
        return _read_answer(head, connection.body(), target, policy)
    except TimeoutError:
        raise FetchError(
            f"{target} did not answer in time (connect {policy.connect_timeout:g} s, "
            f"read {policy.read_timeout:g} s, all {policy.total_timeout:g} s)"
        ) from None
    except OSError as error:
        raise FetchError(f"{target} cannot be reached: {error}") from error
    except (h11.ProtocolError, ValueError) as error:  # their text repeats what was sent
        raise FetchError(f"{target} does not speak HTTP: {type(error).__name__}") from None
    finally:
        if connection is not None:
            connection.hang_up()


def _tls(policy: FetchPolicy) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=policy.ca_file)
    except OSError as error:
        raise FetchError(f"FetchPolicy(ca_file={policy.ca_file!r}): {error}") from error


def _check_target(target: Target, policy: FetchPolicy) -> None:
    if target.port not in policy.allowed_ports:
        raise FetchError(
            f"{target}: port {target.port} is not among FetchPolicy(allowed_ports="
            f"{policy.allowed_ports})"
        )
    if policy.allowed_domains is not None and not any(
        _is_domain(target.host, domain.lower()) for domain in policy.allowed_domains
    ):
        raise FetchError(f"{target}: its host is not among FetchPolicy(allowed_domains=…)")


def _is_domain(host: str, domain: str) -> bool:
    return host.endswith(domain[1:]) if domain.startswith("*.") else host == domain


def _checked_addresses(
    target: Target, policy: FetchPolicy, deadline: FetchDeadline
) -> tuple[Address, ...]:
    """A host has these addresses; it is refused if any of them is neither public nor allowed."""
    if target.address is not None:
        addresses: tuple[Address, ...] = (target.address,)
    else:
        addresses = _resolved(target, policy, deadline)
    allowed = read_networks(policy.allowed_networks)
    if not all(is_allowed(address, allowed) for address in addresses):
        raise FetchError(
            f"{target}: its host is not on the public internet; where that is wanted, list its "
            "network in FetchPolicy(allowed_networks=…)"
        )
    return addresses


def _resolved(target: Target, policy: FetchPolicy, deadline: FetchDeadline) -> tuple[Address, ...]:
    """The resolver is asked in a thread of its own, since it keeps to no deadline."""
    found: list[str] = []
    done = threading.Event()

    def look_up() -> None:
        try:
            found.extend(policy.resolver(target.host, target.port))
        except (OSError, UnicodeError):
            found.clear()
        finally:
            done.set()

    threading.Thread(target=look_up, daemon=True, name="deixis-resolver").start()
    if not done.wait(deadline.to_connect()):
        raise TimeoutError
    try:
        addresses = tuple(ipaddress.ip_address(text) for text in found)
    except ValueError:  # such as an address with a zone, which no public one has
        raise FetchError(f"{target}: its host has an address that cannot be public") from None
    if not addresses:
        raise FetchError(f"{target}: no address is known for its host")
    return addresses


def _read_answer(
    head: Head, body: Iterator[bytes], target: Target, policy: FetchPolicy
) -> Fetched | Target:
    location = head.headers.get("location")
    if head.status in REDIRECTS and location:
        return redirected(target, location)
    if head.status != 200:
        raise FetchError(f"{target} answered with status {head.status}, not 200")
    if head.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise FetchError(f"{target} answered compressed, which was not asked for")
    content_type = head.headers.get("content-type", "")
    _check_type(content_type, target)
    data = _read_body(body, _declared_length(head), target, policy.max_bytes)
    kind = file_kind(data)
    if kind not in OPENED:
        raise FetchError(
            f"{target} sent no {', '.join(OPENED)} by its content"
            + (f"; it looks like a {kind} file" if kind else "")
        )
    return Fetched(data=data, url=target.url, content_type=content_type)


def _check_type(content_type: str, target: Target) -> None:
    media = content_type.partition(";")[0].strip().lower()
    is_picture = media.startswith("image/") and not media.startswith("image/svg")
    if media and not is_picture and media not in BYTE_TYPES:
        raise FetchError(f"{target} declares {media!r:.60}, not an image")


def _declared_length(head: Head) -> int | None:
    """The answer declares this length; None where the body's end is told otherwise. h11 has refused
    what is no length.
    """
    length = head.headers.get("content-length")
    return None if length is None or "transfer-encoding" in head.headers else int(length)


def _read_body(
    body: Iterator[bytes], declared: int | None, target: Target, max_bytes: int
) -> bytes:
    if declared is not None and declared > max_bytes:
        raise FetchError(f"{target} declares {declared} bytes, above the limit of {max_bytes}")
    data = bytearray()  # not a list of pieces: a server may send each byte as a piece of its own
    try:
        for piece in body:
            data += piece
            if len(data) > max_bytes:
                raise FetchError(f"{target} sends more than the limit of {max_bytes} bytes")
    except h11.RemoteProtocolError:
        if declared is None or len(data) >= declared:
            raise
        raise FetchError(f"{target} ended after {len(data)} of {declared} bytes") from None
    return bytes(data)


def read_target(url: str) -> Target:
    """A URL is taken apart and checked; FetchError's messages never repeat a password or a
    query.
    """
    if len(url) > MAX_LENGTH:
        raise FetchError(f"the URL is longer than {MAX_LENGTH} characters")
    if any(ord(character) <= 32 or character in "\\\x7f" for character in url):
        raise FetchError("the URL holds a space, a control character or a backslash")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise FetchError("the URL's host or port cannot be read") from error
    if parts.scheme not in PORTS:
        raise FetchError(f"{parts.scheme!r:.20} URLs are not fetched, only http and https")
    if "@" in parts.netloc:
        raise FetchError("a URL with a user or password is not fetched")
    host = (parts.hostname or "").removesuffix(".")
    if not host:
        raise FetchError("the URL has no host")
    path = _quoted(parts.path or "/") + (f"?{_quoted(parts.query)}" if parts.query else "")
    return Target(
        url=parts._replace(fragment="").geturl(),
        scheme=parts.scheme,
        host=host,
        port=PORTS[parts.scheme] if port is None else port,
        path=path,
        address=read_host(host),
    )


def redirected(target: Target, location: str) -> Target:
    """A server's answer sends us on to another target; FetchError if that is from https to http."""
    # a header's bytes come as latin-1
    there = quote(location.strip(), safe=string.punctuation, encoding="latin-1")
    try:
        following = read_target(urljoin(target.url, there))
    except ValueError as error:
        raise FetchError(f"{target} redirects to what is no URL") from error
    if target.scheme == "https" and following.scheme == "http":
        raise FetchError(f"{target} redirects from https to http")
    return following


def _quoted(text: str) -> str:
    return quote(text, safe=string.punctuation)
