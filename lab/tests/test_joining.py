"""How the laboratory joins the product: by public names, and by an entry point for each part."""

import ast
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import deixis
import deixis_lab

SOURCE = Path(deixis_lab.__file__).parent
PROJECT = tomllib.loads((SOURCE.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
JOINING = {
    "deixis.recipes": "recipes",
    "deixis.tasks": "parts/tasks",
    "deixis.benchmarks": "parts/benchmarks",
}


def imported(path):
    """Every name that a file imports, with its modules."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_only_public_names_of_the_product_are_imported():
    private = [
        (path.name, name)
        for path in SOURCE.rglob("*.py")
        for name in imported(path)
        if name.startswith("deixis.") and "._" in name
    ]
    assert private == []


def test_private_modules_are_imported_in_their_own_folder_alone():
    foreign = [
        (path.name, name)
        for path in SOURCE.rglob("*.py")
        for name in imported(path)
        if name.startswith("deixis_lab.") and "._" in name
        if Path(name.split("._")[0].replace(".", "/")).relative_to("deixis_lab")
        != path.parent.relative_to(SOURCE)
    ]
    assert foreign == []


@pytest.mark.parametrize("group", JOINING)
def test_every_part_joins_under_its_file_s_name(group):
    folder = SOURCE / JOINING[group]
    files = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    assert set(PROJECT["entry-points"][group]) == files


def test_what_is_declared_can_be_loaded():
    for group, points in PROJECT["entry-points"].items():
        installed = {point.name: point for point in entry_points(group=group)}
        for name, value in points.items():
            assert installed[name].value == value, "pip install -e lab"
            installed[name].load()


def test_both_have_one_version():
    assert PROJECT["version"] == deixis.__version__
