"""Pictures are shown whole or by tiles, with layers over them, at any size of the window."""

import io
import re
import threading

import numpy as np
import pytest
from PIL import Image

from tests.studio.canvas.conftest import drawn_picture, png

pytestmark = pytest.mark.long

WIDTH, HEIGHT, TILE = 5003, 3001, 256


def shown(tried):
    """The stage as it looks."""
    tried.rest()
    tried.do("document.activeElement.blur()")  # no ring around it
    shot = tried.page.locator(".dx-stage").screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def colour_at(tried, pixels, x, y):
    at = tried.do("([x, y]) => canvas.stage.view.toStage({x, y})", [int(x), int(y)])
    return pixels[int(at["y"]), int(at["x"])]


@pytest.fixture
def tiled(opened):
    """A page with a picture by tiles, and which of them were asked for."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 255, (HEIGHT // 100 + 1, WIDTH // 100 + 1, 3), dtype=np.uint8)
    whole = Image.fromarray(np.kron(coarse, np.ones((100, 100, 1), np.uint8))[:HEIGHT, :WIDTH])
    levels, asked, lock = [whole], [], threading.Lock()
    while max(levels[-1].size) > TILE:
        levels.append(levels[-1].reduce(2))

    def tile(rest):
        level, x, y = map(int, rest.split("/"))
        with lock:
            asked.append((level, x, y))
        at = levels[level]
        box = (x * TILE, y * TILE, min(at.width, (x + 1) * TILE), min(at.height, (y + 1) * TILE))
        return png(at.crop(box))

    picture = {
        "width": WIDTH,
        "height": HEIGHT,
        "tiles": {"url": "/tile/{level}/{x}/{y}", "size": TILE, "levels": len(levels)},
    }
    page = opened(picture=picture, more={"tile": tile})
    page.whole, page.asked, page.levels = np.asarray(whole).astype(int), asked, levels
    yield page
    assert page.errors == []


def test_only_tiles_in_sight_are_loaded_and_once_each(tiled):
    tiled.page.wait_for_timeout(300)
    tiled.rest()
    scale = tiled.do("canvas.stage.view.scale")
    level = {one for one, _, _ in tiled.asked}
    assert level == {int(np.floor(-np.log2(scale)))}
    assert len(set(tiled.asked)) == len(tiled.asked)
    tiled.asked.clear()
    tiled.do("canvas.zoomTo([2000, 1000, 2300, 1200])")
    tiled.page.wait_for_timeout(400)
    tiled.rest()
    assert {one for one, _, _ in tiled.asked} == {0}
    assert len(tiled.asked) < 40  # of 240


def test_tiles_show_the_picture_where_it_is(tiled):
    rng = np.random.default_rng(1)
    for look in (
        "canvas.fit()",
        "canvas.zoomTo([2000, 1000, 2900, 1500])",
        "canvas.zoomTo([4800, 2800, 5003, 3001])",
    ):
        tiled.do(look)
        tiled.page.wait_for_timeout(500)
        pixels = shown(tiled)
        seen = tiled.do("canvas.stage.view.seen()")
        for _ in range(40):
            # the middles of cells of one colour
            x = (
                rng.integers(max(0, seen["x0"]) // 100, min(WIDTH - 60, seen["x1"]) // 100 + 1)
                * 100
                + 50
            )
            y = (
                rng.integers(max(0, seen["y0"]) // 100, min(HEIGHT - 60, seen["y1"]) // 100 + 1)
                * 100
                + 50
            )
            if (
                seen["x0"] + 20 < x < min(WIDTH, seen["x1"]) - 20
                and seen["y0"] + 20 < y < min(HEIGHT, seen["y1"]) - 20
            ):
                assert np.abs(colour_at(tiled, pixels, x, y) - tiled.whole[y, x]).max() <= 3


def test_a_part_of_tiles_is_cut_out_exactly(tiled):
    tiled.do("canvas.insert({a: {kind: 'box', box: [1990, 995, 2610, 1405]}})")
    data = tiled.do(
        "async () => [...new Uint8Array(await (await canvas.crop(['a'])).arrayBuffer())]"
    )
    cut = np.asarray(Image.open(io.BytesIO(bytes(data))).convert("RGB"))
    assert np.array_equal(cut, tiled.whole[995:1405, 1990:2610])


def test_layers_are_drawn_over_the_picture_and_can_be_switched(opened):
    red = Image.new("RGB", (4, 4), (255, 0, 0))
    tried = opened(more={"red": png(red)})
    before = shown(tried)
    layers = [
        {
            "name": "heat",
            "image": {"url": "/red", "box": [100, 100, 200, 200]},
            "style": {"opacity": 1},
        },
        {
            "name": "grid",
            "grid": {"columns": 4, "rows": 2, "box": [0, 0, 620, 410]},
            "style": {"colour": "#00ff00", "width": 3, "opacity": 1},
        },
        {
            "name": "found",
            "regions": {"a": {"kind": "box", "box": [300, 20, 400, 80]}},
            "style": {"colour": "#0000ff", "width": 5},
        },
    ]
    tried.do("layers => { canvas.layers = layers; }", layers)
    tried.page.wait_for_timeout(300)
    after = shown(tried)
    assert tuple(colour_at(tried, after, 150, 150)) == (255, 0, 0)
    assert tuple(colour_at(tried, after, 155, 50)) == (0, 255, 0)
    assert tuple(colour_at(tried, after, 300, 50)) == (0, 0, 255)
    assert tried.do("canvas.layers") == layers
    assert tried.regions == {}
    tried.click((300, 50))
    assert tried.do("canvas.selected") == []
    tried.do("canvas.layers = canvas.layers.map((layer) => ({...layer, visible: false}))")
    # but for the rounding of some pixels at edges, which depends on the parts that are painted
    assert (np.abs(shown(tried) - before).max(axis=2) > 0).mean() < 1e-4


def test_the_wheel_zooms_at_the_pointer(tried):
    at = [300, 300]
    place = tried.do(
        """([x, y]) => {
            const {view, gestures} = canvas.stage;
            return view.toPicture(gestures.at({clientX: x, clientY: y}));
        }""",
        at,
    )
    before = tried.do("canvas.stage.view.scale")
    tried.page.mouse.move(*at)
    tried.page.mouse.wheel(0, -400)
    tried.rest()
    assert tried.do("canvas.stage.view.scale") / before == pytest.approx(np.exp(0.6), rel=0.01)
    assert tried.on_screen(**place) == pytest.approx(at, abs=1)
    assert tried.heard("view")[-1]["scale"] == tried.do("canvas.stage.view.scale")


def test_the_wheel_is_the_page_s_where_a_host_wants_it(opened):
    tried = opened(options={"wheel": "ctrl"})
    before = tried.do("canvas.stage.view.scale")
    tried.page.mouse.move(*tried.on_screen(200, 150))
    tried.page.mouse.wheel(0, -400)
    tried.page.wait_for_timeout(200)
    assert tried.do("canvas.stage.view.scale") == before
    tried.page.keyboard.down("Control")
    tried.page.mouse.wheel(0, -40)
    tried.page.keyboard.up("Control")
    tried.page.wait_for_timeout(200)
    assert tried.do("canvas.stage.view.scale") > before


@pytest.mark.parametrize("how", ["space", "middle"])
def test_the_picture_is_panned(tried, how):
    tried.do("canvas.tool = 'box'")
    tried.to_stage()
    x, y = tried.on_screen(200, 150)
    mouse = tried.page.mouse
    mouse.move(x, y)
    if how == "space":
        tried.page.keyboard.down(" ")
    mouse.down(button="middle" if how == "middle" else "left")
    mouse.move(x + 60, y + 40, steps=4)
    mouse.up(button="middle" if how == "middle" else "left")
    if how == "space":
        tried.page.keyboard.up(" ")
    assert tried.on_screen(200, 150) == pytest.approx([x + 60, y + 40], abs=1)
    assert tried.regions == {}


def test_keys_zoom_and_fit(tried):
    tried.to_stage()
    before = tried.do("canvas.stage.view.scale")
    tried.press("+", "+")
    assert tried.do("canvas.stage.view.scale") == pytest.approx(before * 1.25**2)
    tried.press("-")
    assert tried.do("canvas.stage.view.scale") == pytest.approx(before * 1.25)
    tried.press("f")
    assert tried.do("canvas.stage.view.scale") == pytest.approx(before)


def test_what_fits_still_fits_in_a_window_of_another_size(tried):
    tried.page.set_viewport_size({"width": 700, "height": 900})
    tried.rest()
    seen = tried.do("canvas.stage.view.seen()")
    assert seen["x0"] <= 0
    assert seen["x1"] >= 620
    colours = shown(tried)
    assert tuple(colour_at(tried, colours, 200, 180)) == (60, 90, 160)


def test_another_picture_takes_the_place_of_the_first(opened):
    tried = opened(more={"other": png(drawn_picture(300, 900))})
    tried.do("canvas.show({width: 300, height: 900, url: '/other'})")
    pixels = shown(tried)
    assert tuple(colour_at(tried, pixels, 100, 400)) == (60, 90, 160)
    assert (
        tried.page.get_by_role("application").get_attribute("aria-label")
        == "Picture, 300 by 900 pixels"
    )


def test_a_canvas_leaves_nothing_behind(tried):
    tried.do("canvas.destroy()")
    assert (
        tried.do("document.querySelector('#canvas').outerHTML")
        == '<div id="canvas" class=""></div>'
    )
    tried.page.set_viewport_size({"width": 700, "height": 900})
    tried.page.wait_for_timeout(200)


def test_two_canvases_stand_beside_each_other(tried):
    tried.do("""() => {
        const second = document.createElement('div');
        document.querySelector('main').append(second);
        window.other = new Canvas(second, { tools: ['select', 'point'] });
        return window.other.show({ width: 620, height: 410, url: '/picture' });
    }""")
    tried.do("other.insert({a: {kind: 'point', point: [1, 2]}})")
    assert tried.regions == {}
    ids = tried.do("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(set(ids)) == len(ids)
    assert not re.search(r"style=", tried.page.content().split("<main>")[0])
