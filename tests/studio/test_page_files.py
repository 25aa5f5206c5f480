"""The files of all pages: few bytes, no script or style within, nothing from elsewhere."""

import re

from tests.studio.browser import PAGE

LIMIT = 250_000  # bytes of all files together


def test_the_files_of_the_pages_are_small():
    files = [path for path in PAGE.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < LIMIT


def test_no_page_holds_a_script_or_a_style_of_its_own_or_markup_as_text():
    for path in PAGE.rglob("*"):
        if path.suffix not in (".html", ".js"):
            continue
        text = path.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text), path
        assert not re.search(r"https?://(?!www\.w3\.org)[\w.-]+\.\w+/", text), path
