"""The page's scripts: their types, their sizes, and that they stand alone."""

import re

import pytest

from tests.studio.browser import PAGE
from tests.studio.node_tools import HERE, type_errors

SCRIPTS = sorted(path for path in PAGE.rglob("*.js") if "vendor" not in path.parts)
CANVAS = [path for path in SCRIPTS if path.relative_to(PAGE).parts[0].startswith("canvas")]
MOST_OF_CANVAS = 140_000  # without comments, as the notebook's widget carries it
LONGEST = 400  # lines


@pytest.mark.long
def test_the_types_are_sound():
    assert type_errors(HERE / "tsconfig.json") == []


def test_a_script_asks_for_files_beside_it_alone():
    for path in SCRIPTS:
        for name in re.findall(
            r"^(?:import|export)\b.*?from '([^']+)'", path.read_text("utf-8"), re.M
        ):
            assert (path.parent / name).resolve() in SCRIPTS, f"{path.name} imports {name}"


def test_no_script_makes_markup_or_code_of_text():
    words = (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
    )
    for path in SCRIPTS:
        text = path.read_text("utf-8")
        assert [word for word in words if word in text] == [], path.name


def test_scripts_are_no_longer_than_other_files():
    lines = {path.name: len(path.read_text("utf-8").splitlines()) for path in SCRIPTS}
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}


def test_the_canvas_stays_small():
    texts = [path.read_text("utf-8") for path in [*CANVAS, PAGE / "canvas.css"]]
    bare = [re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL) for text in texts]
    assert sum(len(text.encode()) for text in bare) <= MOST_OF_CANVAS
