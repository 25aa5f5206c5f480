"""A server of ours on loopback, in a thread, for as long as a test lasts."""

import io
import threading
import time
from contextlib import contextmanager

import httpx

from deixis.serve.access import Access
from deixis.serve.app import App
from deixis.serve.log import RequestLog
from deixis.serve.running import bound, server_of
from deixis.serve.settings import ServedModel, ServerSettings, Serving

READY = 120.0  # seconds


class Running:
    """A server that runs: its application, its address, and its log."""

    def __init__(self, app, url, log):
        self.app, self.url, self.log = app, url, log

    @property
    def base(self):
        return f"{self.url}/v1"

    def post(self, body, path="/v1/chat/completions", **more):
        return httpx.post(f"{self.url}{path}", json=body, timeout=60, **more)


@contextmanager
def running(*models, keys=None, is_loaded=True, **parts):
    """It serves these models while this lasts."""
    server = parts.pop("server", ServerSettings(port=0, picture_workers=1, grace_seconds=2))
    serving = Serving(models=models, server=server, **parts)
    log = io.StringIO()
    app = App(serving, Access(keys), RequestLog(log.write, words=server.words_in_log))
    listening = bound(serving)
    uvicorn = server_of(app.asgi(), serving)
    thread = threading.Thread(target=uvicorn.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        _wait(url, is_loaded=is_loaded)
        yield Running(app, url, log)
    finally:
        uvicorn.should_exit = True
        thread.join(20)
        listening.close()
    assert not thread.is_alive()


def upstream(server, **more):
    """A model behind a fake server, whose places are said as Qwen3-VL says them."""
    told = {"name": "qwen", "dialect": "qwen3_vl", **more}
    return ServedModel(upstream=f"openai:qwen@{server.url}", **told)


def _wait(url, *, is_loaded):
    until = time.monotonic() + READY
    while time.monotonic() < until:
        try:
            status = httpx.get(f"{url}/health").status_code
            if status == 200 or not is_loaded:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.02)
    raise AssertionError("the server did not start")
