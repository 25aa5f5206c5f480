import sys
from importlib import metadata

import pytest

from deixis.core import catalog as catalog_module
from deixis.core.catalog import Catalog
from deixis.core.errors import DeixisError, UnknownNameError


class Part:
    pass


@pytest.fixture
def parts(tmp_path, monkeypatch):
    folder = tmp_path / "some_parts"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "round.py").write_text(
        "from tests.core.test_catalog import Part\nclass Round(Part): pass\n"
    )
    (folder / "_private.py").write_text("raise RuntimeError('imported')\n")
    (folder / "broken.py").write_text("raise RuntimeError('imported')\n")
    (folder / "empty.py").touch()
    (folder / "inner").mkdir()
    (folder / "inner" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Catalog(kind="part", package="some_parts", interface=Part)
    for name in [name for name in sys.modules if name.startswith("some_parts")]:
        del sys.modules[name]


def entry_point(monkeypatch, *points):
    monkeypatch.setattr(catalog_module.metadata, "entry_points", lambda group: points)


def test_names_are_the_files_and_nothing_is_imported(parts):
    assert parts.names() == ["broken", "empty", "round"]


def test_get_imports_the_class(parts):
    assert parts.get("round").__name__ == "Round"


def test_a_name_without_end_is_told_by_its_beginning():
    problem = UnknownNameError(kind="shape", name="[" * 40_000, known=["round"])
    assert len(str(problem)) < 300


def test_an_unknown_name_is_told_the_nearest(parts):
    with pytest.raises(UnknownNameError, match="did you mean 'round'"):
        parts.get("rond")


def test_a_file_without_its_class_is_an_error(parts):
    with pytest.raises(DeixisError, match="must hold one Part"):
        parts.get("empty")


def test_other_packages_join_by_entry_points(parts, monkeypatch):
    point = metadata.EntryPoint("far", "tests.core.test_catalog:Part", "some_parts")
    entry_point(monkeypatch, point)
    assert "far" in parts.names()
    assert parts.get("far") is Part


def test_a_name_that_is_there_twice_is_refused(parts, monkeypatch):
    entry_point(monkeypatch, metadata.EntryPoint("round", "x:Y", "some_parts"))
    with pytest.raises(DeixisError, match="two parts are named 'round'"):
        parts.names()


def test_an_entry_point_of_another_kind_is_refused(parts, monkeypatch):
    entry_point(monkeypatch, metadata.EntryPoint("far", "builtins:int", "some_parts"))
    with pytest.raises(DeixisError, match="is not a Part"):
        parts.get("far")


def test_a_package_that_is_a_file_is_no_catalog():
    with pytest.raises(DeixisError, match="not a package"):
        Catalog(kind="part", package="deixis.core.size", interface=Part).names()
