"""Stores of notes: whole, found by content, and told what is wrong with them."""

import hashlib
import importlib.util
import io
import json
import os
import sys
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deixis.batch.extract import ExtractOptions, extract
from deixis.batch.plan import SUFFIXES, VERSION, pictures_of
from deixis.batch.runners import runner
from deixis.core import region_json
from deixis.core.errors import MissingExtraError, ModelError, UsageError
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.region import box
from deixis.knowledge.stats import note_stats
from deixis.sources import source
from deixis.sources.note_store import KnowledgeStore
from deixis.sources.note_store.index import ROW, Index
from deixis.sources.note_store.shard import SCHEMA, PictureNotes, Shard, Stamp
from tests.batch.store_nursery import album, content, extracted, noise

MANIFEST = json.dumps(
    {"deixis": VERSION, "sources": [], "index": "0" * 64, "shards": {"shard-000000.parquet": "zz"}}
)


BAD_MANIFESTS = ["", "[]", '{"deixis": "other"}', '{"shards": 3}', "[" * 9999, MANIFEST]


def test_notes_come_back_as_they_were(tmp_path):
    known = album(tmp_path, 5)
    done = extracted(tmp_path, known, tmp_path / "store")
    assert (done.num_pictures, done.num_done, done.num_notes) == (5, 5, 0 + 1 + 2 + 3 + 0)
    store = KnowledgeStore.open(tmp_path / "store")
    looked = source(f"regions:{known}")
    for name, path in pictures_of(tmp_path / "pictures").paths.items():
        image = noise(int(name[:5]))
        image = Image(pixels=image.pixels, source=str(path))
        assert list(store.notes(image)) == looked.look(image)


def test_a_picture_is_found_by_its_content_whatever_its_name(tmp_path):
    known = album(tmp_path, 4)
    extracted(tmp_path, known, tmp_path / "store")
    notes = source(f"store:{tmp_path / 'store'}").look(Image(pixels=noise(3).pixels, source="x"))
    assert [note.label for note in notes] == ["STOP", "cat", "dog"]


def test_a_picture_that_was_never_looked_at_is_refused(tmp_path):
    extracted(tmp_path, album(tmp_path, 2), tmp_path / "store")
    store = KnowledgeStore.open(tmp_path / "store")
    with pytest.raises(UsageError, match="no notes on the picture unseen"):
        store.notes(Image(pixels=noise(99).pixels, source="unseen"))


@pytest.mark.long
def test_two_workers_make_the_bytes_that_one_makes(tmp_path):
    known = album(tmp_path, 150)
    for workers in (1, 2):
        extracted(tmp_path, known, tmp_path / f"store{workers}", workers=workers)
    first, second = (sorted((tmp_path / f"store{n}").iterdir()) for n in (1, 2))
    assert [path.name for path in first] == [path.name for path in second]
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_new_pictures_join_a_store_and_old_ones_stay(tmp_path):
    known = album(tmp_path, 3)
    extracted(tmp_path, known, tmp_path / "store")
    rows = known.read_text()
    (tmp_path / "pictures" / "00000.png").unlink()
    (tmp_path / "pictures" / "new.png").write_bytes(noise(7).png())
    known.write_text(rows + json.dumps({"image": "new.png", "regions": {}}) + "\n")
    with pytest.raises(UsageError, match="give another --out"):  # another file, another store
        extracted(tmp_path, known, tmp_path / "store")
    known.write_text(rows)
    done = extracted(tmp_path, known, tmp_path / "store")
    assert done.num_pictures == 4
    assert [one.name for one in done.failed] == ["new.png"]
    assert set(content(tmp_path / "store")) == {"00000.png", "00001.png", "00002.png", "new.png"}


def test_what_failed_is_named_and_tried_again(tmp_path):
    known = album(tmp_path, 6, broken=(2, 4))
    done = extracted(tmp_path, known, tmp_path / "store")
    assert [one.name for one in done.failed] == ["00002.png", "00004.png"]
    (tmp_path / "pictures" / "00002.png").write_bytes(noise(2).png())
    done = extracted(tmp_path, known, tmp_path / "store")
    assert [one.name for one in done.failed] == ["00004.png"]
    assert len(content(tmp_path / "store")["00002.png"].notes) == 2


def test_a_store_that_is_not_whole_is_refused(tmp_path):
    extracted(tmp_path, album(tmp_path, 2), tmp_path / "store")
    (tmp_path / "store" / "manifest.json").unlink()
    with pytest.raises(UsageError, match="no whole store of notes: deixis knowledge extract"):
        KnowledgeStore.open(tmp_path / "store")


def test_a_shard_that_was_changed_is_refused(tmp_path):
    extracted(tmp_path, album(tmp_path, 2), tmp_path / "store")
    shard = tmp_path / "store" / "shard-000000.parquet"
    shard.write_bytes(shard.read_bytes()[:-1] + b"?")
    with pytest.raises(ModelError, match="not what its manifest says"):
        list(KnowledgeStore.open(tmp_path / "store").rows())


def test_a_file_that_is_no_shard_is_refused(tmp_path):
    (tmp_path / "shard-000000.parquet").write_bytes(b"PAR1 nonsense PAR1")
    with pytest.raises(ModelError, match="cannot read the shard"):
        Shard.read(tmp_path / "shard-000000.parquet")


@pytest.mark.parametrize(
    "manifest", ["", "[]", '{"deixis": "other"}', '{"shards": 3}', "[" * 9999, MANIFEST]
)
def test_a_manifest_that_is_none_is_refused(tmp_path, manifest):
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(UsageError):
        KnowledgeStore.open(tmp_path)


def test_another_folder_is_never_written_into(tmp_path):
    known = album(tmp_path, 2)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("dear")
    with pytest.raises(UsageError, match="is not empty and no store"):
        extracted(tmp_path, known, tmp_path / "mine")


def test_a_store_is_written_by_one_extraction_at_a_time(tmp_path):
    known = album(tmp_path, 70)
    options = ExtractOptions(sources=(f"regions:{known}",))
    pictures = pictures_of(tmp_path / "pictures")
    first = extract(pictures, tmp_path / "store", options, runner("pool", 1))
    next(first)
    with pytest.raises(UsageError, match="another extraction is writing in"):
        next(extract(pictures, tmp_path / "store", options, runner("pool", 1)))
    assert list(first)[-1].num_done == 70
    assert len(content(tmp_path / "store")) == 70


def test_what_a_killed_extraction_left_is_cleared_away(tmp_path):
    known = album(tmp_path, 2)
    (tmp_path / "store").mkdir()
    left = [f".{name}.0123abcd.draft" for name in ("plan.json", "shard-000000.parquet")]
    for name in left:
        (tmp_path / "store" / name).write_text("half a")
    extracted(tmp_path, known, tmp_path / "store")
    assert sorted(path.name for path in (tmp_path / "store").iterdir()) == [
        ".lock",
        "index.npy",
        "manifest.json",
        "plan.json",
        "shard-000000.parquet",
    ]


def test_a_picture_that_was_replaced_is_looked_at_again(tmp_path):
    known = album(tmp_path, 4)
    extracted(tmp_path, known, tmp_path / "store")
    before = content(tmp_path / "store")
    (tmp_path / "pictures" / "00003.png").write_bytes(noise(50).png())
    extracted(tmp_path, known, tmp_path / "store")
    after = content(tmp_path / "store")
    assert after["00003.png"].sha256 == noise(50).sha256
    assert after["00002.png"] == before["00002.png"]


def test_a_picture_that_was_only_copied_is_not_looked_at_again(tmp_path):
    known = album(tmp_path, 4)
    pictures = pictures_of(tmp_path / "pictures")
    extracted(tmp_path, known, tmp_path / "store")
    for path in pictures.paths.values():
        os.utime(path, ns=(1, 2))

    def never_looks(work, tasks):
        for task in tasks:
            work._sources = []
            yield work(task)

    options = ExtractOptions(sources=(f"regions:{known}",))
    before = content(tmp_path / "store")
    by = runner("pool", 1)
    by.run = never_looks
    list(extract(pictures, tmp_path / "store", options, by))
    after = content(tmp_path / "store")
    assert {name: row.notes for name, row in after.items()} == {
        name: row.notes for name, row in before.items()
    }
    assert all(row.stamp.time_ns == 2 for row in after.values())


def other_rows(tmp_path, shard):
    """As many rows as there were, of other pictures."""
    album(tmp_path / "other", 6)
    other = tmp_path / "other" / "pictures"
    for path in sorted(other.iterdir()):
        path.rename(other / f"b{path.name}")
    known = tmp_path / "other" / "notes.jsonl"
    rows = map(json.loads, known.read_text().splitlines())
    known.write_text("\n".join(json.dumps(r | {"image": "b" + r["image"]}) for r in rows))
    extracted(tmp_path / "other", known, tmp_path / "theirs")
    shard.write_bytes((tmp_path / "theirs" / shard.name).read_bytes())


def other_notes(tmp_path, shard):
    Shard.write(shard, [replace(row, notes=()) for row in Shard.read(shard).rows()])


DAMAGES = {
    "cut": lambda tmp_path, shard: shard.write_bytes(shard.read_bytes()[:99]),
    "gone": lambda tmp_path, shard: shard.unlink(),
    "other rows": other_rows,
    "other notes": other_notes,
}


@pytest.mark.parametrize("how", DAMAGES)
def test_a_shard_that_is_not_what_it_was_is_made_again(how, tmp_path):
    known = album(tmp_path, 6)
    extracted(tmp_path, known, tmp_path / "store")
    whole = {path.name: path.read_bytes() for path in (tmp_path / "store").iterdir()}
    DAMAGES[how](tmp_path, tmp_path / "store" / "shard-000000.parquet")
    extracted(tmp_path, known, tmp_path / "store")
    assert whole == {path.name: path.read_bytes() for path in (tmp_path / "store").iterdir()}


def test_a_shard_with_rows_of_other_pictures_is_made_again_without_a_manifest(tmp_path):
    known = album(tmp_path, 6)
    extracted(tmp_path, known, tmp_path / "store")
    (tmp_path / "store" / "manifest.json").unlink()
    other_rows(tmp_path, tmp_path / "store" / "shard-000000.parquet")
    extracted(tmp_path, known, tmp_path / "store")
    assert sorted(content(tmp_path / "store")) == [f"0000{n}.png" for n in range(6)]


def test_a_bad_picture_that_is_gone_has_failed_no_more(tmp_path):
    known = album(tmp_path, 4, broken=(1, 2))
    extracted(tmp_path, known, tmp_path / "store")
    (tmp_path / "pictures" / "00001.png").unlink()
    done = extracted(tmp_path, known, tmp_path / "store")
    assert [one.name for one in done.failed] == ["00002.png"]
    assert done.num_done == done.num_pictures == 3


def test_a_bad_picture_is_tried_again_whatever_its_name(tmp_path):
    known = album(tmp_path, 2)
    bad = tmp_path / "pictures" / "a: b.png"
    bad.write_bytes(b"no picture")
    known.write_text(known.read_text() + json.dumps({"image": bad.name, "regions": {}}) + "\n")
    done = extracted(tmp_path, known, tmp_path / "store")
    assert [one.name for one in done.failed] == ["a: b.png"]
    bad.write_bytes(noise(9).png())
    assert not extracted(tmp_path, known, tmp_path / "store").failed


def test_pictures_are_the_files_that_are_opened(tmp_path):
    for suffix in SUFFIXES:
        noise(1).pil().save(tmp_path / f"a{suffix}")
        assert open_image(tmp_path / f"a{suffix}").size == noise(1).size
    noise(1).pil().save(tmp_path / "a.bmp")
    assert len(pictures_of(tmp_path).paths) == len(SUFFIXES)


GOOD = {
    "name": "a.png",
    "sha256": "0" * 64,
    "width": 7,
    "height": 9,
    "notes": [{"region": json.dumps(region_json.to_record(box(1, 1, 2, 2, label="a")))}],
}
HOSTILE = [
    {"notes": None},
    {"notes": [None]},
    {"notes": [{"region": None}]},
    {"notes": [{"region": "{}"}]},
    {"notes": [{"region": "[" * 99999}]},
    {"sha256": "zz"},
    {"sha256": None},
    {"width": None},
    {"height": 0},
    {"name": None},
]


@pytest.mark.parametrize("change", HOSTILE, ids=str)
@pytest.mark.parametrize("strict", [True, False])
def test_a_hostile_shard_is_refused(change, strict, tmp_path):
    if strict and change == {"notes": None}:
        return  # Parquet itself makes no notes of it
    loose = pa.schema([pa.field(f.name, f.type, nullable=True) for f in SCHEMA])
    try:
        table = pa.Table.from_pylist([GOOD | change], schema=SCHEMA if strict else loose)
        pq.write_table(table, tmp_path / "s.parquet")
    except pa.ArrowInvalid:  # what cannot be written cannot come
        return
    with pytest.raises(ModelError):
        Shard.read(tmp_path / "s.parquet").rows()


def test_an_index_that_was_changed_is_refused(tmp_path):
    extracted(tmp_path, album(tmp_path, 3), tmp_path / "store")
    index = tmp_path / "store" / "index.npy"
    for bad in (index.read_bytes()[:-1] + b"?", b"", b"\x93NUMPY nonsense", huge_header()):
        index.write_bytes(bad)
        with pytest.raises(ModelError, match="extract it again"):
            KnowledgeStore.open(tmp_path / "store").notes(noise(1))


def test_an_index_whose_header_promises_more_than_the_file_holds_is_not_made_room_for(tmp_path):
    (tmp_path / "index.npy").write_bytes(huge_header())
    digest = hashlib.sha256(huge_header()).hexdigest()
    with pytest.raises(ModelError, match="its header speaks of"):
        Index.read(tmp_path, digest, 1)


def huge_header():
    """What stands before 24 PB of an index."""
    file = io.BytesIO()
    told = {"descr": np.lib.format.dtype_to_descr(ROW), "fortran_order": False, "shape": (10**15,)}
    np.lib.format.write_array_header_1_0(file, told)
    return file.getvalue()


def test_a_store_without_pyarrow_names_its_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    found = importlib.util.find_spec("deixis.sources.note_store.shard")
    with pytest.raises(MissingExtraError, match=r"pip install 'deixis\[look\]'"):
        found.loader.exec_module(importlib.util.module_from_spec(found))


def test_rows_survive_parquet(tmp_path):
    mask = np.zeros((9, 7), dtype=bool)
    mask[2:5, 3:6] = True
    from deixis.core.region import mask as masked

    notes = (masked(mask, label="čočka"), box(0.1, 0.2, 3.3, 4.4, label="a|b").named(text="✂ 1\n2"))
    rows = [
        PictureNotes(
            name="a.png",
            sha256="0" * 64,
            width=7,
            height=9,
            stamp=Stamp(num_bytes=5, time_ns=10**18),
            notes=notes,
        ),
        PictureNotes(name="b.png", error="no picture"),
    ]
    written = Shard.write(tmp_path / "s.parquet", rows)
    shard = Shard.read(tmp_path / "s.parquet")
    assert shard.rows() == rows
    assert [shard.row(place) for place in range(len(shard))] == rows
    assert (shard.digest, shard.held) == (written.digest, written.held)


def test_stats_count_what_is_there(tmp_path):
    extracted(tmp_path, album(tmp_path, 6, broken=(5,)), tmp_path / "store")
    stats = note_stats(KnowledgeStore.open(tmp_path / "store").rows())
    assert (stats.num_pictures, stats.num_failed, stats.num_notes) == (5, 1, 6)
    assert stats.record()["notes_a_picture"] == {"0": 2, "1": 1, "2": 1, "3": 1}
    # picture 1: one box of 1..4 x 1..5 in 15 x 12
    assert stats.coverage[1] == pytest.approx(3 * 4 / 180)


@pytest.mark.filterwarnings("ignore")  # Ray's own
@pytest.mark.long
def test_ray_makes_the_bytes_that_the_pool_makes(tmp_path):
    pytest.importorskip("ray")
    known = album(tmp_path, 70)
    for name in ("pool", "ray"):
        extracted(tmp_path, known, tmp_path / name, workers=2, by=name)
    for one in sorted((tmp_path / "pool").iterdir()):
        assert one.read_bytes() == (tmp_path / "ray" / one.name).read_bytes()
