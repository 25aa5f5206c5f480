"""A URL taken apart and checked, as one hop of a fetch needs it."""

import string
from dataclasses import dataclass
from typing import final
from urllib.parse import quote, urljoin, urlsplit

from deixis.core._address import Address, read_host
from deixis.core.errors import FetchError

PORTS = {"http": 80, "https": 443}
MAX_LENGTH = 8192


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where one request goes. `path` is what is asked for: quoted, with the query."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    address: Address | None  # where the host is one

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}{self.path.partition('?')[0]}"[:200]


def read_target(url: str) -> Target:
    """The URL's parts. FetchError messages never repeat a password or a query."""
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
    """Where a server's answer sends us; FetchError if that is from https to http."""
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
