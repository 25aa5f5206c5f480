"""What is kept of a picture: whoever else writes, and whoever is killed, nothing is lost."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import deixis as dx
from deixis.core.errors import UsageError
from deixis.core.files import is_draft
from deixis.data.adapters import format_of, regions_of
from deixis.studio.labelling.kept_labels import KeptLabels, who_of
from deixis.studio.labelling.labelled import NO_REVISION
from tests.studio.labelling.nursery import SIZE, add, labelled

ROOT = Path(__file__).parents[3]
CUP, DOG = dx.box(3, 4, 20, 30, label="cup"), dx.point(40, 7, label="dog")


@pytest.fixture
def store(tmp_path):
    return KeptLabels(tmp_path / "regions")


def saved(store, regions, *, based_on=NO_REVISION, writer="ann", image="a.png"):
    said = labelled(image, regions, by=writer)
    return store.save(said, based_on=based_on, writer=writer)


def test_what_is_saved_is_there_in_another_process_s_eyes(store):
    regions = {"cup": CUP, "die Tasse <b>": DOG}
    done = store.save(
        labelled("a.png", regions, encodings={"die Tasse <b>": "arrow"}, is_done=True, by="ann"),
        based_on=NO_REVISION,
        writer="ann",
    )
    found = KeptLabels(store.folder).get("a.png")
    assert found == done.kept
    assert found.labelled.regions == regions
    assert found.labelled.encodings == {"die Tasse <b>": "arrow"}
    assert (found.labelled.is_done, found.labelled.by) == (True, "ann")


def test_every_kind_of_region_comes_back(store):
    mask = np.zeros((48, 64), bool)
    mask[3:9, 5:20] = True
    regions = {
        "mask": dx.mask(mask),
        "ring": dx.polygon([(1, 2), (30, 4), (9, 40)], [(5, 6), (9, 7), (8, 12)]),
        "oval": dx.ellipse(20, 20, 9, 4, angle=30),
        "pen": dx.stroke([(1, 1), (8, 9)], width=3),
    }
    saved(store, regions)
    assert store.get("a.png").labelled.regions == regions


def test_a_save_that_has_not_seen_what_is_there_is_refused_and_both_are_kept(store):
    first = saved(store, {"cup": CUP}).kept
    theirs = saved(store, {"cup": CUP, "dog": DOG}, based_on=first.revision, writer="bob").kept
    mine = saved(store, {"dog": DOG}, based_on=first.revision, writer="ann")
    assert mine.kept == theirs
    assert mine.refused.regions == {"dog": DOG}
    assert store.get("a.png") == theirs
    assert {who: one.regions for who, one in store.refused("a.png").items()} == {
        who_of("ann"): {"dog": DOG}
    }


def test_a_refused_save_is_given_up_by_the_next_that_is_kept(store):
    first = saved(store, {"cup": CUP}).kept
    theirs = saved(store, {}, based_on=first.revision, writer="bob").kept
    saved(store, {"dog": DOG}, based_on=first.revision)
    saved(store, {"dog": DOG}, based_on=theirs.revision)
    assert store.refused("a.png") == {}


def test_a_refused_save_is_there_until_somebody_has_decided(store):
    first = saved(store, {"cup": CUP}).kept
    saved(store, {}, based_on=first.revision, writer="bob")
    saved(store, {"dog": DOG}, based_on=first.revision)
    again = KeptLabels(store.folder)
    again.decide("a.png", "../a.png.regions")
    (who,) = again.refused("a.png")
    again.decide("a.png", who)
    assert again.refused("a.png") == {}
    assert store.get("a.png").labelled.regions == {}


def test_a_save_whose_answer_got_lost_can_be_sent_again(store):
    first = saved(store, {"cup": CUP})
    again = saved(store, {"cup": CUP})
    assert (again.kept, again.refused) == (first.kept, None)


def test_a_change_by_another_program_is_a_revision_too(store):
    first = saved(store, {"cup": CUP}).kept
    path = store.path("a.png")
    path.write_text(path.read_text().replace("30", "31"))
    assert saved(store, {"dog": DOG}, based_on=first.revision).refused is not None


def test_a_file_that_is_broken_is_told_and_never_written_over(store):
    saved(store, {"cup": CUP})
    path = store.path("a.png")
    path.write_text("{")
    with pytest.raises(UsageError, match="no JSON"):
        saved(store, {"dog": DOG})
    assert path.read_text() == "{"
    assert store.progress() == {"a.png.regions.jsonl": False}


def test_names_of_any_length_and_folders_of_pictures_have_files(store):
    names = ["x" * 250 + ".png", "inner/deep/b.png", "x" * 251 + ".png", "[a]*.png"]
    for name in names:
        saved(store, {"cup": CUP}, image=name)
        first = store.get(name)
        saved(store, {}, image=name, based_on="old")
        assert first.labelled.image == name
        assert len(store.refused(name)) == 1
    assert len(store.progress()) == len(names)


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="not ours"):
        KeptLabels(tmp_path)


def test_our_commands_read_the_folder(store, tmp_path):
    saved(store, {"cup": CUP, "mein Hund": DOG}, image="b.png")
    saved(store, {}, image="in/a.png")
    dx.open_image(np.zeros((48, 64, 3), np.uint8)).save(tmp_path / "b.png")
    for place in (store.folder, tmp_path, store.path("b.png")):
        assert format_of(place) == "regions"
    rows = list(regions_of(store.folder))
    assert [(row.image, row.path, row.size) for row in rows] == [
        ("b.png", tmp_path / "b.png", SIZE),
        ("in/a.png", None, SIZE),
    ]
    assert rows[0].regions == (CUP, DOG)


def test_threads_that_write_one_picture_lose_nothing(store):
    writers = [f"w{number}" for number in range(4)]

    def write(writer):
        own = KeptLabels(store.folder)
        return sum(add(own, "a.png", f"{writer}_{number}", writer) for number in range(8))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, writers))
    names = {f"{writer}_{number}" for writer in writers for number in range(8)}
    assert set(store.get("a.png").labelled.regions) == names


def start(folder, *words):
    command = [sys.executable, "-m", "tests.studio.labelling.nursery", folder, "a.png", *words]
    return subprocess.Popen(
        list(map(str, command)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )


@pytest.mark.long
def test_processes_that_write_one_picture_lose_nothing(store):
    started = [start(store.folder, writer, 25) for writer in ("ann", "bob")]
    told = [process.communicate()[0].split() for process in started]
    assert [process.returncode for process in started] == [0, 0]
    assert set(store.get("a.png").labelled.regions) == {*told[0], *told[1]}
    assert [len(names) for names in told] == [25, 25]


@pytest.mark.long
def test_a_hundred_kills_lose_nothing_that_was_saved(store):
    generator, told, kills = np.random.default_rng(3), set(), 0
    with start(store.folder) as brood:
        for line in brood.stdout:
            if not line.strip().isdigit():
                told.add(line.strip())
                continue
            kept = KeptLabels(store.folder).get("a.png")
            assert told <= set(() if kept is None else kept.labelled.regions)
            if kills == 100:
                brood.kill()
            else:
                time.sleep(generator.uniform(0, 0.08))
                kills += 1
            os.kill(int(line), signal.SIGKILL)
    assert kills == 100
    assert len(told) > 100
    KeptLabels(store.folder)
    assert not [path for path in store.folder.iterdir() if is_draft(path.name)]
