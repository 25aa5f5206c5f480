"""Each way of saying where that people have becomes the same region."""

from types import SimpleNamespace

import numpy as np
import pytest
from pycocotools import mask as coco

import deixis as dx
from deixis.core import region_json
from deixis.core.errors import RegionError, UsageError
from deixis.core.region_from import region_of
from deixis.core.size import Size
from tests.unhooked import unhooked

BOX = dx.box(4, 3, 12, 9)
INSIDE = np.zeros((20, 30), dtype=bool)
INSIDE[3:9, 4:12] = True


def detections(num_rows: int = 1, **columns: object) -> SimpleNamespace:
    """The attributes of supervision's `Detections` (0.31), as its rows have them."""

    class Rows(SimpleNamespace):
        def __len__(self) -> int:
            return num_rows

    empty = {"mask": None, "confidence": None, "class_id": None, "tracker_id": None, "data": {}}
    row = np.array([[4.0, 3.0, 12.0, 9.0]] * num_rows)
    return Rows(xyxy=row, metadata={}, **(empty | columns))


@pytest.mark.parametrize(
    "written",
    [
        BOX,
        BOX.shape,
        (4, 3, 12, 9),
        [4.0, 3.0, 12.0, 9.0],
        np.array([4, 3, 12, 9], dtype=np.float32),
        np.array([[4, 3, 12, 9]]),
        (np.float32(4), np.int64(3), 12, 9),
        {"bbox": [4, 3, 8, 6], "segmentation": [], "category_id": 3},
        detections(),
        (np.array([4.0, 3.0, 12.0, 9.0]), None, None, None, None, {}),
        region_json.to_record(BOX),
    ],
)
def test_a_box_is_read_in_every_way_of_writing_it(written: object) -> None:
    assert region_of(written) == BOX


@pytest.mark.parametrize(
    "written",
    [
        INSIDE,
        INSIDE.astype(np.uint8),
        INSIDE[None],
        coco.encode(np.asfortranarray(INSIDE.astype(np.uint8))),
        {"segmentation": coco.encode(np.asfortranarray(INSIDE.astype(np.uint8)))},
        {"segmentation": {"size": [20, 30], "counts": [83, *[6, 14] * 7, 6, 371]}},
        detections(mask=INSIDE[None]),
        (np.array([4.0, 3.0, 12.0, 9.0]), INSIDE, None, None, None, {}),
    ],
)
def test_a_mask_is_read_in_every_way_of_writing_it(written: object) -> None:
    assert region_of(written, size=(30, 20)) == dx.mask(INSIDE)


@pytest.mark.parametrize(
    "written",
    [
        [[4, 3, 12, 3, 12, 9]],
        {"segmentation": [[4, 3, 12, 3, 12, 9], [1, 1, 2, 2]], "bbox": [4, 3, 8, 6]},
        [(4, 3), (12, 3), (12, 9)],
        np.array([[4, 3], [12, 3], [12, 9]]),
        detections(data={"xyxyxyxy": np.array([[[4, 3], [12, 3], [12, 9]]])}),
    ],
)
def test_an_outline_is_read_in_every_way_of_writing_it(written: object) -> None:
    assert region_of(written) == dx.polygon([(4, 3), (12, 3), (12, 9)])


def test_two_numbers_are_a_point() -> None:
    assert region_of((4, 3)) == dx.point(4, 3)


def test_a_detection_keeps_its_name_and_its_score() -> None:
    row = detections(confidence=np.array([0.5]), data={"class_name": np.array(["cup"])})
    found = region_of(row)
    assert (found.label, found.score) == ("cup", 0.5)
    assert type(found.label) is str


def test_several_detections_are_no_region() -> None:
    with pytest.raises(RegionError, match=r"cup is one row of Detections, got 2; take detectio"):
        region_of(detections(2), name="cup")


def test_a_mask_of_another_picture_is_refused() -> None:
    with pytest.raises(RegionError, match="cup is a mask of the picture's 31x20, got one of 30x20"):
        region_of(INSIDE, size=Size(width=31, height=20), name="cup")


@pytest.mark.parametrize(
    ("wrong", "came"),
    [
        (None, "None"),
        ("box", "'box'"),
        (3, "3"),
        ([1, 2, 3], r"\[1, 2, 3\]"),
        ({"boxes": []}, "dict"),
        (np.zeros((2, 3, 4)), r"an array of float64 \(2, 3, 4\)"),
        (object(), "object"),
        (dx.Region, "the class Region"),
    ],
)
def test_what_is_no_region_is_refused_by_name(wrong: object, came: str) -> None:
    with pytest.raises(UsageError, match=f"^cup is a Region, a box's four numbers.*, got {came}"):
        region_of(wrong, name="cup")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ([1, 2, "a", 4], "a box's x1 is a number, got 'a'"),
        ([5, 5, 1, 1], "use box_xywh"),
        ([[1, 2, 3]], "odd length"),
        ([[1, 2, 3, 4]], "outlines of 6 numbers or more"),
        ({"segmentation": [5]}, "cup's segmentation is a list of outlines"),
        ({"size": [3], "counts": ""}, r"cup's size is COCO's \[height, width\], got \[3\]"),
        ({"size": [3, 4], "counts": None}, "cup's counts is COCO's text or list of run lengths"),
        ({"size": [3, 4], "counts": [1.5]}, "cup's counts is a whole number, got 1.5"),
    ],
)
def test_a_region_with_a_mistake_in_it_says_which(wrong: object, words: str) -> None:
    with unhooked(), pytest.raises(UsageError, match=words):
        region_of(wrong, name="cup")


def test_a_tensor_is_read_where_torch_is() -> None:
    torch = pytest.importorskip("torch")
    assert region_of(torch.tensor([4.0, 3.0, 12.0, 9.0], dtype=torch.bfloat16)) == BOX
    assert region_of(torch.from_numpy(INSIDE)) == dx.mask(INSIDE)
    assert dx.box(*torch.tensor([4, 3, 12, 9])) == BOX
    assert dx.mask(torch.from_numpy(INSIDE)) == dx.mask(INSIDE)
