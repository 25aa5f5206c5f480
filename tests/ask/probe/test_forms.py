import json
import tomllib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from deixis.ask.probe.forms import SEEN, known_forms
from deixis.ask.probe.written import written
from deixis.coordinates import dialects

CORPUS = Path(__file__).parents[2] / "coordinates/corpus"
ROWS = tomllib.loads(files("deixis.ask.probe").joinpath(SEEN).read_text(encoding="utf-8"))["form"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["row"])
def test_each_form_that_was_seen_is_a_piece_of_a_collected_answer(row):
    lines = (CORPUS / f"{row['dialect']}.jsonl").read_text(encoding="utf-8").splitlines()
    answers = {one["id"]: one["answer"] for one in map(json.loads, lines)}
    assert row["answer"] in answers[row["row"]]


@pytest.mark.parametrize("row", [row for row in ROWS if row["dialect"] in dialects], ids=str)
def test_a_form_that_was_seen_is_most_like_its_own_dialect(row):
    forms = known_forms()
    likeness = forms.likeness(written(row["answer"]))
    assert likeness[forms.names.index(row["dialect"])] == likeness.max() == pytest.approx(1)


def test_a_form_of_nobody_is_left_to_dialects_without_words():
    forms = known_forms()
    likeness = forms.likeness(written('{"place": {"across": 3, "down": 4}} [3, 4]'))
    leaders = {forms.names[i] for i in np.flatnonzero(likeness >= likeness.max())}
    assert {"pixels", "permille", "unit"} <= leaders
