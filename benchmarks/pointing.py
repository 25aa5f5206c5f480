"""`deixis point`: from the command to a window that can be drawn on, and from Enter to JSON.

    python benchmarks/pointing.py                           # a minute
    python benchmarks/pointing.py --runs 2

The browser is Chromium without a screen, started by the command itself each time, as a person's
that is closed would be; "browser alone" is the same browser with an empty page of plain files, in
the same run. A window can be drawn on once the canvas has shown the picture (`data-ready`). From
Enter is from the key that a driver presses until the line is read. Needs Playwright and chromium.
"""

import argparse
import contextlib
import http.server
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from PIL import Image as PIL
from PIL import ImageDraw

LINES = 60
EMPTY = b"<!doctype html><html data-ready=true><title>x</title></html>"


def pictures(folder):
    """A photograph of 1080p, one of 12 MP, and a screenshot of 4K."""
    random = np.random.default_rng(0)
    for name, width, height in (("photo 1080p", 1920, 1080), ("photo 12 MP", 4000, 3000)):
        small = random.integers(0, 256, (height // 40, width // 40, 3), dtype=np.uint8)
        picture = PIL.fromarray(small).resize((width, height), PIL.Resampling.BICUBIC)
        picture.save(folder / f"{name}.jpg", quality=92)
        yield name, folder / f"{name}.jpg"
    screen = PIL.new("RGB", (3840, 2160), "white")
    pen = ImageDraw.Draw(screen)
    for line in range(LINES):
        pen.text((80, 36 * line), "Settings and further words of a page " * 12, fill="black")
    screen.save(folder / "screen 4K.png")
    yield "screen 4K", folder / "screen 4K.png"


def free_port():
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def chromium(port, profile):
    """The command line of a new browser, with which a driver can talk."""
    path = shutil.which("chromium") or sys.exit("needs chromium")
    return [path, "--headless", "--no-sandbox", "--no-first-run", f"--remote-debugging-port={port}",
            f"--user-data-dir={profile}", "--window-size=1440,900"]  # fmt: skip


def attached(driver, port):
    """The page of a browser that is starting."""
    from playwright.sync_api import Error

    until = time.perf_counter() + 60
    while time.perf_counter() < until:
        try:
            browser = driver.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        except Error:
            time.sleep(0.02)
            continue
        pages = [page for context in browser.contexts for page in context.pages]
        if pages:
            return browser, pages[0]
        browser.close()
    sys.exit("the browser did not start")


def pointed(driver, picture, folder):
    """(seconds to a window, from Enter to JSON) of one run with a new browser."""
    from playwright.sync_api import Error

    port, profile = free_port(), tempfile.mkdtemp(dir=folder)
    opener = " ".join([*chromium(port, profile), "%s &"])
    command = [sys.executable, "-m", "deixis", "point", str(picture), "--json"]
    began = time.time()
    with subprocess.Popen(
        [*command, "--out", str(Path(profile) / f"marked{picture.suffix}")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "BROWSER": opener},
        text=True,
    ) as process:
        browser, page = attached(driver, port)
        page.wait_for_selector("html[data-ready]")
        # when it was, by the page's own clock, not when the driver came to see it
        ready = float(page.evaluate("document.documentElement.dataset.ready")) / 1000
        place = page.locator(".dx-stage").bounding_box()
        page.mouse.move(place["x"] + 200, place["y"] + 200)
        page.mouse.down()
        page.mouse.move(place["x"] + 400, place["y"] + 300, steps=4)
        page.mouse.up()
        page.wait_for_timeout(1500)  # as a person would take at least
        pressed = time.time()
        with contextlib.suppress(Error):  # the window closes itself
            page.keyboard.press("Enter")
        assert json.loads(process.stdout.readline())["regions"]
        handed = time.time() - pressed
        process.wait()
        browser.close()
    return ready - began, handed


def alone(folder):
    """Seconds until a new browser asks for an empty page."""
    asked = threading.Event()

    class Empty(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.set()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(EMPTY)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Empty)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    began = time.time()
    command = [*chromium(free_port(), tempfile.mkdtemp(dir=folder))]
    with subprocess.Popen(
        [*command, f"http://127.0.0.1:{server.server_port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        asked.wait(60)
        took = time.time() - began
        process.terminate()
    server.shutdown()
    server.server_close()
    return took


def main():
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        sys.exit("needs Playwright: pip install playwright")
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
        sync_playwright() as driver,
    ):
        folder = Path(name)
        empty = [alone(folder) for _ in range(arguments.runs)]
        print(f"{'':14}{'window s':>10}{'worst':>8}{'Enter s':>10}{'worst':>8}")
        print(f"{'browser alone':14}{statistics.median(empty):>10.2f}{max(empty):>8.2f}")
        for kind, picture in pictures(folder):
            runs = [pointed(driver, picture, folder) for _ in range(arguments.runs)]
            windows, handed = zip(*runs, strict=True)
            print(
                f"{kind:14}{statistics.median(windows):>10.2f}{max(windows):>8.2f}"
                f"{statistics.median(handed):>10.2f}{max(handed):>8.2f}"
            )


if __name__ == "__main__":
    main()
