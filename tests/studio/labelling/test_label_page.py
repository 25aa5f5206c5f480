"""Label mode in a real browser: by keyboard alone, by two people, with hostile names, offline."""

import json
import re

import pytest

from deixis.data.adapters import regions_of
from deixis.testing import serve
from tests.serve.running import upstream
from tests.studio.browser import chromium
from tests.studio.labelling.labelling import labelling, photos
from tests.studio.node_tools import axe_violations

HOSTILE = "<img src=x onerror=alert(1)>.png"
SIZES = {1440: 900, 390: 844}
pytestmark = pytest.mark.long


def answered(body):
    """A model that finds two cups, and nothing else."""
    words = json.dumps(body["messages"])
    return '[{"bbox_2d": [100, 200, 300, 400]}, {"bbox_2d": [500, 500, 900, 900]}]' * (
        "cup" in words
    )


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture
def house(tmp_path):
    folder = photos(tmp_path / "photos", "1.png", "2.png", "3.png", HOSTILE)
    with (
        serve(answer=answered) as model,
        labelling(folder, tmp_path / "home", upstream(model)) as found,
    ):
        yield found


@pytest.fixture
def opened(browser, house):
    """Opens windows of people; an error of a script, or a dialog, ends the test."""
    contexts, troubles = [], []

    def open_window(name="", **more):
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}} | more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", lambda dialog: troubles.append(dialog.message) or dialog.dismiss())
        page.goto(house.link())
        page.locator("#name", has_text=".png").wait_for()
        if name:
            page.fill("#by", name)
            with page.expect_response("**/api/label/progress*"):
                page.keyboard.press("Tab")
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert troubles == []


def told(page, words):
    page.locator("#status", has_text=words).wait_for()


def saved(page):
    page.locator("#saved", has_text=re.compile("^Saved$")).wait_for()


def draw(page, at=0.3, to=0.5):
    """A box by mouse, from and to these shares of the stage."""
    page.locator("[data-command=box]").click()
    stage = page.locator(".dx-stage").bounding_box()
    for share, press in ((at, "down"), (to, "up")):
        x, y = stage["x"] + stage["width"] * share, stage["y"] + stage["height"] * share
        page.mouse.move(x, y, steps=3)
        getattr(page.mouse, press)()
    saved(page)


def kept(house):
    return {row.image: row.regions for row in regions_of(house.folder / "regions")}


def at(page, name):
    page.locator("#name", has_text=name).wait_for()
    page.locator("#status", has_text=f", {name}:").wait_for()


def test_a_folder_is_labelled_by_keyboard_alone(opened, house):
    page = opened()
    at(page, "1.png")
    page.locator("#new-name").focus()
    for label in ("cup", "dog"):
        page.keyboard.type(label)
        page.keyboard.press("Enter")
        page.locator(".label-give", has_text=label).wait_for()
    page.get_by_label("Key of dog").fill("n")
    page.keyboard.press("Tab")
    told(page, "n is a key of the page")
    page.locator(".dx-stage").focus()
    page.keyboard.press("2")
    told(page, "What is drawn next is a dog")
    page.keyboard.press("b")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    saved(page)
    page.locator(".dx-region", has_text="dog, box").wait_for()
    page.keyboard.press("1")  # what is selected gets it
    page.locator(".dx-region", has_text="cup, box").wait_for()
    saved(page)
    page.keyboard.press("n")
    at(page, "2.png")
    page.keyboard.press("q")
    told(page, "2 proposed; nothing found of dog")
    page.keyboard.press("w")
    saved(page)
    page.keyboard.press("p")
    at(page, "1.png")
    assert page.locator("#done").is_checked()
    page.keyboard.press("u")
    at(page, "2.png")
    assert not page.locator("#done").is_checked()
    page.keyboard.press("d")
    saved(page)
    found = kept(house)
    assert [region.label for region in found["1.png"]] == ["cup"]
    assert found["1.png"][0].box().width == pytest.approx(20, abs=1)
    assert [(one.label, one.source) for one in found["2.png"]] == [("cup", "model:qwen")] * 2
    again = opened()
    at(again, "3.png")  # where they left off
    assert again.locator("#count").inner_text() == "2 of 4 done"


def test_two_people_on_one_picture_decide_between_two_versions(opened, house):
    ann, bob = opened("Ann <b>"), opened("Bob")
    bob.fill("#number", "1")
    bob.keyboard.press("Enter")
    told(bob, "1 of 4, 1.png: Ann <b> is here, too")
    draw(ann)
    bob.locator(".dx-stage").click(position={"x": 3, "y": 3})
    bob.locator("[data-command=box]").click()
    stage = bob.locator(".dx-stage").bounding_box()
    bob.mouse.move(stage["x"] + stage["width"] * 0.5, stage["y"] + stage["height"] * 0.5)
    bob.mouse.down()
    bob.mouse.move(stage["x"] + stage["width"] * 0.6, stage["y"] + stage["height"] * 0.7)
    bob.mouse.up()
    bob.locator("#versions-title", has_text="Two versions").wait_for()
    assert "Ann <b> (1 region)" in bob.locator("#versions-told").inner_text()
    assert len(kept(house)["1.png"]) == 1
    bob.keyboard.press("n")
    told(bob, "decide first")
    bob.get_by_role("button", name="Join both").click()
    bob.locator("#versions").wait_for(state="hidden")
    assert len(kept(house)["1.png"]) == 2
    ann.keyboard.press("n")  # Ann's page knows an old version, and has nothing new to say
    ann.locator("#versions-title", has_text="Two versions").wait_for()
    ann.get_by_role("button", name="Keep the kept one").click()
    ann.locator("#versions").wait_for(state="hidden")
    assert len(kept(house)["1.png"]) == 2
    assert ann.locator(".dx-region").count() == 2


def test_what_is_drawn_while_the_server_does_not_answer_is_saved_later(opened, house):
    page = opened()
    draw(page, 0.2, 0.3)
    page.route("**/api/label/pictures/**", lambda route: route.abort())
    page.locator("[data-command=point]").click()
    page.locator(".dx-stage").click()
    told(page, "Not saved: the server does not answer")
    page.keyboard.press("p")
    page.keyboard.press("n")
    page.locator("#saved", has_text="Not saved").wait_for()
    assert page.locator("#name").inner_text() == "1.png"
    page.unroute("**/api/label/pictures/**")
    saved(page)
    assert len(kept(house)["1.png"]) == 2


def test_names_and_labels_are_text_and_run_nothing(opened, house):
    page = opened("<script>alert(2)</script>")
    page.fill("#new-name", "<svg onload=alert(3)>")
    page.keyboard.press("Enter")
    page.locator(".label-give", has_text="<svg onload=alert(3)>").click()
    page.get_by_role("button", name=HOSTILE).click()
    at(page, HOSTILE)
    draw(page)
    page.reload()
    page.get_by_role("button", name=HOSTILE).click()
    told(page, "saved by <script>alert(2)</script>")
    assert page.locator("main img, main svg[onload], aside svg, aside img").count() == 0
    assert kept(house)[HOSTILE][0].label == "<svg onload=alert(3)>"


def test_a_picture_that_cannot_be_opened_takes_no_regions_of_another(opened, house):
    (house.folder / "2.png").write_bytes(b"no picture")
    page = opened()
    page.keyboard.press("n")
    told(page, "2.png: ")
    assert not page.locator("#canvas").is_visible()
    page.keyboard.press("n")
    at(page, "3.png")
    draw(page)
    assert list(kept(house)) == ["1.png", "3.png"]


def test_labels_leave_as_a_file(opened, house, tmp_path):
    page = opened()
    draw(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as file").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    (row,) = regions_of(path, format="coco", images=house.folder)
    assert (row.image, len(row.regions)) == ("1.png", 1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", SIZES)
def test_axe_finds_nothing_wrong(opened, house, scheme, width):
    view = {"width": width, "height": SIZES[width]}
    page = opened(viewport=view, color_scheme=scheme, bypass_csp=True)
    found = {"empty": axe_violations(page)}
    page.fill("#new-name", "cup")
    page.keyboard.press("Enter")
    page.locator(".label-give").click()
    draw(page)
    page.locator("#propose button[type=submit]").click()
    told(page, "2 proposed")
    found["proposals"] = axe_violations(page)
    ann = house.person("ann")
    ann.save(ann.open("1.png"), {})
    page.locator("#accept-all").click()
    page.locator("#versions-title", has_text="Two versions").wait_for()
    found["versions"] = axe_violations(page)
    assert found == {"empty": [], "proposals": [], "versions": []}
    assert page.evaluate("document.documentElement.scrollWidth") <= width
