"""What every data set keeps to; a new file is tested the moment it exists."""

import pickle
import shutil
import socket
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest

from deixis.core.errors import SampleError, UnknownNameError, UsageError
from deixis.core.images import open_image
from deixis.data import DatasetCard, datasets
from deixis.data.question_text import LETTERS, slots_in
from deixis.data.sample import ALL
from tests.data.published import FIXTURES, LISTED, opened, path_of, samples

NAMES = datasets.names()
SEEDS = (None, 0, 1, 2, 3)


def drawn(seed):
    return None if seed is None else np.random.default_rng(seed)


def every_sample(name):
    """Each row as benchmarks see it and in a few of training's variants."""
    dataset = opened(name)
    for index in range(len(dataset)):
        for seed in SEEDS:
            yield dataset.sample(index, drawn(seed))


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def test_every_format_has_a_small_copy():
    assert set(LISTED) == set(NAMES)


def test_all_rows_are_found_and_read(name):
    assert len(samples(name)) == LISTED[name]["rows"]


def test_ids_tell_rows_apart(name):
    found = [sample.id for sample in samples(name)]
    assert len(set(found)) == len(found)


def test_slots_and_regions_belong_together(name):
    for sample in every_sample(name):
        said = set().union(*(slots_in(t.question + t.answer) for t in sample.turns))
        if sample.regions:
            assert said <= set(sample.regions)


def test_regions_lie_in_their_pictures(name):
    for sample in samples(name):
        for region in sample.regions.values():
            region.within(open_image(sample.picture).size)


def test_sizes_are_those_of_the_pictures(name):
    for sample in samples(name):
        assert sample.size in (None, *(open_image(path).size for path in sample.pictures))


def test_the_letter_of_a_choice_is_its_answer(name):
    for sample in every_sample(name):
        for turn in sample.turns:
            if turn.choices:
                assert turn.answer == LETTERS[turn.right]
                assert f"\n{turn.answer}. {turn.choices[turn.right]}\n" in turn.question


def test_no_region_says_its_answer(name):
    """Coordinates are said with a region's label: it must not give the answer away."""
    for sample in samples(name):
        for turn in sample.turns:
            labels = {region.label for region in sample.regions.values() if region.label}
            assert not labels & {turn.answer, *turn.references}


def test_without_a_generator_a_row_is_always_the_same(name):
    assert samples(name) == samples(name)


def test_with_a_generator_a_row_depends_on_its_seed_alone(name):
    dataset = opened(name)
    again = [dataset.sample(0, np.random.default_rng(5)) for _ in range(2)]
    assert again[0] == again[1]


def test_a_data_set_travels_to_other_processes(name):
    dataset = opened(name)
    assert pickle.loads(pickle.dumps(dataset)).sample(1) == dataset.sample(1)


def test_an_index_beyond_the_rows_is_an_index_error(name):
    dataset = opened(name)
    for index in (-1, len(dataset)):
        with pytest.raises(IndexError, match="there is none at"):
            dataset.sample(index)


def test_shapes_are_known_ones(name):
    for marking in (datasets.get(name).marking, *(s.marking for s in samples(name))):
        assert set(marking.shapes) | set(marking.test_shapes) <= set(ALL)
        assert marking.shapes


def test_the_card_is_filled_in(name):
    card = datasets.get(name).card
    assert all(getattr(card, field.name) for field in fields(DatasetCard) if field.name != "note")


def test_pictures_elsewhere_are_found_where_one_says(name):
    images = opened(name).images
    assert samples(name, images=images) == samples(name)


def test_a_missing_picture_names_its_row(name, tmp_path):
    copy = shutil.copytree(FIXTURES / name, tmp_path / name)
    for path in copy.rglob("*.jpg"):
        path.unlink()
    dataset = opened(name, tmp_path)
    problems = [problem_of(dataset, index) for index in range(len(dataset))]
    missing = [problem for problem in problems if problem]
    assert missing
    assert all(str(copy) in problem and ", row " in problem for problem in missing)
    assert all("there is no image" in problem for problem in missing)


def problem_of(dataset, index):
    try:
        sample = dataset.sample(index)
    except SampleError as problem:
        return str(problem)
    assert not sample.pictures
    return None


def test_a_folder_of_pictures_that_is_not_there_is_told(name, tmp_path):
    with pytest.raises(UsageError, match="no folder of pictures"):
        opened(name, images=tmp_path / "none")


def test_an_unknown_split_is_told(name):
    with pytest.raises((UsageError, UnknownNameError), match="nonsense"):
        opened(name, split="nonsense")


def test_splits_have_their_own_rows(name):
    for split, num_rows in LISTED[name].get("splits", {}).items():
        found = samples(name, split=split)
        assert len(found) == num_rows
        assert all(sample.split == split for sample in found)


def test_an_empty_folder_is_told(name, tmp_path):
    with pytest.raises(UsageError, match=r"there is no|cannot read|no .* in"):
        datasets.get(name).open(tmp_path / "none")


def test_no_network_is_needed(name, monkeypatch):
    def refuse(*_):
        raise AssertionError("a reader opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    samples(name)


def test_reading_does_not_import_torch():
    paths = {name: str(path_of(name)) for name in NAMES}
    code = (
        "import sys\nfrom pathlib import Path\nfrom deixis.data import datasets\n"
        f"for name, path in {paths!r}.items():\n"
        "    datasets.get(name).open(Path(path)).sample(0)\n"
        "print([m for m in ('torch', 'transformers', 'matplotlib') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
