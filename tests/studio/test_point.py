"""A person points in a window, in a real browser, and what they drew is handed over."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import deixis as dx
from deixis.core.errors import UsageError
from deixis.mcp.tickets import Picker
from deixis.studio.picker import person_picker
from tests.studio.browser import chromium
from tests.studio.node_tools import axe_violations
from tests.studio.running import Asked, file_of, pixels
from tests.studio.test_hostile import WORDS

pytestmark = pytest.mark.long
PERSON = Path(__file__).with_name("person.py")


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture
def person(browser, monkeypatch):
    """Whoever opens a link draws a box, and is done."""
    monkeypatch.setenv("DEIXIS_CHROMIUM", shutil.which("chromium"))
    monkeypatch.setenv("BROWSER", f"{sys.executable} {PERSON} %s")


@pytest.fixture
def picture(tmp_path):
    place = tmp_path / "shot.png"
    place.write_bytes(file_of(pixels(400, 300)))
    return place


@pytest.fixture
def hands(browser):
    """What a person's hands do: see person.py."""
    pytest.importorskip("playwright.sync_api")
    os.environ.setdefault("DEIXIS_CHROMIUM", shutil.which("chromium"))
    from tests.studio import person

    return person


class Command:
    """`deixis point`, and the link that it tells."""

    def __init__(self, *arguments):
        command = [sys.executable, "-m", "deixis", "point", *map(str, arguments), "--no-browser"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, start_new_session=True, **pipes)
        told = self.process.stderr.readline().strip()
        self.link = told.removeprefix("open ") if told.startswith("open ") else ""

    def ended(self):
        """(exit code, standard output)"""
        out, self.errors = self.process.communicate(timeout=60)
        return self.process.returncode, out


def test_what_is_drawn_is_printed_with_the_marked_picture_and_a_legend(
    browser, hands, picture, tmp_path
):
    out = tmp_path / "marked.png"
    command = Command(picture, "--ask", "the cup", "--tools", "box,arrow", "--out", out)
    page = hands.shown(browser, command.link)
    assert page.inner_text("#what") == "Point at the cup"
    assert page.locator(".dx-toolbar [data-command='polygon']").count() == 0
    assert "#" not in page.url  # the secret is no longer in the address
    hands.draw(page)
    page.keyboard.press("Enter")
    code, told = command.ended()
    regions, marked, *legend = told.splitlines()
    assert code == 0
    assert json.loads(regions)["box1"]["kind"] == "box"
    assert marked == str(out)
    assert dx.open_image(out) != dx.open_image(picture)
    assert legend[0].startswith("1: ")
    assert legend[0].endswith(" rectangle, box1")


def test_by_the_keyboard_alone(browser, hands, picture):
    command = Command(picture)
    page = hands.shown(browser, command.link)
    for key in ("b", "ArrowRight", "Enter", "Shift+ArrowRight", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.keyboard.press("Control+Enter")
    code, told = command.ended()
    x0, y0, x1, y1 = json.loads(told.splitlines()[0])["box1"]["box"]
    assert code == 0
    assert (x1 - x0, y1 - y0) == pytest.approx((10, 10))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_wrong(browser, hands, scheme, width):
    asked = Asked(file_of(pixels(400, 300)), what="the cup", name="shot.png")
    size = {"width": width, "height": 900}
    page = browser.new_context(viewport=size, color_scheme=scheme).new_page()
    page.goto(asked.link)
    page.wait_for_selector("html[data-ready]")
    found = [axe_violations(page)]
    hands.draw(page)
    found.append(axe_violations(page))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
    assert asked.wait() is None
    assert found == [[], []]


def test_for_programs_it_is_one_object(browser, hands, picture):
    command = Command(picture, "--json")
    page = hands.shown(browser, command.link)
    hands.draw(page)
    page.get_by_role("button", name="Hand over").click()
    code, told = command.ended()
    record = json.loads(told)
    assert code == 0
    assert record["size"] == [400, 300]
    assert record["legend"][0]["phrase"].startswith("the object within the ")
    shown = dx.open_image(record["marked"])
    assert shown.size == dx.open_image(picture).size
    shutil.rmtree(Path(record["marked"]).parent)


def test_who_leaves_is_told_by_the_exit_code(browser, hands, picture):
    command = Command(picture)
    page = hands.shown(browser, command.link)
    hands.draw(page)
    for _ in range(3):  # the selection, then a warning, then it is left
        assert command.process.poll() is None
        page.keyboard.press("Escape")
        page.wait_for_timeout(50)
    assert command.ended() == (3, "")
    assert page.inner_text("#end") == "Left."


def test_a_closed_window_is_noticed_and_a_reload_is_none(browser, hands, picture):
    command = Command(picture)
    page = hands.shown(browser, command.link)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    time.sleep(2.5)
    assert command.process.poll() is None
    page.close()
    assert command.ended() == (3, "")


def test_ctrl_c_ends_it_and_the_window_is_told(browser, hands, picture):
    command = Command(picture)
    page = hands.shown(browser, command.link)
    command.process.send_signal(signal.SIGINT)
    assert command.ended() == (130, "")
    page.wait_for_selector("#over:visible")


def test_a_stolen_link_opens_nothing(browser, hands, picture):
    command = Command(picture)
    hands.shown(browser, command.link)
    thief = browser.new_context().new_page()
    thief.goto(command.link)
    thief.wait_for_selector("#told.wrong")
    assert "opens nothing" in thief.inner_text("#told")
    command.process.send_signal(signal.SIGINT)
    command.ended()


@pytest.mark.parametrize("given", [[], ["none.png"], ["text.txt"], ["--screen", "shot.png"]])
def test_what_cannot_be_pointed_in_opens_no_window(given, picture, tmp_path, monkeypatch):
    (tmp_path / "text.txt").write_text("<svg/>")
    monkeypatch.chdir(tmp_path)
    command = Command(*given)
    assert command.ended() == (2, "")
    assert command.link == ""


def test_from_python_it_is_the_regions(person, picture):
    found = dx.point_on(picture, "the cup", tools=["box"])
    assert found["box1"].kind == "box"
    assert dx.point_on(pixels(120, 90))["box1"].kind == "box"


def test_from_python_who_leaves_gives_none(person, picture, monkeypatch):
    monkeypatch.setenv("DEIXIS_LEAVES", "1")
    assert dx.point_on(picture) is None


def test_agents_are_given_what_a_person_drew(person, picture):
    picker = person_picker()
    assert isinstance(picker, Picker)
    assert picker.pick(picture, "the cup")["box1"].kind == "box"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of Linux's displays")
def test_agents_are_told_where_no_window_can_be_opened(picture, monkeypatch):
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError, match="deixis point PICTURE"):
        person_picker().pick(picture, "the cup")


def test_mistakes_are_told_before_a_window_opens(picture, tmp_path):
    with pytest.raises(UsageError, match="did you mean 'box'"):
        dx.point_on(picture, tools=["bx"])
    (tmp_path / "text.txt").write_text("<svg/>")
    with pytest.raises(UsageError, match="cannot open"):
        dx.point_on(tmp_path / "text.txt")


def test_whoever_asked_being_killed_ends_the_window(tmp_path, picture):
    environment = {**os.environ, "BROWSER": ""}
    code = f"import deixis as dx; dx.point_on({str(picture)!r})"
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, text=True
    ) as asker:
        link = asker.stderr.readline().split()[-1]
        children = Path(f"/proc/{asker.pid}/task/{asker.pid}/children").read_text().split()
        asker.kill()
    assert link.startswith("http://127.0.0.1:")
    until = time.monotonic() + 20
    while any(Path(f"/proc/{one}").exists() for one in children) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(Path(f"/proc/{one}").exists() for one in children)


def test_hostile_words_are_words_on_the_page(browser, hands):
    """Every one as what is asked, as the picture's name, and as region's name and label."""
    words = [one for one in WORDS if "\ud800" not in one]
    asked = Asked(file_of(pixels()), what=" ".join(words), name=" ".join(reversed(words)))
    page = browser.new_page()
    told = []
    page.on("dialog", lambda dialog: told.append(dialog.message))
    page.on("request", lambda request: told.append(request.url))
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(asked.link)
    page.wait_for_selector("html[data-ready]")
    for one in words:
        hands.draw(page)
        page.get_by_label("label").fill(one)
        page.get_by_label("name", exact=True).fill(one)
        page.keyboard.press("Enter")
    own = asked.link.partition("/#")[0]
    assert [one for one in told if not one.startswith((own, "blob:", "data:,"))] == []
    assert page.locator("script").count() == 1
    assert page.locator("iframe, base, object, embed, a[href^=javascript]").count() == 0
    page.close()
    assert asked.wait() is None
