"""The URL opener and certificates, against a real TLS server on loopback."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deixis.core.errors import FetchError
from deixis.core.fetch import FetchPolicy, fetch_bytes

CERTIFICATE = Path(__file__).with_name("test_fetch_tls.pem")

PICTURE = b"\x89PNG\r\n\x1a\n"  # its start is enough here


class Site(BaseHTTPRequestHandler):
    """Gives a picture, or the redirect that is in the query."""

    def do_GET(self) -> None:
        """Answer."""
        _, _, where = self.path.partition("?")
        self.send_response(302 if where else 200)
        self.send_header("Location", where)
        self.end_headers()
        self.wfile.write(PICTURE)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    """A server with a certificate for pictures.test."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def policy_for(port: int, ca_file: str | None = str(CERTIFICATE)) -> FetchPolicy:
    """A policy under which every name is the test's own server."""

    def resolver(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    return FetchPolicy(
        allowed_networks=("127.0.0.1/32",),
        allowed_ports=(port,),
        ca_file=ca_file,
        resolver=resolver,
    )


def test_the_certificate_is_checked_for_the_name(port: int) -> None:
    fetched = fetch_bytes(f"https://pictures.test:{port}/", policy_for(port))
    assert fetched.data == PICTURE


def test_a_certificate_of_another_name_is_refused(port: int) -> None:
    with pytest.raises(FetchError, match=r"not valid for 'other\.test'"):
        fetch_bytes(f"https://other.test:{port}/", policy_for(port))


def test_a_certificate_of_an_unknown_authority_is_refused(port: int) -> None:
    with pytest.raises(FetchError, match="self-signed certificate"):
        fetch_bytes(f"https://pictures.test:{port}/", policy_for(port, ca_file=None))


def test_a_redirect_from_https_to_http_is_refused(port: int) -> None:
    url = f"https://pictures.test:{port}/?http://pictures.test:{port}/"
    with pytest.raises(FetchError, match="from https to http"):
        fetch_bytes(url, policy_for(port))


def test_a_missing_authority_file_is_told() -> None:
    with pytest.raises(FetchError, match=r"ca_file='/none\.pem'"):
        fetch_bytes("https://8.8.8.8/", FetchPolicy(ca_file="/none.pem"))
