"""What the URL opener refuses before it dials: addresses, names, URLs and policies."""

import ipaddress
import threading
from collections.abc import Callable

import pytest

from deixis.core.errors import FetchError
from deixis.core.fetch import FetchPolicy, fetch_bytes
from deixis.core.images import open_image
from deixis.core.safe_connection import is_allowed


def no_names(host: str, port: int) -> list[str]:
    """A resolver for tests in which no name is asked for."""
    raise OSError(host, port)


def answers(*addresses: str) -> Callable[[str, int], list[str]]:
    """A resolver with the same answer for every name."""

    def resolver(host: str, port: int) -> list[str]:
        return list(addresses)

    return resolver


def test_open_image_refuses_urls_without_a_policy() -> None:
    with pytest.raises(FetchError, match=r"dx\.open_image\(url, fetch=dx\.FetchPolicy\(\)\)"):
        open_image("https://example.org/a.png")


def test_open_image_names_the_path_for_file_urls() -> None:
    with pytest.raises(FetchError, match="pass the path itself: '/etc/hosts'"):
        open_image("file:///etc/hosts", fetch=FetchPolicy())


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.254",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "240.0.0.1",
        "[::]",
        "[::1]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[fec0::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "[2001:db8::1]",
        "[64:ff9b::10.0.0.1]",
        "[64:ff9b:1::1]",
        "[3fff::1]",
        "[5f00::1]",
    ],
)
def test_an_address_that_is_not_public_is_refused(host: str) -> None:
    with pytest.raises(FetchError, match="not on the public internet"):
        fetch_bytes(f"http://{host}/", FetchPolicy(connect_timeout=0.05))


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f.1", "0x7f000001", "127.1", "127.0.0.0x1", "0177.0.0.1", "127.00.0.1"],
)
def test_another_spelling_of_an_address_is_refused(host: str) -> None:
    with pytest.raises(FetchError, match=r"no host name|no address"):
        fetch_bytes(f"http://{host}/", FetchPolicy(allowed_networks=("127.0.0.0/8",)))


@pytest.mark.parametrize(
    "host", ["①②⑦.0.0.1", "127。0。0。1", "a%00b", "-a.example", "a..b", "x" * 64]
)
def test_a_host_that_is_no_plain_name_is_refused(host: str) -> None:
    with pytest.raises(FetchError):
        fetch_bytes(f"http://{host}/", FetchPolicy(resolver=answers("8.8.8.8")))


def test_an_address_with_a_zone_is_refused() -> None:
    with pytest.raises(FetchError):
        fetch_bytes("http://[fe80::1%25eth0]/", FetchPolicy())


def test_a_name_with_a_public_and_a_private_address_is_refused() -> None:
    policy = FetchPolicy(resolver=answers("8.8.8.8", "10.0.0.1"))
    with pytest.raises(FetchError, match="not on the public internet"):
        fetch_bytes("http://pictures.test/", policy)


def test_a_name_without_addresses_is_told() -> None:
    with pytest.raises(FetchError, match="no address is known"):
        fetch_bytes("http://pictures.test/", FetchPolicy(resolver=no_names))


def test_a_silent_resolver_ends_at_the_connect_timeout() -> None:
    waiting = threading.Event()

    def silent(host: str, port: int) -> list[str]:
        waiting.wait(20)
        return []

    with pytest.raises(FetchError, match="in time"):
        fetch_bytes("http://pictures.test/", FetchPolicy(resolver=silent, connect_timeout=0.1))
    waiting.set()


@pytest.mark.parametrize("scheme", ["file", "ftp", "gopher", "javascript"])
def test_another_scheme_is_refused(scheme: str) -> None:
    with pytest.raises(FetchError, match=f"'{scheme}' URLs are not fetched"):
        fetch_bytes(f"{scheme}://example.org/a.png", FetchPolicy())


def test_credentials_are_refused_and_not_repeated() -> None:
    with pytest.raises(FetchError, match="user or password") as caught:
        fetch_bytes("http://me:secret@example.org/", FetchPolicy())
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://a/\r\nX: 1", "http://a b/", "http://a\\@b/", "http://a/\t"]
)
def test_a_url_with_spaces_or_control_characters_is_refused(url: str) -> None:
    with pytest.raises(FetchError, match="a space, a control character or a backslash"):
        fetch_bytes(url, FetchPolicy())


@pytest.mark.parametrize("url", ["http://", "http:///a", "http://a:x/", "http://[::1/"])
def test_a_url_without_a_readable_host_is_refused(url: str) -> None:
    with pytest.raises(FetchError, match="host"):
        fetch_bytes(url, FetchPolicy())


def test_an_overlong_url_is_refused() -> None:
    with pytest.raises(FetchError, match="longer than 8192"):
        fetch_bytes("http://a/" + "x" * 9000, FetchPolicy())


def test_a_port_that_is_not_listed_is_refused() -> None:
    with pytest.raises(FetchError, match="port 8080 is not among"):
        fetch_bytes("http://8.8.8.8:8080/", FetchPolicy())


def test_a_domain_that_is_not_listed_is_refused() -> None:
    policy = FetchPolicy(allowed_domains=("example.org", "*.example.com"), resolver=no_names)
    for host in ("example.com", "a.example.org", "badexample.com", "example.org.evil.test"):
        with pytest.raises(FetchError, match="allowed_domains"):
            fetch_bytes(f"http://{host}/", policy)


def test_a_policy_refuses_a_network_that_is_none() -> None:
    with pytest.raises(FetchError, match="a network is written"):
        FetchPolicy(allowed_networks=("10.0.0.1/8",))


def test_a_policy_refuses_a_timeout_of_zero() -> None:
    with pytest.raises(FetchError, match="above 0"):
        FetchPolicy(total_timeout=0)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
)
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_allowed(ipaddress.ip_address(address), ())
