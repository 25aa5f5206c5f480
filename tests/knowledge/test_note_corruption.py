"""Notes made worse on purpose."""

from dataclasses import replace

import numpy as np
import pytest

from deixis.core.errors import UsageError
from deixis.core.portable_rng import Draws
from deixis.core.region import box, mask
from deixis.core.size import Size
from deixis.knowledge.note_corruption import NoteCorruption, harmed

SIZE = Size(width=40, height=30)
NOTES = [
    *(box(i, 2, i + 6, 20, label="cat").named() for i in range(0, 30, 3)),
    *(
        replace(box(i, 10, i + 9, 14, label="sign"), text="SUNNY DAY", score=i / 40)
        for i in (4, 20)
    ),
]
LABELS = ("cat", "dog", "sign", "horse")


def worse(harm, seed=0, notes=NOTES):
    return harmed(notes, SIZE, harm, Draws(seed), labels=LABELS)


def test_no_harm_changes_nothing():
    assert worse(NoteCorruption()) == NOTES


def test_the_same_draws_do_the_same_harm():
    harm = NoteCorruption(dropped=30, mislabelled=50, misread=20, shifted=3, eroded=1)
    assert worse(harm, 5) == worse(harm, 5)
    assert worse(harm, 5) != worse(harm, 6)


def test_more_of_a_harm_spares_nothing_that_less_of_it_harmed():
    few, many = (worse(NoteCorruption(dropped=share)) for share in (20, 60))
    assert len(many) < len(few) < len(NOTES)
    assert set(many) <= set(few)


def test_all_dropped_is_nothing():
    assert worse(NoteCorruption(dropped=100)) == []


def test_wrong_labels_are_other_labels():
    found = worse(NoteCorruption(mislabelled=100))
    assert all(a.label != b.label for a, b in zip(found, NOTES, strict=True))
    assert {note.label for note in found} <= set(LABELS)
    assert [note.text for note in found] == [note.text for note in NOTES]


def test_misread_letters_are_letters_and_spaces_stay():
    texts = [note.text for note in worse(NoteCorruption(misread=100)) if note.text]
    assert all(len(text) == 9 and text[5] == " " and text.isupper() for text in texts)
    assert any(text != "SUNNY DAY" for text in texts)


def test_shapes_are_moved_by_as_many_pixels():
    for before, after in zip(NOTES, worse(NoteCorruption(shifted=4)), strict=True):
        if 4 < before.box().x0 < 26:
            assert abs(after.box().x0 - before.box().x0) == 4
            assert abs(after.mask(SIZE).box().y0 - before.box().y0) in (2, 4)


def test_masks_lose_their_border_and_then_are_gone():
    square = [box(10, 10, 16, 16, label="cat")]
    assert worse(NoteCorruption(eroded=2), notes=square)[0].mask(SIZE).area == 4
    assert worse(NoteCorruption(eroded=3), notes=square) == []
    at_the_edge = [box(0, 0, 6, 6, label="cat")]
    assert worse(NoteCorruption(eroded=2), notes=at_the_edge)[0].mask(SIZE).area == 16


def test_boxes_are_all_that_is_known():
    inside = np.zeros((30, 40), dtype=bool)
    inside[5:9, 3] = inside[5, 3:20] = True
    (found,) = worse(NoteCorruption(boxed=True), notes=[mask(inside, label="cat")])
    assert found.shape == box(3, 5, 20, 9).shape


def test_things_or_texts_alone():
    assert all(note.label and not note.text for note in worse(NoteCorruption(texts=False)))
    only_texts = worse(NoteCorruption(things=False))
    assert [note.text for note in only_texts] == ["SUNNY DAY"] * 2
    assert all(note.label is None for note in only_texts)


def test_what_the_source_is_not_sure_of_is_left_out():
    assert sum(note.score is not None for note in worse(NoteCorruption(least_score=0.3))) == 1


@pytest.mark.parametrize(
    ("harm", "message"),
    [({"dropped": 101}, "within 0..100"), ({"misread": -1}, "within 0"), ({"shifted": -1}, "≥ 0")],
)
def test_harm_that_cannot_be_is_refused(harm, message):
    with pytest.raises(UsageError, match=message):
        NoteCorruption(**harm)


def test_scores_tell_wrong_notes_from_right_ones_though_not_surely():
    scored = worse(NoteCorruption(scored=True))
    assert all(0.5 <= note.score <= 1 for note in scored)
    wrong = worse(NoteCorruption(scored=True, mislabelled=100))
    assert all(0.3 <= note.score <= 0.8 for note in wrong)
    kept = worse(NoteCorruption(scored=True, mislabelled=100, least_score=0.6))
    assert 0 < len(kept) < len(wrong)
