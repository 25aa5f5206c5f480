"""Regions go both ways in notebooks that are run: JupyterLab's and marimo's, in a real browser."""

import re

import pytest

from tests.studio.notebooks import MAKE, browser_page, jupyter_lab, marimo_app

WIDE = {"width": 1440, "height": 1200}
SAY = "print('SEEN', {name: region.place for name, region in sorted(widget.regions.items())})"
ADD = "widget.regions = {**widget.regions, 'dog': dx.point(300, 200)}"
PLACE = re.compile(r"box ([\d.]+), ([\d.]+), ([\d.]+), ([\d.]+)")
OF_MARIMO = f"""
import marimo

app = marimo.App()

@app.cell
def _():
    import marimo as mo
    {MAKE.strip().replace("widget = ", "drawn = ").replace(chr(10), chr(10) + "    ")}
    widget = mo.ui.anywidget(drawn)
    widget
    return drawn, dx, mo, widget

@app.cell
def _(drawn, mo, widget):
    widget.value
    mo.md(f"SEEN {{({{name: region.place for name, region in sorted(drawn.regions.items())}})}}")
    return

@app.cell
def _(mo):
    button = mo.ui.run_button(label="Add a dog")
    button
    return (button,)

@app.cell
def _(button, drawn, dx):
    if button.value:
        drawn.regions = {{**drawn.regions, "dog": dx.point(300, 200)}}
    return
"""


def draw_box(page):
    """A box is drawn with the mouse; its name in the list."""
    page.locator(".dx-stage").wait_for()
    page.locator(".dx-region", has_text="cup").wait_for()
    page.locator("[data-command=box]").click()
    stage = page.locator(".dx-stage").bounding_box()
    x, y = stage["x"] + stage["width"] * 0.6, stage["y"] + stage["height"] * 0.6
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 50, y + 40, steps=4)
    page.mouse.up()
    page.locator(".dx-region", has_text="box1").wait_for()


def listed(page):
    return page.locator(".dx-region").all_inner_texts()


def place_of(words):
    """The numbers of the box in words, to a tenth."""
    (found,) = (PLACE.findall(one) for one in [words.partition("box1")[2]])
    return [round(float(number), 1) for number in found[0]]


@pytest.mark.long
def test_regions_go_both_ways_in_jupyter_lab(tmp_path):
    cells = (f"{MAKE}widget", SAY, ADD, SAY)
    with jupyter_lab(tmp_path, *cells) as url, browser_page(viewport=WIDE) as page:
        page.goto(url)
        page.get_by_text("| Idle").wait_for()
        run(page, 0)
        draw_box(page)
        assert listed(page)[0].startswith("cup <b>cup</b>, box 40, 50, 120, 160")
        run(page, 1)
        told = page.locator(".jp-OutputArea-output pre", has_text="SEEN").inner_text()
        assert place_of(told) == place_of(" ".join(listed(page)))
        run(page, 2)
        page.locator(".dx-region", has_text="dog point 300, 200").wait_for()
        run(page, 3)
        told = page.locator(".jp-OutputArea-output pre", has_text="SEEN").nth(1).inner_text()
        assert "'dog': 'point 300, 200'" in told
        # the notebook's keys (X cuts a cell, B adds one) are the canvas' where it has the focus
        page.locator(".dx-stage").click(position={"x": 5, "y": 5})
        for key in ("x", "b", "a"):
            page.keyboard.press(key)
        assert page.locator("[data-command=arrow]").get_attribute("aria-pressed") == "true"
        assert page.locator(".jp-Notebook .jp-CodeCell").count() == len(cells) + 1


def run(page, number):
    """A cell is run, and over."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    cell.locator(".cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    cell.locator(".jp-InputPrompt", has_text=f"[{number + 1}]").wait_for()


@pytest.mark.long
def test_regions_go_both_ways_in_marimo(tmp_path):
    with marimo_app(tmp_path, OF_MARIMO) as url, browser_page(viewport=WIDE) as page:
        page.goto(url)
        draw_box(page)
        told = page.get_by_text(re.compile("SEEN.*box1"))
        told.wait_for()
        assert place_of(told.inner_text()) == place_of(" ".join(listed(page)))
        page.get_by_role("button", name="Add a dog").click()
        page.locator(".dx-region", has_text="dog point 300, 200").wait_for()
        assert len(listed(page)) == 3
