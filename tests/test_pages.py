"""The README and the pages are true: their tree, their links, their answers.

`tests/docs` runs the blocks of all pages, and holds that they leave nothing out.
"""

import re
from pathlib import Path

from docs.site.links import broken_in_sources
from docs.site.pages import all_pages

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_tree_in_the_readme_is_that_of_the_package():
    tree = README.split("## The tree")[1].split("```")[1]
    named = set(re.findall(r"^  (\w+)/ ", tree, re.MULTILINE))
    folders = {path.parent.name for path in (ROOT / "src/deixis").glob("*/__init__.py")}
    assert named == folders


def test_links_anchors_and_pictures_of_all_pages_are_there():
    assert broken_in_sources(all_pages()) == []


def test_the_answers_of_the_readme_are_those_of_the_model(monkeypatch):
    monkeypatch.chdir(ROOT)
    told = []
    for block in blocks(README, "python"):
        names = {}
        exec(block, names)  # our own page
        for line in block.splitlines():
            code, _, comment = line.partition("  # ")
            if code.startswith(("model.ask", "answer.text", "gemini.say")):
                found = eval(code, names)  # the same
                told.append((found[0] if isinstance(found, tuple) else found, comment))
    assert len(told) == 4
    assert all(comment.startswith(found) for found, comment in told)
