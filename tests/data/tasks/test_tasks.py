"""The contract of every task, and what each reads in its files."""

import dataclasses
import json
import math
import pickle
import struct
import tracemalloc
import zlib

import numpy as np
import pytest

from deixis.core.errors import SampleError, UnknownNameError, UsageError
from deixis.data.demo.pictures import demo_picture
from deixis.data.tasks import STRENGTHS, Corruption, TaskOptions, corrupted, tasks
from deixis.data.tasks.svhn import arrays_of
from tests.data.tasks.published import classes, mat, pixels, published, write_picture

PUBLISHED = [name for name in tasks.names() if not name.startswith("scenes_")]
TWINS = [name for name in tasks.names() if name.startswith("scenes_")]


def element(kind, body):
    return struct.pack("<II", kind, len(body)) + body


def packed(sides):
    """A whole array of as many numbers as its sides say."""
    return zlib.compress(element(14, array_of(sides, math.prod(sides))))


def array_of(sides, count=4):
    """An array's parts."""
    told = b"".join(struct.pack("<i", side) for side in sides)
    told += bytes(-len(told) % 8)
    parts = [element(6, bytes(8)), element(5, told), element(1, b"x" * 8), element(2, bytes(count))]
    return b"".join(parts)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return published(tmp_path_factory.mktemp("published"))


def opened(name, files, **changes):
    options = dataclasses.replace(files.get(name, TaskOptions()), **changes)
    return tasks.get(name).open(options)


@pytest.mark.parametrize("name", tasks.names())
def test_its_samples_are_the_same_every_time_with_keys_of_their_own(name, files):
    one, other = opened(name, files, num=3), opened(name, files, num=3)
    samples = [one.sample(index) for index in range(3)]
    assert one.num_samples == 3
    assert samples == [other.sample(index) for index in range(3)]
    assert len({sample.key for sample in samples}) == 3
    for index, sample in enumerate(samples):
        assert one.image(index) == other.image(index)
        assert sample.question
        assert not sample.choices or sample.answer in sample.choices


@pytest.mark.parametrize("name", tasks.names())
def test_it_goes_to_other_processes_and_says_what_it_is(name, files):
    task = opened(name, files)
    assert pickle.loads(pickle.dumps(task)).sample(0) == task.sample(0)
    about = task.about
    assert all((about.title, about.asks, about.origin, about.licence, about.answers))
    assert bool(about.form) == (name in PUBLISHED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_files_that_are_missing_are_told(name, tmp_path):
    with pytest.raises(UsageError, match="needs its files: --data DIR with"):
        tasks.get(name).open(TaskOptions())
    with pytest.raises(UsageError, match="there is no folder"):
        tasks.get(name).open(TaskOptions(data=tmp_path / "none"))
    with pytest.raises(UsageError, match="needs"):
        tasks.get(name).open(TaskOptions(data=tmp_path))


@pytest.mark.parametrize("name", ["cifar10", "svhn", "clevr_counts", "hateful_memes"])
def test_a_part_that_is_not_there_is_told(name, files):
    with pytest.raises(UnknownNameError, match="split of"):
        opened(name, files, split="holidays")


@pytest.mark.lab
@pytest.mark.parametrize("name", TWINS)
def test_a_twin_needs_no_files_and_has_parts_of_its_own(name, tmp_path):
    with pytest.raises(UsageError, match="leave the data out"):
        tasks.get(name).open(TaskOptions(data=tmp_path))
    train, test = (tasks.get(name).open(TaskOptions(split=part)) for part in ("train", "test"))
    assert train.num_samples is None
    assert train.image(0) != test.image(0)
    assert train.sample(1).picture != train.sample(0).picture


@pytest.mark.lab
def test_no_two_samples_share_a_scene():
    task = tasks.get("scenes_counting").open(TaskOptions(split="test"))
    # none of the sixteen scenes of the first has one of its name twice, so it looks elsewhere
    keys = {task.sample(index).key for index in (191, 192)}
    assert len(keys) == 2


@pytest.mark.lab
@pytest.mark.parametrize("name", ["scenes_presence", "scenes_text"])
def test_about_half_of_the_answers_are_yes(name, files):
    task = opened(name, files)
    answers = [task.sample(index).answer for index in range(24)]
    assert 5 <= answers.count("yes") <= 19


def test_at_least_one_picture_is_taken():
    with pytest.raises(UsageError, match="at least 1 picture"):
        TaskOptions(num=0)


def test_cifars_records_are_planes_behind_their_labels(files):
    ten, hundred = opened("cifar10", files, split="train"), opened("cifar100", files)
    assert ten.num_samples == 10
    assert np.array_equal(ten.image(5).pixels, pixels(5))  # of the third file
    assert ten.sample(5).answer == "bird"
    assert hundred.sample(1).answer == "bird"  # the fine label, fifth picture in all
    with pytest.raises(IndexError):
        ten.image(10)


def test_a_torn_cifar_file_and_an_unknown_label_are_told(tmp_path):
    options = published(tmp_path)["cifar10"]
    (tmp_path / "cifar10" / "batches.meta.txt").write_text("airplane")
    with pytest.raises(SampleError, match="row 2: the label 2 is of no class"):
        tasks.get("cifar10").open(options).sample(1)
    file = tmp_path / "cifar10" / "test_batch.bin"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(UsageError, match="is torn"):
        tasks.get("cifar10").open(options)
    (tmp_path / "cifar10" / "batches.meta.txt").unlink()
    file.write_bytes(b"\0" * 3073)
    with pytest.raises(UsageError, match="no 'batches"):
        tasks.get("cifar10").open(options)


def test_a_folder_says_its_classes_with_blanks_and_takes_them_in_turn(files):
    task = opened("eurosat", files)
    said = [task.sample(index).answer for index in range(4)]
    assert said == ["annual crop", "forest", "sea lake", "annual crop"]
    assert task.num_samples == 9
    assert opened("folder", files).sample(0).choices == ("green ball", "red cup")
    assert opened("imagenette", files).sample(0).choices == ("tench", "parachute")


def test_one_class_is_no_choice(tmp_path):
    classes(tmp_path, ("only",))
    with pytest.raises(UsageError, match="1 classes"):
        tasks.get("folder").open(TaskOptions(data=tmp_path))
    with pytest.raises(UsageError, match="no folder 'val'"):
        tasks.get("folder").open(TaskOptions(data=tmp_path, split="val"))


def test_a_picture_that_is_none_is_a_bad_row(tmp_path):
    classes(tmp_path, ("a", "b"))
    (tmp_path / "a" / "0.png").write_bytes(b"none")
    with pytest.raises(SampleError, match=r"row a/0\.png"):
        tasks.get("folder").open(TaskOptions(data=tmp_path)).image(0)


def test_svhn_is_read_compressed_and_plain(files, tmp_path):
    task = opened("svhn", files)
    assert [task.sample(index).answer for index in range(4)] == ["1", "9", "0", "3"]
    assert np.array_equal(task.image(2).pixels, pixels(2))
    values = {"X": np.arange(24, dtype=np.uint8).reshape(2, 3, 4), "y": np.array([[2.5]])}
    mat(tmp_path / "plain.mat", values, compressed=False)
    read = arrays_of(tmp_path / "plain.mat")
    assert all(np.array_equal(read[name], values[name]) for name in values)


def test_matlab_files_that_are_none_are_refused(tmp_path, monkeypatch):
    file = tmp_path / "test_32x32.mat"
    open_ = lambda: tasks.get("svhn").open(TaskOptions(data=tmp_path))  # noqa: E731
    good = np.zeros((32, 32, 3, 2), dtype=np.uint8)
    for content, words in (
        ({"X": good}, "SVHN's has X and y"),
        ({"X": good[..., 0], "y": np.ones((2, 1))}, "rows, columns, 3, pictures"),
        ({"X": good, "y": np.ones((3, 1))}, "3 labels for 2"),
    ):
        mat(file, content)
        with pytest.raises(UsageError, match=words):
            open_()
        monkeypatch.setattr("deixis.data.tasks.svhn._read", _uncached())
    file.write_bytes(b"x" * 200)
    with pytest.raises(UsageError, match="level 5"):
        arrays_of(file)
    mat(file, {"X": good}, compressed=False)
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(UsageError, match="ends within"):
        arrays_of(file)
    with pytest.raises(UsageError, match="cannot read"):
        arrays_of(tmp_path)
    mat(file, {"X": good})
    monkeypatch.setattr("deixis.data.tasks.svhn.MOST", 100)
    with pytest.raises(UsageError, match="more than 100"):
        arrays_of(file)


def bomb(size):
    """Zeros, packed to a thousandth."""
    packer = zlib.compressobj(9)
    return b"".join([packer.compress(bytes(size)), packer.flush()])


def nested(depth):
    body = element(14, b"")
    for _ in range(depth):
        body = element(15, zlib.compress(body))
    return body


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (element(15, bomb(80 << 20)), "more than 67108864 bytes"),
        (element(15, element(14, b"")), "no MATLAB file"),
        (element(15, packed((40 << 20, 1))) * 2, "more than 67108864 bytes"),
        (nested(1000), "what is compressed is an array"),
        (element(1, b"") * 1001, "more than 1000 elements"),
        (element(14, element(5, b"") * 4), "no MATLAB file"),
        (element(14, b""), "an array has 4 parts, got 0"),
        (element(14, array_of((2**31 - 1, 2**31 - 1))), "numbers do not fill 2 sides"),
        (element(14, array_of((-1, 4))), "4 numbers do not fill 2 sides"),
        (element(14, array_of((1,) * 70)), "no MATLAB file"),
        (struct.pack("<II", 9 << 16 | 1, 0), "longer than that"),
    ],
)
def test_a_matlab_file_that_was_made_to_harm_is_told_at_once(tmp_path, body, words):
    file = tmp_path / "test_32x32.mat"
    file.write_bytes(b" " * 124 + b"\x00\x01IM" + body)
    tracemalloc.start()
    with pytest.raises(UsageError, match=words):
        arrays_of(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 << 20


def _uncached():
    from deixis.data.tasks.svhn import _read

    return getattr(_read, "__wrapped__", _read)


def test_a_label_that_is_no_digit_is_told(tmp_path):
    good = np.zeros((32, 32, 3, 1), dtype=np.uint8)
    mat(tmp_path / "test_32x32.mat", {"X": good, "y": np.array([[11.0]])})
    with pytest.raises(SampleError, match=r"a label is 1\.\.10"):
        tasks.get("svhn").open(TaskOptions(data=tmp_path)).sample(0)


def test_counts_and_memes_are_asked_in_tvps_words(files):
    counts, memes = opened("clevr_counts", files), opened("hateful_memes", files)
    assert [counts.sample(index).answer for index in range(3)] == ["3", "4", "5"]
    assert memes.sample(1).question == (
        'This is an image with: "look at 1" written on it. Is it hateful?'
    )
    assert [memes.sample(index).answer for index in range(3)] == ["no", "yes", "no"]


ROWS = {
    "clevr_counts": [
        ({"image_filename": "0.png"}, "there is no 'objects'"),
        ({"image_filename": "0.png", "objects": 3}, "'objects' is a list"),
        ({"image_filename": "", "objects": []}, "'image_filename' is text"),
    ],
    "hateful_memes": [
        ({"id": 1, "img": "a", "label": 2, "text": "x"}, "'label' is 0 or 1"),
        ([1], "there is no 'label'"),
    ],
    "json_rows": [
        ({"image": "0.png", "question": "?", "answer": "c", "choices": ["a"]}, "not among its"),
        ({"image": "0.png", "question": "?", "answer": "c", "choices": "ab"}, "a list of texts"),
        ({"image": "0.png", "question": "?", "answer": "c", "choices": [" "]}, "a list of texts"),
        ({"image": "0.png", "answer": "c"}, "there is no 'question'"),
    ],
}


@pytest.mark.parametrize(
    ("name", "row", "words"), [(n, row, words) for n, rows in ROWS.items() for row, words in rows]
)
def test_a_bad_row_names_itself(name, row, words, tmp_path):
    if name == "clevr_counts":
        (tmp_path / "scenes").mkdir()
        (tmp_path / "scenes" / "CLEVR_val_scenes.json").write_text(json.dumps({"scenes": [row]}))
    elif name == "hateful_memes":
        (tmp_path / "dev_seen.jsonl").write_text(json.dumps(row))
    else:
        (tmp_path / "test.jsonl").write_text(json.dumps(row))
    with pytest.raises(SampleError, match=f"row 1: .*{words}"):
        tasks.get(name).open(TaskOptions(data=tmp_path)).sample(0)


def test_files_that_are_not_json_are_told(tmp_path):
    (tmp_path / "scenes").mkdir()
    scenes = tmp_path / "scenes" / "CLEVR_val_scenes.json"
    scenes.write_text("[]")
    with pytest.raises(UsageError, match="list of scenes"):
        tasks.get("clevr_counts").open(TaskOptions(data=tmp_path))
    scenes.write_text("{")
    with pytest.raises(UsageError, match="is not JSON"):
        tasks.get("clevr_counts").open(TaskOptions(data=tmp_path))
    (tmp_path / "test.jsonl").write_text("{\n")
    with pytest.raises(UsageError, match="a value of JSON a line"):
        tasks.get("json_rows").open(TaskOptions(data=tmp_path))
    (tmp_path / "test.json").write_text("{}")
    with pytest.raises(UsageError, match="is a list of rows"):
        tasks.get("json_rows").open(TaskOptions(data=tmp_path))


def test_classes_that_are_said_alike_are_refused(tmp_path):
    for place, name in enumerate(("AnnualCrop", "annual_crop")):
        write_picture(tmp_path / name / "0.png", seed=place)
    with pytest.raises(UsageError, match="said in the same words"):
        tasks.get("folder").open(TaskOptions(data=tmp_path))


def test_names_of_classes_that_are_no_text_are_told(tmp_path):
    options = published(tmp_path)["cifar10"]
    (options.data / "batches.meta.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(UsageError, match="cannot read"):
        tasks.get("cifar10").open(options)


def test_a_picture_outside_of_the_folder_is_a_bad_row(tmp_path):
    write_picture(tmp_path / "out.png", seed=0)
    inside = tmp_path / "rows"
    inside.mkdir()
    row = {"image": "../out.png", "question": "?", "answer": "a"}
    (inside / "test.json").write_text(json.dumps([row]))
    task = tasks.get("json_rows").open(TaskOptions(data=inside))
    assert task.sample(0).choices == ()
    with pytest.raises(SampleError, match="lies outside"):
        task.image(0)


@pytest.mark.parametrize("kind", STRENGTHS)
def test_a_corruption_is_the_same_every_time_and_worse_with_its_strength(kind):
    image = demo_picture("frog").image
    apart = []
    for severity in (1, 3, 5):
        one, other = (
            corrupted(image, Corruption(kind=kind, severity=severity), 7) for _ in range(2)
        )
        assert one == other
        assert one.size == image.size
        apart.append(np.abs(one.pixels.astype(float) - image.pixels).mean())
    assert 0 < apart[0] < apart[1] < apart[2]


def test_a_task_can_be_opened_corrupted(files):
    clean, worse = opened("cifar10", files), opened("cifar10", files, corruption="contrast:5")
    assert worse.clean(0) == clean.image(0)
    assert worse.image(0) != clean.image(0)
    assert worse.image(0).pixels.std() < clean.image(0).pixels.std()
    assert Corruption.of("fog") == Corruption(kind="fog", severity=3)


@pytest.mark.parametrize(
    ("spec", "words"),
    [("mist:3", "no corruption named 'mist'"), ("fog:6", r"1\.\.5"), ("fog:x", "KIND:SEVERITY")],
)
def test_a_corruption_that_cannot_be_is_told(spec, words):
    with pytest.raises(UsageError, match=words):
        Corruption.of(spec)
