"""A studio that labels a folder, in a thread, and people who each have a session of their own."""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np

import deixis as dx
from deixis.serve.settings import ServerSettings, Serving
from deixis.studio.home import Home
from deixis.studio.running import address_of, listening_at, running
from deixis.studio.state import Studio

WIDTH, HEIGHT = 64, 48
CUP = {"deixis": "region/1", "kind": "box", "box": [3, 4, 20, 30], "label": "cup"}
DOG = {"deixis": "region/1", "kind": "point", "point": [40, 7]}


def photos(folder, *names):
    """Pictures of different pixels under these names."""
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.full((HEIGHT, WIDTH, 3), 40 * number + 20, np.uint8)
        dx.open_image(pixels).save(path)
    return folder


@dataclass
class Person:
    """One browser's requests."""

    client: httpx.Client
    pictures: dict = field(default_factory=dict)

    def get(self, path="", **more):
        return self.client.get(f"/api/label{path}", **more)

    def post(self, path, body, **more):
        return self.client.post(f"/api/label{path}", json=body, **more)

    def key(self, name):
        return next(one["key"] for one in self.get().json()["pictures"] if one["name"] == name)

    def open(self, name):
        key = self.key(name)
        found = self.get(f"/pictures/{key}").json()
        self.pictures[key] = found
        return found

    def save(self, opened, regions, *, done=False, based_on=None):
        body = {
            "picture": opened["picture"]["id"],
            "regions": regions,
            "done": done,
            "based_on": opened["revision"] if based_on is None else based_on,
        }
        return self.post(f"/pictures/{opened['key']}", body)


@dataclass
class Labelling:
    """The studio, its address, and whoever comes."""

    studio: Studio
    url: str
    folder: Path
    stack: ExitStack

    def link(self):
        return f"{self.url}/#link={self.studio.sessions.new_link()}"

    def person(self, name=""):
        client = self.stack.enter_context(httpx.Client(base_url=self.url, timeout=60))
        link = self.studio.sessions.new_link()
        told = client.post("/api/session", json={"link": link}).json()
        client.headers.update({"X-Deixis-Token": told["token"], "X-Deixis-By": name})
        return Person(client)


@contextmanager
def labelling(folder, home, *models):
    """It runs while this lasts."""
    server = ServerSettings(port=0, picture_workers=1, grace_seconds=1)
    serving = Serving(server=server, models=models)
    studio = Studio(Home.made(home), serving, folder=folder, entry="label.html")
    listening = listening_at(serving)
    url = address_of(serving, listening)
    with running(studio, listening), ExitStack() as stack:
        yield Labelling(studio, url, folder, stack)
