"""A browser for the tests of pages, and a server of plain files as strict as the studio's."""

import mimetypes
import shutil
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

PAGE = Path(__file__).parents[2] / "src/deixis/studio/page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'"
)


@contextmanager
def chromium(*more):
    """Chromium as Debian packs it, with `more` arguments; the test is left out where it or
    Playwright is missing.
    """
    playwright = pytest.importorskip("playwright.sync_api")
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no chromium is installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox", *more])
        yield browser
        browser.close()


@contextmanager
def site(**served):
    """Serves files and bytes on loopback: a name is a folder, a file's bytes, or a function of the
    rest of the path that gives bytes.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(served))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def handler_of(served):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            name, _, rest = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
            body, kind = found({"favicon.ico": b"", **served}, name, rest)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body or b"")))
            self.send_header("Content-Security-Policy", POLICY)
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_):
            pass

    return Handler


def found(served, name, rest):
    """(bytes or None, media type) of a path."""
    kind = mimetypes.guess_type(rest or name)[0] or "application/octet-stream"
    kind = "text/javascript" if (rest or name).endswith(".js") else kind
    place = served.get(name)
    if callable(place):
        return place(rest), kind
    if isinstance(place, bytes):
        return place, kind
    if place is None or not (place / rest).is_file() or ".." in rest:
        return None, "text/plain"
    return (place / rest).read_bytes(), kind
