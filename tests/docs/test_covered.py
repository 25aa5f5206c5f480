"""Each public name, command, option, setting and extra is on a page, and what it is for is said.

Guides are written by hand; the references of options, settings and signatures are made when the
site is built, so that here it is held that there is something to be made of.
"""

import re
import tomllib

import pytest

import deixis
from deixis.cli.main import parser
from docs.site import commands, reference, settings
from docs.site.pages import ROOT, all_pages

WHOLE = dict(commands.walk(parser()))
GUIDES = "\n".join(
    page.text() for page in all_pages() if page.name not in ("log", "changelog", "index")
) + (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", deixis.__all__)
def test_a_public_name_is_in_a_guide(name):
    assert re.search(rf"(?<!\w){name}\b", GUIDES)


def test_every_public_name_has_an_entry_that_says_what_it_is_for():
    pages = reference.pages()
    for entry in reference.entries():
        module, _, name = entry.rpartition(".")
        kind = rf"(?:class|function|data)\}} {name}\b[^\n]*\n\n(\S[^\n]*)"
        assert re.search(kind, pages[f"api/{module}"]), entry


@pytest.mark.parametrize("words", [words for words in WHOLE if words], ids=" ".join)
def test_a_command_is_in_a_guide(words):
    assert re.search(rf"deixis {' '.join(words)}\b", GUIDES)


@pytest.mark.parametrize("words", WHOLE, ids=" ".join)
def test_every_option_says_what_it_is_for(words):
    silent = [one.option_strings or one.dest for one in commands.options(WHOLE[words])]
    told = [one.option_strings or one.dest for one in commands.options(WHOLE[words]) if one.help]
    assert silent == told


def test_every_option_is_in_the_reference():
    pages = "\n".join(commands.pages().values())
    for one in WHOLE.values():
        for action in commands.options(one):
            assert all(f"`{option}" in pages for option in action.option_strings)


def test_every_setting_says_what_it_is_for():
    told = settings.told()
    assert len(told) > 100
    assert [name for name, about in told.items() if not about] == []


def test_every_setting_is_in_the_reference():
    page = settings.page()
    names = {name.strip("`").rpartition(": ")[2] for name in settings.told()}
    assert [name for name in sorted(names) if f"| `{name}` |" not in page] == []


def test_every_extra_is_on_the_page_of_installing():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (ROOT / "docs/install.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE)
    assert sorted(named) == sorted(project["optional-dependencies"])
