import json

import numpy as np
import pytest

from deixis.core.errors import SampleError, UsageError
from deixis.train.data_order import DataOrder
from deixis.train.mixture_source import read_mixed
from deixis.train.source import Job, prepare, prepared
from deixis.train.tuning import TuningOptions, build, source_of
from tests.data.published import path_of
from tests.train.rows import more_turns

PARTS = (("vcr", 2), ("visual7w", 1), ("flickr30k_entities", 1), ("coco_instances", 0.5))


@pytest.fixture
def file(tmp_path):
    parts = [{"format": name, "path": str(path_of(name)), "weight": w} for name, w in PARTS]
    (tmp_path / "mixture.json").write_text(json.dumps({"parts": parts}))
    return tmp_path / "mixture.json"


def jobs(source, num_jobs, size=3, seed=0):
    order = DataOrder(seed=seed, num_examples=source.num_examples)
    for first in range(0, num_jobs * size, size):
        yield Job(seed=seed, first=first, indices=tuple(order.indices(first, first + size)))


def told(pieces):
    return [(one.turn.row, one.turn.text, one.turn.answer) for p in pieces for one in p.batch]


@pytest.mark.long
def test_eight_workers_give_the_order_of_one(file):
    source = read_mixed(file, seed=1)
    alone = told(prepared(source, jobs(source, 12), 0))
    assert len(alone) == 36
    assert told(prepared(source, jobs(source, 12), 8)) == alone


def test_a_run_that_goes_on_sees_what_the_unbroken_one_would(file):
    source = read_mixed(file, seed=1)
    whole = [told([prepare(source, job)]) for job in jobs(source, 8)]
    again = read_mixed(file, seed=1)
    late = [told([prepare(again, job)]) for job in list(jobs(again, 8))[5:]]
    assert late == whole[5:]


def test_an_epoch_has_each_part_by_its_weight(file):
    source = read_mixed(file, seed=0)
    assert source.num_an_epoch == 4 + 3 + 3 + 2
    assert source.summary.startswith("12 rows an epoch: 4 of vcr, 3 of visual7w")


def test_a_row_without_an_answer_names_itself(tmp_path):
    part = {"format": "vcr", "path": str(path_of("vcr")), "split": "test"}
    (tmp_path / "m.json").write_text(json.dumps({"parts": [part]}))
    source = read_mixed(tmp_path / "m.json", seed=0)
    with pytest.raises(SampleError, match="row 1: it has no answer to learn"):
        source.example(0, np.random.default_rng(0))


def test_a_row_without_a_picture_is_learned_from_unless_that_is_refused(tmp_path):
    (tmp_path / "rows.json").write_text(
        json.dumps(
            [{"id": "0", "conversations": more_turns("Say a number.", "Two.")}],
        )
    )
    (tmp_path / "pictures").mkdir()
    part = {"format": "llava", "path": "rows.json", "images": "pictures", "weight": 1}
    (tmp_path / "mixture.json").write_text(json.dumps({"parts": [part]}))
    draws = np.random.default_rng(0)
    assert read_mixed(tmp_path / "mixture.json", seed=0).example(0, draws).images == ()
    options = TuningOptions(data=tmp_path / "mixture.json", format="mixture", text_alone=False)
    with pytest.raises(SampleError, match="row 1: it has no image"):
        source_of(options).example(0, draws)


def test_a_mixture_is_tuned_on(file):
    options = TuningOptions(data=file, images=None, model="tiny:qwen2_vl", format="mixture")
    task = build(options)
    opened = [task.source.example(index, np.random.default_rng(index)) for index in range(3)]
    assert float(task.loss(opened, 0).total.detach()) > 0


def test_a_mixture_takes_no_pictures_of_its_own(file, tmp_path):
    options = TuningOptions(data=file, images=tmp_path, model="tiny:llava", format="mixture")
    with pytest.raises(UsageError, match="of each of its parts itself"):
        build(options)
