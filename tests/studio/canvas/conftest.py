"""A browser, and pages of the canvas in it."""

import io
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image, ImageDraw

from tests.studio.browser import PAGE, chromium, site

WIDTH, HEIGHT = 620, 410


def png(image):
    """A picture's bytes as a PNG."""
    held = io.BytesIO()
    image.save(held, "PNG")
    return held.getvalue()


def drawn_picture(width=WIDTH, height=HEIGHT):
    """A picture with something to see."""
    image = Image.new("RGB", (width, height), (200, 210, 220))
    pen = ImageDraw.Draw(image)
    pen.ellipse((width * 0.2, height * 0.2, width * 0.5, height * 0.7), fill=(60, 90, 160))
    pen.rectangle((width * 0.6, height * 0.3, width * 0.9, height * 0.8), fill=(170, 60, 40))
    return image


class Tried:
    """A page with the canvas alone, as a test handles it; places are of the picture."""

    def __init__(self, page, errors):
        self.page = page
        self.errors = errors

    def do(self, script, value=None):
        """A script's value in the page, where `canvas` is the canvas."""
        return self.page.evaluate(script, value)

    @property
    def regions(self):
        return self.do("canvas.regions")

    @property
    def only(self):
        (region,) = self.regions.values()
        return region

    def heard(self, name):
        return self.do(
            "name => heard.filter(one => one.name === name).map(one => one.detail)", name
        )

    def on_screen(self, x, y):
        """Where a place of the picture is in the window, as the page itself has it."""
        return self.do(
            """([x, y]) => {
                const {left, top} = document.querySelector('.dx-stage').getBoundingClientRect();
                const at = canvas.stage.view.toStage({x, y});
                return [left + at.x, top + at.y];
            }""",
            [x, y],
        )

    def drag(self, *places, keys=()):
        """The mouse goes down at the first place and up at the last."""
        mouse = self.page.mouse
        for key in keys:
            self.page.keyboard.down(key)
        mouse.move(*self.on_screen(*places[0]))
        mouse.down()
        for place in places[1:]:
            mouse.move(*self.on_screen(*place), steps=3)
        mouse.up()
        for key in keys:
            self.page.keyboard.up(key)

    def click(self, *places, **how):
        for place in places:
            self.page.mouse.click(*self.on_screen(*place), **how)

    def press(self, *keys):
        """Keys go to whatever has the focus."""
        for key in keys:
            self.page.keyboard.press(key)

    def aim(self, x, y):
        """The crosshair goes to a place by arrow keys alone."""
        if self.do("canvas.stage.cross") is None:
            self.press("ArrowRight")
        for axis, least, most, to in (
            ("x", "ArrowLeft", "ArrowRight", x),
            ("y", "ArrowUp", "ArrowDown", y),
        ):
            way = to - self.do(f"canvas.stage.cross.{axis}")
            tens, ones = divmod(abs(round(way)), 10)
            key = most if way > 0 else least
            self.press(*[f"Shift+{key}"] * tens, *[key] * ones)

    def click_tool(self, tool):
        self.page.locator(f'[data-command="{tool}"]').click()
        assert self.do("canvas.tool") == tool

    def to_stage(self):
        """The picture has the focus."""
        self.page.locator(".dx-stage").focus()

    def touch(self, places, during=lambda: None):
        """A finger goes down at the first place and up at the last."""
        points = [dict(zip("xy", self.on_screen(*place), strict=True)) for place in places]
        client = self.page.context.new_cdp_session(self.page)
        for at, point in enumerate(points):
            kind = "touchMove" if at else "touchStart"
            client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
            during()
        client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        client.detach()

    def pinch(self, middle, near, far, steps=8):
        """Two fingers about a place go apart, from and to so many CSS pixels away from it."""
        x, y = self.on_screen(*middle)
        client = self.page.context.new_cdp_session(self.page)

        def send(kind, *aways):
            points = [{"x": x + away, "y": y, "id": at} for at, away in enumerate(aways)]
            client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        send("touchStart", -near)
        send("touchStart", -near, near)
        for step in range(1, steps + 1):
            away = near + (far - near) * step / steps
            send("touchMove", -away, away)
        send("touchEnd")
        client.detach()
        left, top = self.do(
            "(({left, top}) => [left, top])"
            "(document.querySelector('.dx-stage').getBoundingClientRect())"
        )
        self.middle = {"x": x - left, "y": y - top}

    def rest(self):
        """Until everything is painted."""
        self.page.wait_for_function("() => canvas.stage.painter.settled")


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def opened(browser):
    """Opens a page with the canvas: options of it, its regions, and a browser's context."""
    closing = []

    def open_page(*, options=None, regions=None, picture=None, image=None, more=None, **context):
        image = image or drawn_picture()
        picture = picture or {"width": image.width, "height": image.height, "url": "/picture"}
        served = site(
            page=PAGE,
            tests=Path(__file__).parent,
            picture=png(image),
            regions=json.dumps(regions or {}).encode(),
            **(more or {}),
        )
        url = served.__enter__()
        held = browser.new_context(**{"viewport": {"width": 1100, "height": 700}, **context})
        closing.extend([lambda: served.__exit__(None, None, None), held.close])
        page, errors = held.new_page(), []
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        told = {"options": options or {}, "picture": picture}
        query = "&".join(f"{key}={quote(json.dumps(value))}" for key, value in told.items())
        page.goto(f"{url}/tests/page.html?{query}&regions=/regions")
        page.wait_for_function("() => window.isReady")
        tried = Tried(page, errors)
        tried.rest()
        return tried

    yield open_page
    for close in reversed(closing):
        close()


@pytest.fixture
def tried(opened):
    """A page with the canvas; at the end of the test nothing has gone wrong in it."""
    page = opened()
    yield page
    assert page.errors == []


@pytest.fixture
def fingers(opened):
    """The same on a screen that is touched."""
    page = opened(has_touch=True)
    yield page
    assert page.errors == []
