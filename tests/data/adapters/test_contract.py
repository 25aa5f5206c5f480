"""What every adapter keeps to; a new file is tested the moment it exists."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deixis.core.errors import DeixisError, SampleError, UsageError
from deixis.core.region import KINDS
from deixis.core.region_json import WORDS
from deixis.data.adapters import Annotated, adapters, format_of, regions_of
from tests.data.adapters.drawn import SHAPES, SIZE, pictures, rows, target, without_paths, written
from tests.data.test_hostile import broken

NAMES = adapters.names()
HOSTILE = ("../one.png", "/etc/passwd", "C:\\x.png", "a/../../one.png", "..\\one.png", "")


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def held(name):
    """Rows that the format holds as they are."""
    card = adapters.get(name).card
    words = card.words if card.unlabelled is None else {*card.words, "label"}
    return rows(*card.kinds, words=tuple(words))


def test_what_a_format_holds_comes_back_as_it_was(name, tmp_path):
    images = pictures(tmp_path / "pictures")
    path, losses = written(name, tmp_path, held(name))
    found = list(regions_of(path, format=name, images=images))
    assert losses == ()
    assert without_paths(found) == held(name)
    assert all(row.path == images / row.image for row in found)


def test_a_format_is_recognised_as_itself(name, tmp_path):
    path, _ = written(name, tmp_path, held(name))
    if name == "voc_from_zero":
        assert format_of(path) == "voc"
    else:
        assert format_of(path) == name


def test_each_kind_is_written_or_told(name, tmp_path):
    """A kind that a format has not is changed to another or left out, never in silence."""
    card = adapters.get(name).card
    for kind in KINDS.values():
        _, losses = written(name, tmp_path / kind, rows(kind))
        told = [loss.what for loss in losses if kind in loss.what]
        assert bool(told) == (kind not in card.kinds)
        assert all(loss.count == 1 and "a/one.png" in loss.first for loss in losses)


def test_each_word_is_written_or_told(name, tmp_path):
    card = adapters.get(name).card
    for word in WORDS:
        _, losses = written(name, tmp_path / word, rows(card.kinds[0], words=(word,)))
        told = [loss.what for loss in losses if loss.what == f"a {word} was left out"]
        assert bool(told) == (word not in card.words)


def test_a_region_without_a_label_gets_one_only_where_it_has_to(name, tmp_path):
    card = adapters.get(name).card
    path, losses = written(name, tmp_path, rows(card.kinds[0], words=()))
    images = pictures(tmp_path / "pictures")
    (region,) = next(iter(regions_of(path, format=name, images=images))).regions
    assert region.label == card.unlabelled
    assert len(losses) == (card.unlabelled is not None)


def test_pictures_need_not_be_there(name, tmp_path):
    path, _ = written(name, tmp_path, held(name))
    if name == "yolo":
        with pytest.raises(SampleError, match="there is no picture of 'a/one'"):
            list(regions_of(path, format=name))
    else:
        found = list(regions_of(path, format=name))
        told = held(name)
        if name == "web_annotation":
            told = [replace(row, size=None) for row in told]
        assert without_paths(found) == told
        assert [row.path for row in found] == [None, None]


def test_a_picture_that_is_not_where_it_should_be_names_its_row(name, tmp_path):
    path, _ = written(name, tmp_path, held(name))
    images = pictures(tmp_path / "pictures")
    (images / "two.jpg").unlink()
    with pytest.raises(SampleError, match=r"there is no (image|picture of) 'two"):
        list(regions_of(path, format=name, images=images))


@pytest.mark.parametrize("image", HOSTILE)
def test_names_that_lead_elsewhere_are_not_written(name, image, tmp_path):
    with pytest.raises(SampleError, match="outside"):
        written(name, tmp_path, [Annotated(image=image, size=SIZE)])
    assert not target(name, tmp_path).exists()


def test_a_size_that_is_needed_is_asked_for(name, tmp_path):
    if not adapters.get(name).card.is_sized:
        return
    row = Annotated(image="one.png", regions=(SHAPES["box"],))
    with pytest.raises(UsageError, match=r"the size of 'one.png' is not known"):
        written(name, tmp_path, [row])
    assert not target(name, tmp_path).exists()


def test_nothing_is_read_from_nothing(name, tmp_path):
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "none"):
        with pytest.raises(UsageError):
            list(regions_of(path, format=name))
        assert not adapters.get(name).recognises(path)


def test_broken_files_get_an_error_and_never_more(name, tmp_path):
    draws = np.random.default_rng(sum(name.encode()))
    images = pictures(tmp_path / "pictures")
    path, _ = written(name, tmp_path, held(name))
    files = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
    lost = 0
    for _ in range(30):
        file = files[int(draws.integers(len(files)))]
        whole = file.read_bytes()
        if not whole:
            continue
        file.write_bytes(broken(whole, draws))
        lost += problems_of(name, path, images)
        file.write_bytes(whole)
    assert lost
    assert not problems_of(name, path, images)


def problems_of(name, path, images):
    """Whether it could not be read as before; only errors of our own may come."""
    told: list[SampleError] = []
    for one in NAMES:
        adapters.get(one).recognises(path)
    try:
        found = list(regions_of(path, format=name, images=images, on_bad=told.append))
    except DeixisError:
        return True
    assert all(images in row.path.resolve().parents for row in found)
    return bool(told) or without_paths(found) != held(name)


def test_the_card_is_filled_in(name):
    card = adapters.get(name).card
    assert card.title
    assert card.origin
    assert card.form
    assert card.frame
    assert set(card.kinds) <= set(KINDS.values())
    assert set(card.words) <= set(WORDS)


def test_reading_does_not_import_torch():
    code = (
        "import sys\nfrom deixis.data.adapters import adapters\n"
        "[adapters.get(name) for name in adapters.names()]\n"
        "print([m for m in ('torch', 'supervision', 'matplotlib', 'yaml') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_what_is_of_no_format_is_told_with_all_formats(tmp_path):
    path = Path(tmp_path / "x.json")
    path.write_text('{"a": 1}')
    with pytest.raises(UsageError, match=r"say which it is, .* of coco.* yolo"):
        regions_of(path)


def test_what_could_be_two_formats_is_told(tmp_path):
    path, _ = written("labelme", tmp_path, held("labelme"))
    (path / "classes.txt").write_text("cup\n")
    with pytest.raises(UsageError, match="could be labelme or yolo: say which"):
        regions_of(path)


def test_an_unknown_format_is_told_with_the_nearest(tmp_path):
    with pytest.raises(UsageError, match="did you mean 'yolo'"):
        regions_of(tmp_path, format="yollo")
