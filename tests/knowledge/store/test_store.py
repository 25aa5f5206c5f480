"""Stores of notes: whole, found by content, and told what is wrong with them."""

import json

import numpy as np
import pytest

from deixis.core.errors import ModelError, UsageError
from deixis.core.image import Image
from deixis.core.region import box
from deixis.knowledge.sources import source
from deixis.knowledge.stats import note_stats
from deixis.knowledge.store import KnowledgeStore
from deixis.knowledge.store.pictures import pictures_of
from deixis.knowledge.store.shard import PictureNotes, read_shard, write_shard
from tests.knowledge.store.store_nursery import album, content, extracted, noise


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
    assert [line.partition(":")[0] for line in done.failed] == ["new.png"]
    assert set(content(tmp_path / "store")) == {"00000.png", "00001.png", "00002.png", "new.png"}


def test_what_failed_is_named_and_tried_again(tmp_path):
    known = album(tmp_path, 6, broken=(2, 4))
    done = extracted(tmp_path, known, tmp_path / "store")
    assert [line.partition(":")[0] for line in done.failed] == ["00002.png", "00004.png"]
    (tmp_path / "pictures" / "00002.png").write_bytes(noise(2).png())
    done = extracted(tmp_path, known, tmp_path / "store")
    assert [line.partition(":")[0] for line in done.failed] == ["00004.png"]
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
        read_shard(tmp_path / "shard-000000.parquet")


@pytest.mark.parametrize("manifest", ["", "[]", '{"deixis": "other"}', '{"shards": 3}', "[" * 9999])
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


def test_rows_survive_parquet(tmp_path):
    mask = np.zeros((9, 7), dtype=bool)
    mask[2:5, 3:6] = True
    from deixis.core.region import mask as masked

    notes = (masked(mask, label="čočka"), box(0.1, 0.2, 3.3, 4.4, label="a|b").named(text="✂ 1\n2"))
    rows = [
        PictureNotes(name="a.png", sha256="0" * 64, width=7, height=9, notes=notes),
        PictureNotes(name="b.png", error="no picture"),
    ]
    write_shard(tmp_path / "s.parquet", rows)
    assert read_shard(tmp_path / "s.parquet") == rows


def test_stats_count_what_is_there(tmp_path):
    extracted(tmp_path, album(tmp_path, 6, broken=(5,)), tmp_path / "store")
    stats = note_stats(KnowledgeStore.open(tmp_path / "store").rows())
    assert (stats.num_pictures, stats.num_failed, stats.num_notes) == (5, 1, 6)
    assert stats.record()["notes_a_picture"] == {"0": 2, "1": 1, "2": 1, "3": 1}
    # picture 1: one box of 1..4 x 1..5 in 15 x 12
    assert stats.coverage[1] == pytest.approx(3 * 4 / 180)


@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_ray_makes_the_bytes_that_the_pool_makes(tmp_path):
    pytest.importorskip("ray")
    known = album(tmp_path, 70)
    for name in ("pool", "ray"):
        extracted(tmp_path, known, tmp_path / name, workers=2, by=name)
    for one in sorted((tmp_path / "pool").iterdir()):
        assert one.read_bytes() == (tmp_path / "ray" / one.name).read_bytes()
