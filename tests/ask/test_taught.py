"""What a model was never taught is told, from the file beside its weights."""

import json
import logging
import shutil

import pytest

import deixis as dx
from deixis.ask import taught
from deixis.ask.composer import Asking
from deixis.core.errors import UsageError
from deixis.encodings import encodings
from deixis.models.load_by_name import shipped_folder
from tests.ask.test_model import CUP, IMAGE

WAYS = {"cropped": dx.cropped(CUP), "drawn": dx.drawn(CUP), "said": CUP, "tagged": dx.tagged(CUP)}


def told(caplog, name, way):
    taught._warn.cache_clear()
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        taught.tell_of_untaught(name, [Asking(images=(IMAGE,), text="", regions={"it": WAYS[way]})])
    return caplog.messages


@pytest.fixture
def narrow(tmp_path):
    """A nano of which its file says that it follows no crops."""
    folder = shutil.copytree(shipped_folder(), tmp_path / "narrow")
    right = {"drawn": 94.0, "said": 75.0, "cropped": 0.0}
    record = {"deixis": "taught/1", "right": right}
    (folder / "taught.json").write_text(json.dumps(record), encoding="utf-8")
    return str(folder)


def test_a_model_warns_of_a_crop_and_names_what_it_follows(caplog, narrow):
    (line,) = told(caplog, narrow, "cropped")
    assert "does not follow what is cropped: it is right in 0 %" in line
    assert "it follows drawn (94 %) and said (75 %)" in line
    assert told(caplog, narrow, "drawn") == told(caplog, narrow, "said") == []
    assert told(caplog, narrow, "tagged") == []  # nobody measured it


def test_a_crop_is_asked_of_it_with_a_warning_once(caplog, narrow):
    taught._warn.cache_clear()
    model = dx.load(narrow)
    for _ in range(2):
        model.ask(IMAGE, "What is {it}?", it=dx.cropped(CUP), max_new_tokens=1)
    assert len([line for line in caplog.messages if "does not follow" in line]) == 1


@pytest.mark.parametrize("way", WAYS)
def test_nano_follows_every_way(caplog, way):
    assert told(caplog, "nano", way) == []


def test_the_file_of_nano_names_encodings():
    assert set(taught.taught("nano").right) <= set(encodings.names())


def test_a_folder_has_a_file_of_its_own_and_a_damaged_one_is_refused(tmp_path, caplog):
    good, bad = tmp_path / "good", tmp_path / "bad"
    for folder, record in ((good, {"deixis": "taught/1", "right": {"cropped": 3}}), (bad, {})):
        folder.mkdir()
        (folder / "taught.json").write_text(json.dumps(record), encoding="utf-8")
    assert "it follows none" in told(caplog, str(good), "cropped")[0]
    assert told(caplog, str(tmp_path), "cropped") == []
    with pytest.raises(UsageError, match="does not tell what the model was taught"):
        told(caplog, str(bad), "cropped")
