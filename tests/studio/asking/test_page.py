"""The studio's page in a browser: by the keyboard alone, without a violation, all words as text."""

import contextlib
import json
import re
import zipfile

import pytest

from deixis.core.images import open_image
from deixis.serve.settings import Fetching, ServedModel
from deixis.studio.exports.shared_page import entries_in
from deixis.testing import serve
from tests.studio.browser import chromium, site
from tests.studio.node_tools import axe_violations
from tests.studio.studio_nursery import SCENE, open_studio, upstream

expect = pytest.importorskip("playwright.sync_api").expect
expect.set_options(timeout=120_000)

SAID = '[{"bbox_2d": [404, 366, 748, 688], "label": "crown"}]'
HOSTILE = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>{nobody}'
SCREENS = [(scheme, width) for scheme in ("light", "dark") for width in (1440, 390)]


@pytest.fixture(scope="module")
def engine():
    with serve() as server:
        yield server


@pytest.fixture(scope="module")
def open_house(engine, tmp_path_factory):
    nano = ServedModel(name="nano", load="nano")
    with open_studio(tmp_path_factory.mktemp("home"), nano, upstream(engine)) as house:
        yield house


@pytest.fixture(scope="module")
def browser():
    media = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    with chromium(*media, "--auto-select-desktop-capture-source=Entire screen") as one:
        yield one


@pytest.fixture
def house(open_house, engine):
    engine.answer = lambda body: f"It stands on a saucer {SAID}"
    open_house.studio.given[:] = [SCENE]
    return open_house


@pytest.fixture
def opened(house, browser):
    """Opens the page in a window of its own; what went wrong in it is told at the end."""
    windows, wrong = [], []

    def open_it(path="", *, scheme="light", width=1440, height=900):
        window = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        windows.append(window)
        page = window.new_page()
        page.set_default_timeout(120_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda told: told.type == "error" and wrong.append(told.text))
        page.goto(f"{house.url}/{path}#link={house.studio.sessions.new_link()}")
        page.wait_for_selector(".choice label")
        return page

    yield open_it
    for window in windows:
        window.close()
    assert wrong == []


def regions_pasted(page, regions):
    page.wait_for_selector(".dx-stage")
    page.evaluate(
        """told => {
          const data = new DataTransfer();
          data.setData('text/plain', told);
          const how = {clipboardData: data, bubbles: true, cancelable: true};
          const event = new ClipboardEvent('paste', how);
          document.querySelector('.dx-stage').dispatchEvent(event);
        }""",
        json.dumps(regions),
    )
    page.wait_for_selector(".chip")


BOX = {"kind": "box", "box": [181, 164, 335, 308]}


def asked(page, question="What is {it}?", models=("nano", "qwen"), regions=None):
    regions_pasted(page, regions or {"it": BOX})
    page.locator("#question").fill(question)
    for model in models:
        page.get_by_role("checkbox", name=model, exact=True).check()
    page.locator("#ask-button").click()
    answered(page)


def answered(page):
    page.wait_for_selector("#export:not([hidden])")
    expect(page.locator("#ask-button")).to_have_text("Ask")


def tab_to(page, selector, most=150):
    """Tab is pressed until an element is focused."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return
    raise AssertionError(f"Tab never came to {selector}")


def drawn(page, tool, *ways):
    """A region is drawn with the crosshair: keys, and Enter after each lot of them."""
    page.keyboard.press(tool)
    for keys in ways:
        for key in keys:
            page.keyboard.press(key)
        page.keyboard.press("Enter")


RIGHT, DOWN, LEFT, UP = (f"Shift+Arrow{way}" for way in ("Right", "Down", "Left", "Up"))


@pytest.mark.long
def test_a_whole_session_by_the_keyboard_alone(opened, house, tmp_path):
    page = opened()
    page.wait_for_selector(".dx-stage")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to the picture
    tab_to(page, ".dx-stage")
    drawn(page, "b", [LEFT] * 4, [RIGHT] * 3 + [DOWN] * 3)
    drawn(page, "e", [UP] * 4, [RIGHT] * 5 + [DOWN] * 2)
    drawn(page, "p", [LEFT] * 2)
    expect(page.locator(".question .chip")).to_have_count(3)
    names = page.locator(".chips >> nth=0").locator("button").all_inner_texts()
    tab_to(page, "#question")
    page.keyboard.type("Is ")
    for name in names:
        tab_to(page, f".chip[data-name={name}]")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "question"
    page.keyboard.type(" one thing?")
    text = page.locator("#question").input_value()
    assert text == "Is " + " ".join(f"{{{name}}}" for name in names) + " one thing?"
    tab_to(page, "input[value=qwen]")
    page.keyboard.press("Space")
    assert page.locator("#how-many").inner_text() == "2 cells"
    tab_to(page, "#ask-button")
    page.keyboard.press("Enter")
    answered(page)
    assert page.locator(".cell").count() == 2
    assert re.search("not in A|words of A|words than A", page.locator(".cell").nth(1).inner_text())
    tab_to(page, "#export summary")
    page.keyboard.press("Enter")
    tab_to(page, "#export .row select")
    page.keyboard.type("training rows, ours")
    tab_to(page, "#export .row button")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    download.value.save_as(tmp_path / "rows.zip")
    with zipfile.ZipFile(tmp_path / "rows.zip") as whole:
        row = json.loads(whole.read("rows.jsonl"))
    assert set(row["regions"]) == set(names)
    before = len(house.client.get("/api/history").json()["entries"])
    asked_at = page.url.rpartition("/")[2]
    page.keyboard.press("Control+k")
    tab_to(page, ".lines .row button")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith(asked_at))
    answered(page)
    entries = house.client.get("/api/history").json()["entries"]
    assert len(entries) == before + 1
    first, again = (house.client.get(f"/api/history/{one['id']}").json() for one in entries[:2])
    assert first["regions"] == again["regions"]
    assert [one["sent"] for one in first["cells"]] == [one["sent"] for one in again["cells"]]


@pytest.mark.long
@pytest.mark.parametrize(("scheme", "width"), SCREENS)
def test_axe_finds_nothing_wrong_with_any_screen(opened, house, scheme, width):
    house.studio.given[:] = []
    page = opened(scheme=scheme, width=width)
    found = {"empty": axe_violations(page)}
    house.studio.given[:] = [SCENE]
    page = opened(scheme=scheme, width=width)
    asked(page)
    for summary in page.locator("summary").all():
        if summary.is_visible():
            summary.click()
    page.wait_for_timeout(300)
    found["answers"] = axe_violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#history").click()
    page.wait_for_selector(".lines li")
    page.wait_for_timeout(300)
    found["history"] = axe_violations(page)
    assert found == {"empty": [], "answers": [], "history": []}


@pytest.mark.long
def test_nano_answers_and_the_picture_that_a_cell_shows_is_what_was_sent(opened, house):
    page = opened()
    cell = page.locator(".cell").first
    regions_pasted(page, {"it": {**BOX, "encoding": "arrow:color=red"}})
    asked_words = "What is {it}?"
    page.locator("#question").fill(asked_words)
    page.locator("#question").press("Control+Enter")
    answered(page)
    import deixis as dx

    alone = dx.load("nano").ask(
        SCENE, asked_words, it=dx.drawn(dx.box(*BOX["box"]), "arrow", color="red")
    )
    assert cell.locator(".words").last.inner_text() == alone.text
    cell.locator("summary").click()
    image = cell.locator("img")
    image.scroll_into_view_if_needed()
    image.evaluate("one => one.decode()")
    shown = open_image(page.request.get(f"{house.url}{image.get_attribute('src')}").body())
    sent = alone.sent.frames[0].image
    assert shown == sent
    assert cell.locator("figure").get_attribute("data-sha256") == sent.sha256
    assert alone.sent.text in cell.inner_text()


@pytest.mark.long
def test_words_are_never_markup(opened, house, engine):
    engine.answer = lambda body: HOSTILE + SAID.replace("crown", HOSTILE.replace('"', "'"))
    page = opened()
    region = {**BOX, "label": HOSTILE}
    asked(page, question=HOSTILE + "{it}", models=["qwen"], regions={"it": region})
    cell = page.locator(".cell").last
    cell.locator("summary").click()
    assert HOSTILE in cell.locator(".words").last.inner_text()
    page.locator("#history").click()
    page.wait_for_selector(".lines li")
    assert HOSTILE in page.locator(".line").first.inner_text()
    assert page.evaluate("window.hurt") is None
    assert page.locator("img[src=x]").count() == 0


@pytest.mark.long
def test_a_dialogue_goes_on_cell_by_cell_and_opens_again(opened, house, engine):
    page = opened()
    asked(page)
    page.locator("#goes-on").check()
    page.locator("#question").fill("And why?")
    page.locator("#ask-button").click()
    page.wait_for_selector(".turns .words")
    answered(page)
    assert "It stands on a saucer" in page.locator(".cell").last.locator(".turns").inner_text()
    assert [one["role"] for one in engine.bodies[-1]["messages"]] == ["user", "assistant", "user"]
    page.reload()
    page.wait_for_selector(".turns .words")
    assert page.locator(".cell").count() == 2
    assert page.locator("#question").input_value() == "And why?"


@pytest.mark.long
def test_a_question_is_stopped_and_a_model_that_fails_is_told(opened, house, engine):
    page = opened()
    engine.before_reply = lambda body: engine.is_over.wait(5)
    regions_pasted(page, {"it": BOX})
    page.locator("#question").fill("What is {it}?")
    page.get_by_role("checkbox", name="nano", exact=True).uncheck()
    page.get_by_role("checkbox", name="qwen", exact=True).check()
    page.locator("#ask-button").click()
    expect(page.locator("#ask-button")).to_have_text("Stop")
    page.locator("#ask-button").click()
    expect(page.locator("#ask-button")).to_have_text("Ask")
    assert page.locator(".cell .state").inner_text() == "stopped"
    engine.before_reply = lambda body: None
    engine.answer = lambda body: engine.fail(500, "no room")
    page.locator("#ask-button").click()
    page.wait_for_selector(".cell .problem:not([hidden])")
    assert "no room" in page.locator(".cell .problem").inner_text()


@pytest.mark.long
def test_a_thing_is_found_and_kept_and_what_a_model_sees_comes_as_layers(opened, house, engine):
    page = opened()
    regions_pasted(page, {"it": {**BOX, "encoding": "arrow:color=red"}})
    page.locator("#more summary").nth(0).click()
    page.locator("#find-what").fill("the crown")
    page.locator("#find-model").select_option("qwen")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("button", name="Keep what was found").click()
    page.wait_for_selector(".chip[data-name=found1]")
    page.locator("#more summary").nth(1).click()
    page.get_by_role("button", name="See what is left of marks").click()
    page.get_by_role("button", name="tokens").click()
    assert "visible" in page.locator(".result dl").inner_text()
    assert page.get_by_role("button", name="tokens").get_attribute("aria-pressed") == "false"


@pytest.mark.long
def test_a_page_to_share_opens_by_itself_and_is_whole(opened, house, tmp_path, browser):
    page = opened()
    asked(page)
    page.locator("#export summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).first.click()
    place = tmp_path / "shared.html"
    download.value.save_as(place)
    (entry,) = entries_in(place.read_text("utf-8"))
    assert [cell["model"] for cell in entry["cells"]] == ["nano", "qwen"]
    alone = browser.new_page()
    requests = []
    alone.on("request", lambda one: requests.append(one.url))
    alone.goto(place.as_uri())
    assert alone.locator("article").count() == 2
    assert alone.evaluate("[...document.images].every(one => one.naturalWidth > 0)")
    assert [url for url in requests if not url.startswith("data:")] == [place.as_uri()]
    assert axe_violations(alone) == []
    alone.close()


@pytest.mark.long
def test_a_picture_comes_by_file_drop_and_paste(opened, house):
    house.studio.given[:] = []
    page = opened()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open …").first.click()
    chooser.value.set_files(SCENE)
    page.wait_for_selector(".dx-stage")
    for kind in ("drop", "paste"):
        page.evaluate(
            """async kind => {
              const canvas = new OffscreenCanvas(kind === 'drop' ? 50 : 60, 40);
              canvas.getContext('2d').fillRect(0, 0, 9, 9);
              const data = new DataTransfer();
              const blob = await canvas.convertToBlob();
              data.items.add(new File([blob], `${kind}.png`, {type: 'image/png'}));
              const how = {bubbles: true, cancelable: true};
              document.body.dispatchEvent(kind === 'drop'
                ? new DragEvent('drop', {dataTransfer: data, ...how})
                : new ClipboardEvent('paste', {clipboardData: data, ...how}));
            }""",
            kind,
        )
        told = f"{50 if kind == 'drop' else 60} by 40 pixels"
        expect(page.locator("#told")).to_contain_text(told)


@pytest.mark.long
def test_a_picture_comes_from_the_camera(opened, house):
    house.studio.given[:] = []
    page = opened()
    page.get_by_role("button", name="Camera").first.click()
    video = page.locator("dialog video")
    expect(video).to_be_visible()
    video.evaluate("one => new Promise(done => one.requestVideoFrameCallback(done))")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Take the picture").click()
    page.wait_for_selector(".dx-stage")
    expect(page.locator("#told")).to_contain_text("camera is open")
    expect(page.locator("dialog video")).to_have_count(0)


@pytest.mark.long
def test_a_web_address_is_opened_where_that_is_allowed(browser, tmp_path):
    with contextlib.ExitStack() as opened:
        url = opened.enter_context(site(**{"picture.png": SCENE.read_bytes()}))
        port = int(url.rpartition(":")[2])
        fetching = Fetching(urls="fetch", networks=("127.0.0.0/8",), ports=(port,))
        house = opened.enter_context(open_studio(tmp_path, pictures=fetching))
        page = browser.new_page()
        page.goto(f"{house.url}/#link={house.studio.sessions.new_link()}")
        page.get_by_role("button", name="Address").first.click()
        page.get_by_label("Web address").fill(f"{url}/picture.png")
        assert axe_violations(page) == []
        page.keyboard.press("Enter")
        expect(page.locator("#told")).to_contain_text("448 by 448 pixels")
        page.close()


@pytest.mark.long
def test_what_was_drawn_is_there_after_the_window_was_loaded_anew(opened, house):
    page = opened()
    regions_pasted(page, {"it": BOX})
    page.locator("#question").fill("What is {it}?")
    page.reload()
    expect(page.locator(".question .chip")).to_have_text("it")
    expect(page.locator("#question")).to_have_value("What is {it}?")
