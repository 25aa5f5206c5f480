"""A checkpoint on this machine has a contract too: by its name, its files, or as a user says."""

import json

import pytest

import deixis as dx
from deixis.coordinates import contracts as table
from deixis.coordinates.contract import Contract
from deixis.coordinates.contracts import contracts
from deixis.coordinates.resizing import Smart
from deixis.core.errors import UsageError
from deixis.core.size import Size, smart_resize
from deixis.models import local_contract
from deixis.models.checkpoint_model import wrap
from deixis.models.local_contract import contract_of_checkpoint
from deixis.testing import tiny
from tests.models.test_generic import aya
from tests.models.tiny_folder import tiny_folder

SIZE = Size(width=400, height=300)
CUP = dx.box(100, 60, 200, 150)


def row(name: str, dialect: str, model: str) -> Contract:
    """A row that is made up for these tests."""
    return Contract(
        name=name,
        dialect=dialect,
        source="a/b#1",
        date="2026-11-29",
        models=(model,),
        resize=Smart(max_pixels=3136),
        note="made up for these tests",
    )


@pytest.fixture(autouse=True)
def _odd(monkeypatch):
    """Someone/Odd-7B is a Qwen2-VL by its class, and speaks in pixels of what it sees."""
    rows = (row("odd", "qwen2_5_vl", "Someone/Odd-7B"), *contracts())
    monkeypatch.setattr(table, "contracts", lambda: rows)
    local_contract._contract.cache_clear()
    yield
    local_contract._contract.cache_clear()


@pytest.fixture
def qwen2():
    return tiny.build("qwen2_vl")


def test_a_folder_that_is_called_as_a_known_model_has_its_contract(tmp_path):
    tiny_folder(tmp_path / "Odd-7B", family="qwen2_vl")
    model = dx.load(str(tmp_path / "Odd-7B"))
    assert (model.dialect_name, model.contract.name) == ("qwen2_5_vl", "odd")


@pytest.mark.parametrize(
    ("name", "family", "dialect"),
    [("UI-TARS-1.5-7B", "qwen2_5_vl", "ui_tars_1_5"), ("UI-TARS-7B-DPO", "qwen2_vl", "ui_tars")],
)
def test_ui_tars_is_a_qwen_by_its_class_and_speaks_its_own_way(tmp_path, name, family, dialect):
    tiny_folder(tmp_path / name, family=family)
    assert dx.load(str(tmp_path / name)).dialect_name == dialect


def test_pixels_count_as_the_checkpoints_own_processor_resizes(qwen2):
    model = wrap(qwen2.model, qwen2.processor, name="Someone/Odd-7B")
    seen = smart_resize(SIZE, **model.family.sizing)
    said = model.own_dialect().say([dx.box(0, 0, SIZE.width, SIZE.height)], SIZE)
    assert f"[0, 0, {seen.width}, {seen.height}]" in said
    assert seen != Smart(max_pixels=3136).seen(SIZE)


def test_a_checkpoint_of_no_known_name_is_spoken_to_as_its_family_is(qwen2):
    model = dx.wrap(qwen2.model, qwen2.processor, name="someone/odd-7b-cats")
    assert (model.dialect_name, model.contract) == ("qwen2_vl", None)


def test_a_checkpoint_is_known_by_what_its_file_says_of_its_origin(tmp_path):
    tiny_folder(tmp_path / "mine", family="qwen2_vl")
    config = tmp_path / "mine" / "config.json"
    told = json.loads(config.read_text()) | {"_name_or_path": "Someone/Odd-7B"}
    config.write_text(json.dumps(told))
    model = dx.load(str(tmp_path / "mine"))
    assert model.dialect_name == "qwen2_5_vl"
    assert "'Someone/Odd-7B'" in model.vlm.contract.why


@pytest.mark.parametrize("text", ["", "[]", "{", '{"_name_or_path": 3}', "[" * 100_000, "\0"])
def test_a_file_that_says_nothing_of_it_gives_no_contract(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    assert (
        contract_of_checkpoint("mine", type("Config", (), {"_name_or_path": str(tmp_path)})) is None
    )


def test_a_model_that_was_loaded_already_is_known_by_where_it_came_from(qwen2, monkeypatch):
    monkeypatch.setattr(qwen2.model.config, "_name_or_path", "Someone/Odd-7B")
    assert dx.wrap(qwen2.model, qwen2.processor).dialect_name == "qwen2_5_vl"


def test_a_user_names_the_contract_of_a_checkpoint(qwen2):
    model = dx.wrap(qwen2.model, qwen2.processor, contract="Someone/Odd-7B")
    assert model.dialect_name == "qwen2_5_vl"
    assert model.dialect.say([CUP], SIZE) == model.vlm.own_dialect().say([CUP], SIZE)


def test_a_contract_stays_through_changes_of_the_model(qwen2):
    model = dx.wrap(qwen2.model, qwen2.processor, contract="Someone/Odd-7B")
    assert model.with_pixel_change(lambda pixels: pixels).vlm.dialect == "qwen2_5_vl"


def test_a_model_of_no_family_is_told_no_place():
    built = aya()
    model = dx.wrap(built.model, built.processor, name="made-up")
    assert model.dialect_name is None
    with pytest.raises(UsageError, match="it is not known how 'made-up' counts places"):
        model.dialect.say([CUP], SIZE)


def test_a_model_of_no_family_is_told_places_by_its_contract():
    built = aya()
    model = dx.wrap(built.model, built.processor, name="x", contract="qwen3-vl")
    assert model.dialect_name == "qwen3_vl"


@pytest.mark.parametrize("family", ["tiny:llava", "tiny:qwen3_vl", "tiny:paligemma"])
def test_families_keep_their_dialect_where_no_row_says_more(family):
    model = dx.load(family)
    assert model.contract is None
    assert model.dialect_name == model.vlm.family.dialect
