"""The README and the pages are true: their tree, their links, and their code runs.

Blocks marked `python` are run; those marked `py` need a server or files of your own.
"""

import re
import shlex
from pathlib import Path

import pytest

from deixis.cli.main import main
from docs.site.links import broken_in_sources
from docs.site.pages import all_pages
from tests.long import long

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
EXAMPLES = [
    (page, block)
    for page in PAGES
    for block in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
]


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def commands():
    lines = "\n".join(blocks(README, "sh")).splitlines()
    return [line for line in lines if line.startswith("deixis ")]


def test_the_tree_in_the_readme_is_that_of_the_package():
    tree = README.split("## The tree")[1].split("```")[1]
    named = set(re.findall(r"^  (\w+)/ ", tree, re.MULTILINE))
    folders = {path.parent.name for path in (ROOT / "src/deixis").glob("*/__init__.py")}
    assert named == folders


def test_links_anchors_and_pictures_of_all_pages_are_there():
    assert broken_in_sources(all_pages()) == []


@pytest.mark.parametrize(
    "command", [long(one) if one.startswith("deixis lab") else one for one in commands()]
)
def test_commands_of_the_readme_work(command, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert main(shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize(
    ("page", "block"), EXAMPLES, ids=[f"{page.name}-{i}" for i, (page, _) in enumerate(EXAMPLES)]
)
def test_python_examples_run(page, block, monkeypatch):
    monkeypatch.chdir(ROOT)
    exec(compile(block, str(page), "exec"), {})  # our own pages


def test_the_answers_of_the_readme_are_those_of_the_model(monkeypatch):
    monkeypatch.chdir(ROOT)
    block, names, told = blocks(README, "python")[0], {}, []
    exec(block, names)  # our own page
    for line in block.splitlines():
        code, _, comment = line.partition("  # ")
        if code.startswith(("model.ask", "answer.text")):
            found = eval(code, names)  # the same
            told.append((found[0] if isinstance(found, tuple) else found, comment))
    assert len(told) == 3
    assert all(comment.startswith(found) for found, comment in told)
