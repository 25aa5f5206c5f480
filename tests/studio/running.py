"""A studio on loopback, in a thread, for as long as a test lasts, and whoever has its link."""

import io
import threading
from contextlib import contextmanager
from dataclasses import replace

import httpx
import numpy as np
import PIL.Image

from deixis.core.errors import DeixisError
from deixis.serve.settings import Limits
from deixis.studio.app import PARTS
from deixis.studio.home import Home
from deixis.studio.point_window import pointed_in
from deixis.studio.running import address_of, listening_at, running
from deixis.studio.state import SERVING, Studio

LIMITS = Limits(picture_pixels=6_000_000, picture_bytes=400_000, body_seconds=2, header_seconds=2)
SERVER = replace(SERVING.server, port=0, picture_workers=1, grace_seconds=1.0)


class Visitor:
    """A browser's requests: its cookies, and the token that its page holds."""

    def __init__(self, url):
        self.url, self.token, self.cookies = url, "", httpx.Cookies()

    def open(self, link):
        answer = self.request("POST", "/api/session", json={"link": link.partition("link=")[2]})
        if answer.status_code == 200:
            self.token = answer.json()["token"]
        return answer

    def request(self, method, path, **more):
        """A request with the cookies alone."""
        with httpx.Client(cookies=self.cookies, timeout=60) as client:
            answer = client.request(method, self.url + path, **more)
            self.cookies = client.cookies
        return answer

    def get(self, path, **more):
        return self.request("GET", path, headers=self.headers(more), **more)

    def post(self, path, **more):
        return self.request("POST", path, headers=self.headers(more), **more)

    def headers(self, more):
        return {"X-Deixis-Token": self.token, **more.pop("headers", {})}


@contextmanager
def studio(home, *, parts=PARTS, serving=None, **more):
    """(a studio that runs, a visitor with a session, a link that nobody used)"""
    serving = serving or replace(SERVING, server=SERVER, limits=LIMITS)
    made = Studio(Home.made(home), serving, **more)
    listening = listening_at(made.serving)
    url = address_of(made.serving, listening)
    with running(made, listening, parts):
        visitor = Visitor(url)
        assert visitor.open(f"{url}/#link={made.sessions.new_link()}").status_code == 200
        yield made, visitor, f"{url}/#link={made.sessions.new_link()}"


class Asked:
    """A person is asked in a thread; `link` opens their window, `found` is what came of it."""

    def __init__(self, data, **more):
        self.link, self.found, self.error = "", "nothing yet", None
        self._told = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(data, more), daemon=True)
        self._thread.start()
        assert self._told.wait(60)

    def wait(self):
        self._thread.join(60)
        assert not self._thread.is_alive()
        return self.found

    def visitor(self):
        """Whoever opened the link."""
        found = Visitor(self.link.partition("/#")[0])
        assert found.open(self.link).status_code == 200
        return found

    def _run(self, data, more):
        try:
            with pointed_in(data, opens_window=False, tell=self._tell, **more) as found:
                self.found = found
        except DeixisError as error:
            self.error = error

    def _tell(self, link, _):
        self.link = link
        self._told.set()


def pixels(width=64, height=48, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def file_of(array, kind="PNG", **more):
    buffer = io.BytesIO()
    PIL.Image.fromarray(array).save(buffer, kind, **more)
    return buffer.getvalue()
