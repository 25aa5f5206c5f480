"""The URL opener against a real server on loopback."""

import gzip
import io
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image as PIL

from deixis.core.errors import FetchError, ImageError
from deixis.core.fetch import FetchPolicy, fetch_bytes
from deixis.core.images import ImageLimits, open_image

LOOPBACK = "127.0.0.1"
DRIPS = 1200


def png(color: str = "red") -> bytes:
    """A small PNG."""
    buffer = io.BytesIO()
    PIL.new("RGB", (5, 3), color).save(buffer, "PNG")
    return buffer.getvalue()


class Site(BaseHTTPRequestHandler):
    """Each path misbehaves in its own way; the requests are kept."""

    requests: list[tuple[str, dict[str, str]]]
    dripped: list[bytes]

    def do_GET(self) -> None:
        """Answer by the path's first word."""
        self.requests.append((self.path, dict(self.headers)))
        word = self.path.lstrip("/").partition("?")[0].partition("/")[0].partition(".")[0]
        try:
            getattr(self, f"give_{word}")()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""

    def answer(self, body: bytes, status: int = 200, **headers: str) -> None:
        """One whole answer."""
        named = {"Content-Type": "image/png", "Content-Length": str(len(body))}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        self.send_response(status)
        for name, value in named.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def give_good(self) -> None:
        self.answer(png())

    def give_untyped(self) -> None:
        self.answer(png(), Content_Type="")

    def give_missing(self) -> None:
        self.answer(b"secret words", 404)

    def give_html(self) -> None:
        self.answer(png(), Content_Type="text/html; charset=utf-8")

    def give_svg(self) -> None:
        self.answer(b"<svg/>", Content_Type="image/svg+xml")

    def give_disguised(self) -> None:
        self.answer(b"<html>secret words</html>", Content_Type="image/png")

    def give_gzip(self) -> None:
        self.answer(gzip.compress(png()), Content_Encoding="gzip")

    def give_oversized(self) -> None:
        self.answer(png(), Content_Length="99999999")

    def give_short(self) -> None:
        self.answer(png(), Content_Length="5000")

    def give_wide(self) -> None:
        buffer = io.BytesIO()
        PIL.new("RGB", (300, 2)).save(buffer, "PNG")
        self.answer(buffer.getvalue())

    def give_nonsense(self) -> None:
        self.wfile.write(b"secret words, no HTTP at all\r\n\r\n")

    def give_loop(self) -> None:
        self.answer(b"", 302, Location="/loop")

    def give_once(self) -> None:
        self.answer(b"", 301, Location="good.png")

    def give_to(self) -> None:
        _, _, where = self.path.partition("?")
        self.answer(b"", 302, Location=where)

    def give_endless(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(png())
        while True:
            self.wfile.write(bytes(65536))

    def give_drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5000")
        self.end_headers()
        self.drip(b"\x89")

    def give_dripping(self) -> None:
        self.drip(b"H")

    def drip(self, byte: bytes) -> None:
        """A minute of single bytes, which are counted."""
        for _ in range(DRIPS):
            self.wfile.write(byte)
            self.dripped.append(byte)
            time.sleep(0.05)


@pytest.fixture
def site() -> Iterator[ThreadingHTTPServer]:
    """The server; it is gone after the test."""
    handler = type("OneSite", (Site,), {"requests": [], "dripped": []})
    with ThreadingHTTPServer((LOOPBACK, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def policy_for(server: ThreadingHTTPServer, **changes: object) -> FetchPolicy:
    """A policy that lets the test's own server be reached."""
    settings: dict[str, object] = {
        "allowed_networks": (f"{LOOPBACK}/32",),
        "allowed_ports": (server.server_port,),
        "resolver": no_names,
    }
    return FetchPolicy(**(settings | changes))


def no_names(host: str, port: int) -> list[str]:
    """A resolver for tests in which no name is asked for."""
    raise OSError(host, port)


def answers(*addresses: str) -> Callable[[str, int], list[str]]:
    """A resolver with the same answer for every name."""

    def resolver(host: str, port: int) -> list[str]:
        return list(addresses)

    return resolver


def at(server: ThreadingHTTPServer, path: str, host: str = LOOPBACK) -> str:
    """A URL of the test's server."""
    return f"http://{host}:{server.server_port}/{path}"


def requests_of(server: ThreadingHTTPServer) -> list[tuple[str, dict[str, str]]]:
    """What the server was asked."""
    return server.RequestHandlerClass.requests


def dripped_by(server: ThreadingHTTPServer) -> list[bytes]:
    """The single bytes that the server has sent."""
    return server.RequestHandlerClass.dripped


def test_a_good_png_of_an_allowed_network_is_fetched(site: ThreadingHTTPServer) -> None:
    fetched = fetch_bytes(at(site, "good.png"), policy_for(site))
    assert (fetched.data, fetched.content_type) == (png(), "image/png")


def test_an_undeclared_type_is_judged_by_content(site: ThreadingHTTPServer) -> None:
    assert fetch_bytes(at(site, "untyped"), policy_for(site)).data == png()


def test_open_image_fetches_with_a_policy(site: ThreadingHTTPServer) -> None:
    url = at(site, "good.png?key=1")
    image = open_image(url, fetch=policy_for(site))
    assert (str(image.size), image.source) == ("5x3", url)


def test_open_image_keeps_its_byte_limit_for_urls(site: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError, match="limit of 20"):
        open_image(at(site, "good"), limits=ImageLimits(max_bytes=20), fetch=policy_for(site))


def test_open_image_keeps_its_side_limit_for_urls(site: ThreadingHTTPServer) -> None:
    with pytest.raises(ImageError, match="side above the limit of 100") as caught:
        open_image(
            at(site, "wide?key=secret"), limits=ImageLimits(max_side=100), fetch=policy_for(site)
        )
    assert "secret" not in str(caught.value)


def test_loopback_is_refused_unless_allowed(site: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError, match="not on the public internet"):
        fetch_bytes(at(site, "good.png"), policy_for(site, allowed_networks=()))
    assert requests_of(site) == []


def test_a_name_for_loopback_is_refused(site: ThreadingHTTPServer) -> None:
    policy = policy_for(site, allowed_networks=(), resolver=answers(LOOPBACK))
    with pytest.raises(FetchError, match="not on the public internet") as caught:
        fetch_bytes(at(site, "good", "pictures.test"), policy)
    assert LOOPBACK not in str(caught.value)  # what a name stands for inside is not told
    assert requests_of(site) == []


def test_a_name_is_asked_once_and_its_checked_address_dialled(site: ThreadingHTTPServer) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return [LOOPBACK] if len(asked) == 1 else ["10.0.0.1"]

    fetch_bytes(at(site, "good", "pictures.test"), policy_for(site, resolver=rebinding))
    assert asked == ["pictures.test"]


def test_a_name_is_asked_again_at_each_redirect(site: ThreadingHTTPServer) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return [LOOPBACK] if len(asked) == 1 else ["10.0.0.1"]

    with pytest.raises(FetchError, match="not on the public internet"):
        fetch_bytes(at(site, "once", "pictures.test"), policy_for(site, resolver=rebinding))
    assert (len(asked), len(requests_of(site))) == (2, 1)


def test_the_next_address_is_dialled_where_the_first_is_silent(site: ThreadingHTTPServer) -> None:
    policy = policy_for(
        site, resolver=answers("127.0.0.2", LOOPBACK), allowed_networks=("127.0.0.0/8",)
    )
    assert fetch_bytes(at(site, "good", "pictures.test"), policy).data == png()


def test_the_host_header_holds_the_name(site: ThreadingHTTPServer) -> None:
    policy = policy_for(site, resolver=answers(LOOPBACK))
    fetch_bytes(at(site, "good", "Pictures.Test."), policy)
    ((_, headers),) = requests_of(site)
    assert headers["Host"] == f"pictures.test:{site.server_port}"


def test_compression_is_not_asked_for(site: ThreadingHTTPServer) -> None:
    fetch_bytes(at(site, "good"), policy_for(site))
    ((_, headers),) = requests_of(site)
    assert headers["Accept-Encoding"] == "identity"


def test_proxies_of_the_environment_are_ignored(
    site: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert fetch_bytes(at(site, "good"), policy_for(site)).data == png()


def test_a_query_and_other_letters_reach_the_server_quoted(site: ThreadingHTTPServer) -> None:
    fetch_bytes(at(site, "good/é%20a?b=1&c=ü#part"), policy_for(site))
    ((path, _),) = requests_of(site)
    assert path == "/good/%C3%A9%20a?b=1&c=%C3%BC"


def test_a_redirect_is_followed(site: ThreadingHTTPServer) -> None:
    fetched = fetch_bytes(at(site, "once"), policy_for(site))
    assert (fetched.data, fetched.url) == (png(), at(site, "good.png"))


def test_a_redirect_to_a_private_address_is_refused(site: ThreadingHTTPServer) -> None:
    url = at(site, f"to?http://10.0.0.1:{site.server_port}/good")
    with pytest.raises(FetchError, match=r"10\.0\.0\.1.*not on the public internet"):
        fetch_bytes(url, policy_for(site))


def test_a_redirect_to_another_port_is_refused(site: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError, match="port 22 is not among"):
        fetch_bytes(at(site, f"to?http://{LOOPBACK}:22/"), policy_for(site))


def test_a_redirect_to_a_file_is_refused(site: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError, match="'file' URLs are not fetched"):
        fetch_bytes(at(site, "to?file:///etc/hosts"), policy_for(site))


def test_a_redirect_loop_ends_after_three(site: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError, match="more than 3 redirects"):
        fetch_bytes(at(site, "loop"), policy_for(site))
    assert len(requests_of(site)) == 4


def test_an_endless_body_ends_at_the_byte_cap(site: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError, match="more than the limit of 1000000 bytes"):
        fetch_bytes(at(site, "endless"), policy_for(site, max_bytes=1_000_000))


def test_a_dripping_body_ends_at_the_total_timeout(site: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError, match="in time"):
        fetch_bytes(at(site, "drip"), policy_for(site, total_timeout=0.4))
    assert len(dripped_by(site)) < DRIPS


def test_dripping_headers_end_at_the_total_timeout(site: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError, match="in time"):
        fetch_bytes(at(site, "dripping"), policy_for(site, total_timeout=0.4))
    assert len(dripped_by(site)) < DRIPS


def test_a_declared_length_above_the_cap_is_refused(site: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError, match="declares 99999999 bytes"):
        fetch_bytes(at(site, "oversized"), policy_for(site, max_bytes=10**7))


def test_a_body_shorter_than_declared_is_refused(site: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError, match=r"ended after \d+ of 5000 bytes"):
        fetch_bytes(at(site, "short"), policy_for(site))


def test_a_declared_web_page_is_refused(site: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError, match="declares 'text/html', not an image"):
        fetch_bytes(at(site, "html"), policy_for(site))


def test_a_declared_svg_is_refused(site: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError, match="declares 'image/svg"):
        fetch_bytes(at(site, "svg"), policy_for(site))


def test_a_web_page_declared_as_png_is_refused_without_its_words(
    site: ThreadingHTTPServer,
) -> None:
    with pytest.raises(FetchError, match="looks like a web page") as caught:
        fetch_bytes(at(site, "disguised.png"), policy_for(site))
    assert "secret" not in str(caught.value)


def test_a_compressed_answer_is_refused(site: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError, match="compressed"):
        fetch_bytes(at(site, "gzip"), policy_for(site))


def test_a_missing_page_is_refused_without_its_words(site: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError, match="status 404") as caught:
        fetch_bytes(at(site, "missing"), policy_for(site))
    assert "secret" not in str(caught.value)


def test_a_server_without_http_is_refused_without_its_words(site: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError, match="does not speak HTTP") as caught:
        fetch_bytes(at(site, "nonsense"), policy_for(site))
    assert "secret" not in str(caught.value)


def test_a_closed_port_is_told(site: ThreadingHTTPServer) -> None:
    with pytest.raises(FetchError, match="cannot be reached"):
        fetch_bytes(f"http://{LOOPBACK}:1/", policy_for(site, allowed_ports=(1,)))


def test_a_listed_domain_is_asked_for(site: ThreadingHTTPServer) -> None:
    policy = policy_for(site, allowed_domains=("*.Example.com",), resolver=answers(LOOPBACK))
    assert fetch_bytes(at(site, "good", "a.example.com"), policy).data == png()
