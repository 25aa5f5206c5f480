"""A studio on loopback, in a thread, for as long as a test lasts."""

import json
from contextlib import contextmanager
from dataclasses import replace

import httpx

from deixis.serve.settings import ServedModel, ServerSettings
from deixis.studio.home import Home
from deixis.studio.running import address_of, listening_at, running
from deixis.studio.state import SERVING, Studio
from docs.site.pages import ROOT

SCENE = ROOT / "docs/scene.png"
SERVER = ServerSettings(port=0, picture_workers=1, grace_seconds=2)


class OpenStudio:
    """A studio that runs, and a client with a session."""

    def __init__(self, studio, url):
        self.studio, self.url = studio, url
        self.client = self.visitor(studio.sessions.new_link())

    def visitor(self, link):
        """A client with a session of its own, by a link or a key."""
        client = httpx.Client(base_url=self.url, timeout=300)
        token = client.post("/api/session", json={"link": link}).json()["token"]
        client.headers["X-Deixis-Token"] = token
        return client

    def keep(self, path=SCENE):
        answer = self.client.post("/api/pictures", content=path.read_bytes())
        answer.raise_for_status()
        return answer.json()["id"]

    def events(self, path, body):
        """The events of a stream, each (name, data)."""
        answer = self.client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/event-stream")
        return list(parsed(answer.text))


def parsed(text):
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if line)
        if "data" in lines:
            yield lines.get("event", ""), json.loads(lines["data"])


@contextmanager
def open_studio(home, *models, **parts):
    """It runs while this lasts."""
    serving = replace(SERVING, models=models, server=parts.pop("server", SERVER), **parts)
    studio = Studio(Home.made(home), serving)
    listening = listening_at(serving)
    with running(studio, listening):
        opened = OpenStudio(studio, address_of(serving, listening))
        try:
            yield opened
        finally:
            opened.client.close()


def upstream(server, **more):
    """A model behind a fake server, whose places are said as Qwen3-VL says them."""
    told = {"name": "qwen", "dialect": "qwen3_vl", **more}
    return ServedModel(upstream=f"openai:qwen@{server.url}", **told)
