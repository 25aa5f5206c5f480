"""What pages name in their words, files and modules of ours, is there."""

import re

import pytest

from docs.site.pages import ROOT, all_pages

FOLDERS = (ROOT, ROOT / "src", ROOT / "src/deixis", ROOT / "lab/src/deixis_lab")
TOPS = {path.name for folder in FOLDERS for path in folder.iterdir() if path.is_dir()}
PATH = re.compile(r"(?<![\w/.~-])((?:[\w-]+/)+[\w-]+\.(?:py|json|md|txt))")
MODULE = re.compile(r"\bdeixis(?:_lab)?(?:\.[a-z_]+)+")
# a log and a changelog speak of their day
PAGES = [page for page in all_pages() if page.name not in ("log", "changelog")]


def named(page):
    """Files and folders of ours in the page's code, as `marks/raster` or `core/images.py`."""
    for span in re.findall(r"`([^`\n]+)`", page.text()):
        for path in re.findall(
            r"(?<![\w/.~-])((?:[\w-]+/)+[\w-]+(?:\.py|\.json|\.md|\.txt)?)", span
        ):
            if path.split("/")[0] in TOPS and re.search(r"\.\w+$", path) and "NAME" not in path:
                yield path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_a_page_names_are_there(page):
    places = (*FOLDERS, page.path.parent)
    assert [path for path in named(page) if not any((at / path).exists() for at in places)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_modules_that_a_page_names_are_there(page):
    spans = re.findall(r"`([^`\n]+)`", page.text())
    names = {name for span in spans for name in MODULE.findall(span)}
    assert [name for name in sorted(names - GROUPS) if not is_there(name)] == []


def is_there(name):
    """Whether it is a module, or a name in one."""
    parts = name.split(".")
    source = ROOT / ("lab/src" if parts[0] == "deixis_lab" else "src")
    places = [source.joinpath(*parts), source.joinpath(*parts[:-1])]
    return any(place.exists() or place.with_suffix(".py").exists() for place in places)


GROUPS = set(re.findall(r'"(deixis\.\w+)"', (ROOT / "lab/pyproject.toml").read_text()))
GROUPS |= {
    group
    for path in (ROOT / "src/deixis").rglob("*.py")
    for group in re.findall(r'group="(deixis\.\w+)"', path.read_text(encoding="utf-8"))
}
