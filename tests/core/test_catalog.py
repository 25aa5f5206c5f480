import sys
from importlib import metadata

import pytest

from deixis.cli.main import YOUR_MISTAKE, commands, main
from deixis.core.catalog import Catalog, ObjectCatalog, own_name
from deixis.core.errors import DeixisError, UnknownNameError
from deixis.data.tasks import tasks
from deixis.evals.benchmarks import benchmarks
from deixis.sources import sources
from deixis.train.recipe import recipes


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
    (folder / "table.py").write_text(
        "from tests.core.test_catalog import Part\n"
        "class Square(Part): name = 'square'\n"
        "ROWS = {'square': Square, 'number': 3}\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Catalog(
        kind="part",
        package="some_parts",
        group="deixis.parts",
        interface=Part,
        rows={
            "square": "table:ROWS",
            "number": "table:ROWS",
            "lost": "table:ROWS",
            "alone": "table:Square",
        },
        besides=("helping",),
        elsewhere={"far_": "deixis-far"},
    )
    for name in [name for name in sys.modules if name.startswith("some_parts")]:
        del sys.modules[name]


def entry_point(monkeypatch, *points):
    monkeypatch.setattr(metadata, "entry_points", lambda group: points)


def test_names_are_the_files_and_rows_and_nothing_is_imported(parts):
    assert parts.names() == ["alone", "broken", "empty", "lost", "number", "round", "square"]
    assert "some_parts.table" not in sys.modules


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
    point = metadata.EntryPoint("far", "tests.core.test_catalog:Part", "deixis.parts")
    entry_point(monkeypatch, point)
    assert "far" in parts.names()
    assert parts.get("far") is Part


def test_a_name_that_is_there_twice_is_refused(parts, monkeypatch):
    entry_point(monkeypatch, metadata.EntryPoint("round", "x:Y", "deixis.parts"))
    with pytest.raises(DeixisError, match="two parts are named 'round'"):
        parts.names()


def test_an_entry_point_of_another_kind_is_refused(parts, monkeypatch):
    entry_point(monkeypatch, metadata.EntryPoint("far", "builtins:int", "deixis.parts"))
    with pytest.raises(DeixisError, match="is not a Part"):
        parts.get("far")


def test_a_package_that_is_a_file_is_no_catalog():
    with pytest.raises(DeixisError, match="not a package"):
        Catalog(
            kind="part", package="deixis.core.size", group="deixis.parts", interface=Part
        ).names()


def test_a_row_is_a_part_of_a_table_or_an_attribute(parts):
    assert parts.get("square").__name__ == "Square"
    assert parts.get("alone") is parts.get("square")


def test_a_row_that_its_table_lacks_is_an_error(parts):
    with pytest.raises(DeixisError, match="table:ROWS has no part named 'lost'"):
        parts.get("lost")


def test_a_row_of_another_kind_is_refused(parts):
    with pytest.raises(DeixisError, match="'number' is not a Part: 3"):
        parts.get("number")


def test_a_row_named_like_a_file_is_refused(parts):
    parts.rows = {"round": "table:ROWS"}
    with pytest.raises(DeixisError, match="two parts are named 'round': table:ROWS and a file"):
        parts.names()


def test_an_entry_point_names_a_part_its_module_or_a_table(parts, monkeypatch):
    targets = {"part": "some_parts.round:Round", "module": "some_parts.round"}
    points = [metadata.EntryPoint(name, value, "deixis.parts") for name, value in targets.items()]
    table = metadata.EntryPoint("square", "some_parts.table:ROWS", "deixis.parts")
    parts.rows = {}
    parts.besides = ("table",)
    entry_point(monkeypatch, *points, table)
    assert parts.get("part") is parts.get("module") is parts.get("round")
    assert parts.get("square").__name__ == "Square"


def test_groups_are_asked_by_their_own_name(parts, monkeypatch):
    asked = []
    monkeypatch.setattr(metadata, "entry_points", lambda group: asked.append(group) or ())
    parts.names()
    assert asked == ["deixis.parts"]


def test_a_name_that_another_package_brings_is_told_so(parts):
    with pytest.raises(UnknownNameError, match="no part named 'far_away': pip install deixis-far"):
        parts.get("far_away")


def test_what_is_there_is_told_without_importing(parts):
    assert "broken" in parts
    assert "square" in parts
    assert "rond" not in parts


def test_a_part_is_named_by_itself_or_by_its_file(parts, monkeypatch):
    entry_point(monkeypatch)
    parts.rows = {"square": "table:ROWS"}
    assert parts.name_of(parts.get("square")) == "square"
    assert parts.name_of(parts.get("round")) == "round"
    assert own_name(parts.get("round")) == "round"
    assert own_name(sys.modules["some_parts.round"]) == "round"


def test_what_is_no_part_has_no_name(parts):
    shapes = Catalog(
        kind="part", package="some_parts.inner", group="deixis.parts", interface=Part, rows={}
    )
    assert shapes.name_of(Part) is None


def test_parts_may_be_objects_that_their_files_hold(parts):
    objects = ObjectCatalog(
        kind="part", package="some_parts", group="deixis.parts", interface=type, attribute="Round"
    )
    assert objects.get("round").__name__ == "Round"
    with pytest.raises(DeixisError, match=r"some_parts.empty must hold a type named Round"):
        objects.get("empty")


def test_parts_may_be_the_files_themselves(parts):
    modules = ObjectCatalog(
        kind="part", package="some_parts", group="deixis.parts", interface=type(sys)
    )
    assert modules.get("empty") is sys.modules["some_parts.empty"]


@pytest.mark.parametrize(
    ("catalog", "name"),
    [
        (benchmarks, "scenes_nothing"),
        (tasks, "scenes_nothing"),
        (recipes, "nano_nothing"),
        (sources, "truth_of_nothing"),
    ],
)
def test_who_asks_for_a_part_of_the_laboratory_is_told_where_it_is(catalog, name, monkeypatch):
    entry_point(monkeypatch)
    with pytest.raises(UnknownNameError, match="pip install deixis-lab"):
        catalog.get(name)


def test_the_laboratory_s_command_says_what_brings_it(monkeypatch, capsys):
    entry_point(monkeypatch)
    monkeypatch.setattr(commands, "_known", {})
    assert main(["lab", "atlas"]) == YOUR_MISTAKE
    assert "pip install deixis-lab" in capsys.readouterr().err
