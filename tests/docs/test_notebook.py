"""The notebook of the first hour runs, and each of its values shows itself."""

import ast
import contextlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATH = ROOT / "docs/first-hour.ipynb"
BOOK = json.loads(PATH.read_text(encoding="utf-8"))
CELLS = [cell for cell in BOOK["cells"] if cell["cell_type"] == "code"]
LIGHT = next(i for i, cell in enumerate(CELLS) if "dx.load(" in "".join(cell["source"]))
KINDS = {"image/png": "_repr_png_", "image/jpeg": "_repr_png_", "text/html": "_repr_html_"}


def value_of(source, names):
    """The cell is run; its last expression is what it shows."""
    *before, last = ast.parse(source).body
    if not isinstance(last, ast.Expr):
        before.append(last)
    exec(compile(ast.Module(before, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def shown_in(cell):
    """The kinds of what the notebook keeps as shown by a cell."""
    results = [one for one in cell["outputs"] if one["output_type"] == "execute_result"]
    return {kind for one in results for kind in one["data"]}


def run(cells, monkeypatch):
    monkeypatch.chdir(ROOT / "docs")
    names = {}
    for cell in cells:
        source = "".join(cell["source"])
        with contextlib.redirect_stdout(None):
            if not shown_in(cell):
                exec(compile(source, "cell", "exec"), names)
                continue
            value = value_of(source, names)
        for kind in shown_in(cell) & KINDS.keys():
            assert getattr(value, KINDS[kind])(), source


def test_what_needs_no_torch_runs_and_shows_what_the_page_shows(monkeypatch):
    assert LIGHT > 5
    run(CELLS[:LIGHT], monkeypatch)


@pytest.mark.long
def test_all_of_it_runs(monkeypatch):
    run(CELLS, monkeypatch)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # Jupyter's own
def test_jupyter_runs_it_and_shows_the_same_kinds():
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    book = nbformat.read(PATH, as_version=4)
    nbclient.NotebookClient(book, resources={"metadata": {"path": ROOT / "docs"}}).execute()
    ran = [cell for cell in book.cells if cell.cell_type == "code"]
    for cell, kept in zip(ran, CELLS, strict=True):
        light = {kind.replace("jpeg", "png") for kind in shown_in(kept)}
        assert shown_in(cell) == light


def test_no_cell_failed_and_its_pictures_are_light():
    assert all(one["output_type"] != "error" for cell in CELLS for one in cell["outputs"])
    assert PATH.stat().st_size < 1_000_000
    for photograph in (ROOT / "docs/photographs").glob("*.jpg"):
        assert photograph.stat().st_size <= 60_000
        assert photograph.name in (photograph.parent / "LICENCES.md").read_text(encoding="utf-8")
