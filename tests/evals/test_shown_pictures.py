"""A run's page shows what was sent beside the answers, the wrong ones first (audit, 15)."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image as PIL

from deixis.core.answer_store import Answers
from deixis.core.image import Image
from deixis.encodings.spec import EncodingSpec
from deixis.evals.benchmarks import Options, benchmarks
from deixis.evals.folder import ANSWERS, runs_in
from deixis.evals.page import PAGE, summarise
from deixis.evals.results import Row
from deixis.evals.run import Exam, RunSettings
from deixis.evals.run_to_folder import evaluate
from deixis.evals.shown_pictures import MOST_WRONG, SIDE, ShownPictures, shown_pictures


def row(key, right):
    return Row(
        key=key, picture="p", asks="a", truth=("cup",), answer="jug", numbers={"right": right}
    )


def some_image(side=1200):
    return Image(pixels=np.full((side // 2, side, 3), 90, dtype=np.uint8))


def test_pictures_are_kept_small_and_few(tmp_path):
    pictures = ShownPictures()
    for number in range(MOST_WRONG + 5):
        pictures.add(row(f"wrong/{number}", 0.0), [some_image(), some_image()])
        pictures.add(row(f"right/{number}", 1.0), [some_image()])
    pictures.save(tmp_path)
    rows = [row(f"wrong/{n}", 0.0) for n in range(30)] + [row("right/0", 1.0)]
    found = shown_pictures(tmp_path, rows)
    assert len(found) == MOST_WRONG + 1
    assert PIL.open(io.BytesIO(found["wrong/0"])).size == (2 * SIDE + 8, SIDE // 2)


def test_a_later_run_keeps_no_picture_of_an_earlier_one(tmp_path):
    earlier, later = ShownPictures(), ShownPictures()
    earlier.add(row("a", 0.0), [some_image()])
    earlier.save(tmp_path)
    later.save(tmp_path)
    assert shown_pictures(tmp_path, [row("a", 0.0)]) == {}


@pytest.mark.lab
@pytest.mark.long
def test_the_page_of_a_run_shows_marks_and_answers_wrong_ones_first(told, tmp_path):
    options, settings = Options(num_pictures=12), RunSettings(way=EncodingSpec.of("drawn"))
    benchmark = benchmarks.get("scenes_naming").of(options)
    with Answers(tmp_path / ANSWERS) as answers:
        exam = Exam(model=told(lambda text: "cup <b>"), benchmark=benchmark, answers=answers)
        evaluate(exam, settings, tmp_path, options=options)
    summarise(runs_in([tmp_path]), tmp_path)
    page = (tmp_path / PAGE).read_text()
    figures = re.findall(r"<figure>.*?</figure>", page)
    assert 1 <= len(figures) <= MOST_WRONG + 3
    verdicts = ["✗" in figure for figure in figures]
    assert verdicts == sorted(verdicts, reverse=True)
    assert re.search(r"within the \w+ rectangle", figures[0])
    assert "<b>" not in figures[0]
    data = re.search(r"base64,([^\"]+)", figures[0])[1]
    pixels = np.asarray(PIL.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))
    assert len(np.unique(pixels)) > 20
