"""JupyterLab and marimo, each with one notebook that shows a widget, for as long as a test lasts.

Their programs are looked for in $NOTEBOOKS, or beside this Python.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
PATIENCE = 120  # seconds until a notebook's server answers
NO_NEWS = "jupyterlab.handlers.announcements.NeverCheckForUpdate"
MAKE = """
import numpy as np
import deixis as dx
image = dx.open_image(np.full((300, 400, 3), 200, np.uint8))
widget = image.annotate({"cup": dx.box(40, 50, 120, 160, label="<b>cup</b>")}, height=520)
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def program(name):
    """The path of a notebook's program; the test is skipped where it is missing."""
    folder = os.environ.get("NOTEBOOKS") or str(Path(sys.executable).parent)
    found = shutil.which(name, path=folder)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@contextmanager
def browser_page(**more):
    """A page of a headless Chromium; errors of its scripts end the test."""
    playwright = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).is_file():
        pytest.skip("there is no Chromium")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(**more)
        page.set_default_timeout(60_000)
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        browser.close()
    assert errors == []


@contextmanager
def served(words, folder, url):
    """A notebook's server runs in a folder, until the test is over."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "src"),
        "HOME": str(folder),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            words, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait(url, process, folder / "log")
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait(url, process, log):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(url, timeout=5).status_code < 500:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise AssertionError(log.read_text())


@contextmanager
def jupyter_lab(folder, *cells):
    """The address of a notebook of these cells in JupyterLab."""
    lab, port = program("jupyter-lab"), free_port()
    whole = {
        "cells": [
            {
                "cell_type": "code",
                "id": f"c{number}",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": cell,
            }
            for number, cell in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (folder / "nb.ipynb").write_text(json.dumps(whole))
    url = f"http://127.0.0.1:{port}"
    words = [
        *(lab, "--no-browser", "--allow-root", f"--port={port}", "--ServerApp.port_retries=0"),
        *("--IdentityProvider.token=", "--ServerApp.password=", "--LabApp.news_url="),
        *(f"--ServerApp.root_dir={folder}", f"--LabApp.check_for_updates_class={NO_NEWS}"),
    ]
    with served(words, folder, f"{url}/api"):
        yield f"{url}/lab/tree/nb.ipynb"


@contextmanager
def marimo_app(folder, text):
    """The address of a notebook, the file's text, that marimo runs as an application."""
    marimo, port = program("marimo"), free_port()
    (folder / "nb.py").write_text(text)
    words = [
        *(marimo, "--quiet", "run", "nb.py", "--headless", "--no-token"),
        *("--host", "127.0.0.1", "--port", str(port)),
    ]
    url = f"http://127.0.0.1:{port}"
    with served(words, folder, f"{url}/health"):
        yield url
