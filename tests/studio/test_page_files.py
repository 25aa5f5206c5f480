"""The files of pages: few bytes, no script or style within, nothing from elsewhere."""

import re

import pytest

from tests.studio.browser import PAGE

LIMIT = 250_000  # bytes of all files that one page loads
LINKED = re.compile(
    r"""(?:href|src)="([\w/.-]+\.(?:js|css))"|(?:from|import)\s*\(?'(\.[\w/.-]+\.js)'"""
)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
PAGES = sorted(path.name for path in PAGE.glob("*.html"))


def loaded(path, found):
    """All files that a page loads, and it."""
    if path not in found:
        found.add(path)
        text = COMMENT.sub("", path.read_text("utf-8"))  # in which types are imported
        for one, other in LINKED.findall(text):
            loaded((path.parent / (one or other)).resolve(), found)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_few_bytes(page):
    files = loaded((PAGE / page).resolve(), set())
    assert len(files) > 5
    assert sum(path.stat().st_size for path in files) < LIMIT


def test_no_page_holds_a_script_or_a_style_of_its_own_or_markup_as_text():
    for path in PAGE.rglob("*"):
        if path.suffix not in (".html", ".js"):
            continue
        text = path.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text), path
        assert not re.search(r"https?://(?!www\.w3\.org)[\w.-]+\.\w+/", text), path
