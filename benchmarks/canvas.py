"""The studio's canvas beside annotorious: thousands of shapes on a large picture, in Chromium.

    make pages                               # npm installs annotorious beside the tests
    python benchmarks/canvas.py              # some four minutes
    python benchmarks/canvas.py --boxes 1000 --polygons 200

Both show the same boxes and polygons on the same picture in a window of 1280 x 800, headless and
without a GPU. One shape is dragged; then the picture is panned: ours by Space and the mouse at
three scales, theirs by scrolling a picture of 1500 px, as it has no zoom. Script and tasks are
those of the main thread in Chromium's trace, in seconds of its processor, which other work on the
machine does not lengthen ("clock" is what the longest task took by the clock); frames are those of
requestAnimationFrame, from the first movement until half a second after the last, and the medians
of script and tasks over those until the last movement. "painted" is the least share of the visible
picture that any frame of a screencast showed painted.
"""

import argparse
import importlib.util
import io
import json
import shutil
import statistics
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as PIL

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.studio.browser import PAGE, chromium, site
from tests.studio.node_tools import MODULES

HERE = Path(__file__).parent
WIDTH, HEIGHT = 6000, 4000
WINDOW = {"width": 1280, "height": 800}
SCRIPTS = {"FunctionCall", "EvaluateScript", "FireAnimationFrame", "TimerFire", "EventDispatch"}
SCRIPTS |= {"RunMicrotasks", "v8.callFunction"}
TASK = "RunTask"
MOVED = {"mousemove", "pointermove", "wheel"}
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel", "v8"]
UNPAINTED = (255, 0, 255)
MOVES = {"ours": 90, "theirs": 20}
LOOKS = {  # how the picture is shown: its scale, or None for all of it; CSS pixels a movement
    "pan, all in sight": (None, (3, 2)),
    "pan, half size": (0.5, (14, 8)),
    "pan, whole size": (1, (25, 14)),
}


@dataclass(frozen=True, kw_only=True)
class Work:
    """What the main thread did while one moved; times are in ms."""

    script: float
    busy: float
    in_time: float
    longest: float
    clock: float
    frames: int


def picture() -> bytes:
    """A picture of noise, nowhere of the colour that says unpainted."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(90, 200, (HEIGHT // 20, WIDTH // 20, 3), dtype=np.uint8)
    held = io.BytesIO()
    whole = PIL.fromarray(coarse).resize((WIDTH, HEIGHT), PIL.Resampling.BILINEAR)
    whole.save(held, "JPEG", quality=90)
    return held.getvalue()


def shapes(boxes: int, polygons: int) -> dict:
    """Boxes and polygons of 20 points, 20 to 200 pixels wide, and one to drag in the middle."""
    rng = np.random.default_rng(1)
    found = {}
    for number in range(boxes + polygons):
        reach = rng.uniform(10, 100, 2)
        middle = rng.uniform(reach + 1, np.array([WIDTH, HEIGHT]) - reach - 1)
        if number < boxes:
            box = np.concatenate((middle - reach, middle + reach)).round(2).tolist()
            found[f"box{number}"] = {"kind": "box", "box": box}
        else:
            turns = np.linspace(0, 2 * np.pi, 20, endpoint=False)
            away = rng.uniform(0.7, 1.0, (20, 1)) * reach
            ring = middle + away * np.stack((np.cos(turns), np.sin(turns)), 1)
            found[f"polygon{number}"] = {"kind": "polygon", "rings": [ring.round(2).tolist()]}
    return found | {"dragged": {"kind": "box", "box": [2700, 1800, 3300, 2200]}}


@contextmanager
def traced(browser, page) -> Iterator[list[Work]]:
    """The list holds what was done while this lasted, once it is over."""
    found: list[Work] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.json"
        browser.start_tracing(page=page, path=path, categories=CATEGORIES)
        page.evaluate(
            """() => {
                window.times = [];
                const tick = (time) => {
                    window.times.push(time);
                    window.ticking = requestAnimationFrame(tick);
                };
                window.ticking = requestAnimationFrame(tick);
            }"""
        )
        yield found
        page.wait_for_timeout(500)
        times = page.evaluate("() => { cancelAnimationFrame(window.ticking); return times; }")
        browser.stop_tracing()
        found.append(work_of(json.loads(path.read_bytes())["traceEvents"], times))


def work_of(events, times) -> Work:
    """The page's main thread is the one that has drawn frames."""
    fired = [event for event in events if event["name"] == "FireAnimationFrame"]
    threads = [(event["pid"], event["tid"]) for event in fired]
    main = max(set(threads), key=threads.count)
    mine = [one for one in events if (one["pid"], one["tid"]) == main and one.get("ph") == "X"]
    mine.sort(key=lambda event: event["ts"])
    edges = np.array(sorted(event["ts"] for event in fired))
    script, busy = np.zeros(len(edges) + 1), np.zeros(len(edges) + 1)
    longest = clock = until = last = 0.0
    for event in mine:
        frame = int(np.searchsorted(edges, event["ts"], side="right"))
        if event["args"].get("data", {}).get("type") in MOVED:
            last = event["ts"]
        length = event.get("tdur", event.get("dur", 0)) / 1000
        if frame and event["name"] == TASK:
            busy[frame] += length
            longest, clock = max(longest, length), max(clock, event["dur"] / 1000)
        if event["name"] in SCRIPTS and event["ts"] >= until:
            script[frame] += length
            until = event["ts"] + event.get("dur", 0)
    gaps = np.diff(times)
    moving = slice(1, max(2, int(np.searchsorted(edges, last or np.inf)) + 1))
    return Work(
        script=statistics.median(script[moving]),
        busy=statistics.median(busy[moving]),
        in_time=float(np.mean(gaps <= 34)),  # 33.4 ms are two frames
        longest=longest,
        clock=clock,
        frames=len(gaps),
    )


def dragged(page, start, by, moves) -> None:
    """The button is held from a place on, there and half of the way back."""
    x, y = start
    page.mouse.move(x, y)
    page.mouse.down()
    for number in range(moves):
        way = 1 if number < moves * 2 / 3 else -1
        x, y = x + by[0] * way, y + by[1] * way
        page.mouse.move(x, y)
    page.mouse.up()


@contextmanager
def screencast(page) -> Iterator[list[bytes]]:
    """The frames that a window showed, as PNG."""
    client = page.context.new_cdp_session(page)
    found: list[bytes] = []

    def taken(frame):
        found.append(b64decode(frame["data"]))
        client.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    client.on("Page.screencastFrame", taken)
    client.send("Page.startScreencast", {"format": "png"})
    yield found
    client.send("Page.stopScreencast")


def painted(frames, box) -> float:
    """The least share of a part of the window that is painted in any frame."""
    pictures = (PIL.open(io.BytesIO(frame)).convert("RGB").crop(box) for frame in frames)
    away = (np.abs(np.asarray(one).astype(int) - UNPAINTED).sum(axis=2) for one in pictures)
    return min(float((one >= 30).mean()) for one in away)


def print_work(name: str, work: Work, more: str = "") -> None:
    """One line of the table."""
    numbers = f"{work.script:9.1f} {work.busy:9.1f} {100 * work.in_time:9.1f} {work.longest:9.1f}"
    numbers = f"{numbers} {work.clock:9.1f}"
    print(f"  {name:20} {numbers} {work.frames:7}  {more}", flush=True)


def rest(page) -> None:
    """Until all is painted."""
    page.wait_for_function("() => canvas.stage.painter.settled", timeout=60_000)
    page.wait_for_timeout(400)


def ours(browser, url) -> None:
    """Our canvas drags and pans."""
    page = browser.new_page(viewport=WINDOW)
    page.goto(f"{url}/pages/ours.html")
    page.wait_for_function("() => window.isReady", timeout=120_000)
    rest(page)
    print(f"ours: regions set in {page.evaluate('loading'):.0f} ms")
    stage = page.locator(".dx-stage").bounding_box()
    left, top = stage["x"], stage["y"]
    middle = (left + stage["width"] / 2, top + stage["height"] / 2)
    at = page.evaluate("canvas.stage.view.toStage({x: 3000, y: 1800})")
    with traced(browser, page) as held:
        dragged(page, (left + at["x"], top + at["y"]), (2, 1), MOVES["ours"])
    box = page.evaluate("canvas.regions.dragged.box")
    assert box[0] != 2700, "nothing was dragged"
    print_work("drag one", held[0])
    page.keyboard.press("Escape")
    for name, (scale, by) in LOOKS.items():
        for is_traced in (True, False):
            page.evaluate("canvas.fit()")
            page.evaluate(
                "scale => scale && canvas.stage.zoom(scale / canvas.stage.view.scale)", scale
            )
            page.focus(".dx-stage")
            rest(page)
            page.keyboard.down(" ")
            if is_traced:
                with traced(browser, page) as held:
                    dragged(page, middle, by, MOVES["ours"])
            elif scale:
                with screencast(page) as frames:
                    dragged(page, middle, by, MOVES["ours"])
            page.keyboard.up(" ")
        window = (left, top, left + stage["width"], top + stage["height"])
        share = (
            f"painted >= {100 * painted(frames, window):.1f} % of {len(frames)}" if scale else ""
        )
        print_work(name, held[0], share)
    page.close()


def theirs(browser, url) -> None:
    """Annotorious drags, and its picture is scrolled."""
    page = browser.new_page(viewport=WINDOW)
    page.goto(f"{url}/pages/theirs.html")
    page.wait_for_function("() => window.isReady", timeout=300_000)
    page.wait_for_timeout(3000)
    print(f"annotorious: annotations set in {page.evaluate('loading'):.0f} ms")
    place = (3000 / 4, 2000 / 4)
    page.evaluate("annotator.setSelected('dragged')")
    page.wait_for_timeout(1500)
    with traced(browser, page) as held:
        dragged(page, place, (2, 1), MOVES["theirs"])
    print_work("drag one", held[0])
    page.keyboard.press("Escape")
    with traced(browser, page) as held:
        page.mouse.move(*place)
        for number in range(MOVES["ours"]):
            way = 1 if number < MOVES["ours"] * 2 / 3 else -1
            page.mouse.wheel(3 * way, 2 * way)
            page.wait_for_timeout(8)
    print_work("scroll", held[0])
    page.close()


def main() -> None:
    """Both on the same shapes, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--boxes", type=int, default=10_000)
    parser.add_argument("--polygons", type=int, default=2_000)
    arguments = parser.parse_args()
    if importlib.util.find_spec("playwright") is None or shutil.which("chromium") is None:
        print("needs Playwright for Python and chromium")
        return
    regions = shapes(arguments.boxes, arguments.polygons)
    annotorious = MODULES / "@annotorious/annotorious/dist"
    served = {
        "page": PAGE,
        "pages": HERE / "canvas_pages",
        "npm": annotorious,
        "picture": picture(),
        "shapes": json.dumps({"regions": regions, "width": WIDTH, "height": HEIGHT}).encode(),
    }
    print(f"{arguments.boxes} boxes, {arguments.polygons} polygons of 20, {WIDTH} x {HEIGHT}")
    names = ("script", "busy", "<= 33 ms", "longest", "clock")
    print(f"  {'':20} {' '.join(f'{name:>9}' for name in names)} {'frames':>7}")
    print(f"  {'':20} {'ms/frame':>9} {'ms/frame':>9} {'% frames':>9} {'task, ms':>9} {'ms':>9}")
    with chromium() as browser, site(**served) as url:
        ours(browser, url)
        if annotorious.is_dir():
            theirs(browser, url)
        else:
            print("annotorious is not installed: make pages")


if __name__ == "__main__":
    main()
