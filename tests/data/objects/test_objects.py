"""Objects of other libraries become regions and come back; the libraries are not imported."""

from types import SimpleNamespace

import numpy as np
import pytest

import deixis as dx
from tests.data.adapters.drawn import SIZE, blob

CUP = dx.box(3, 4, 20.5, 30, label="cup").named()
RING = blob().named(label="ring")


def detections(**fields):
    """What supervision.Detections(**fields) gives, without supervision."""
    none = dict.fromkeys(("mask", "confidence", "class_id"))
    return SimpleNamespace(**{**none, "data": {}, **fields})


def test_detections_come_back(tmp_path):
    made = detections(**dx.to_supervision([CUP, RING], size=SIZE))
    assert made.class_id.tolist() == [0, 1]
    assert [one.label for one in dx.from_supervision(made)] == ["cup", "ring"]
    assert dx.from_supervision(made)[1] == RING
    assert made.xyxy[0].tolist() == [3, 4, 20.5, 30]
    assert made.confidence is None


def test_detections_without_masks_are_boxes():
    made = detections(**dx.to_supervision([CUP]))
    assert dx.from_supervision(made) == [CUP]
    assert dx.from_supervision(detections(xyxy=np.zeros((0, 4)))) == []


def test_turned_boxes_keep_their_turn():
    corners = np.array([[[5.0, 0], [10, 5], [5, 10], [0, 5]]])
    made = detections(xyxy=np.array([[0.0, 0, 10, 10]]), data={"xyxyxyxy": corners})
    assert dx.from_supervision(made) == [dx.polygon(corners[0])]


def test_classes_have_names_by_number():
    made = detections(
        xyxy=np.array([[1.0, 2, 3, 4]]), class_id=np.array([1]), confidence=np.array([0.5])
    )
    (found,) = dx.from_supervision(made, classes=["a", "b"])
    assert (found.label, found.score) == ("b", 0.5)
    assert dx.from_supervision(made)[0].label == "1"
    with pytest.raises(dx.UsageError, match="no name for 1"):
        dx.from_supervision(made, classes=["a"])


def test_torchvision_targets_come_back():
    made = dx.to_torchvision([CUP, RING], size=SIZE)
    assert made["labels"].tolist() == [1, 2]
    assert dx.from_torchvision(made, classes=["", "cup", "ring"])[1] == RING
    assert "scores" not in made


def test_torchvision_s_own_tensors_are_read():
    torch = pytest.importorskip("torch")
    soft = torch.zeros(1, 1, 42, 64)
    soft[0, 0, 3:5, 6:9] = 0.7
    found = dx.from_torchvision(
        {
            "boxes": torch.tensor([[6.0, 3, 9, 5]], requires_grad=True),
            "labels": torch.tensor([3]),
            "scores": torch.tensor([0.25]),
            "masks": soft,
        }
    )
    assert [(one.kind, one.label, one.score) for one in found] == [("mask", "3", 0.25)]
    assert found[0].box().xyxy == (6, 3, 9, 5)


def test_sam_s_masks_come_back_as_arrays_and_as_run_lengths():
    (record,) = dx.to_sam([RING], SIZE)
    assert record["bbox"] == [8, 5, 56, 28]
    runs = {"size": [SIZE.height, SIZE.width], "counts": RING.shape.counts}
    for inside in (record["segmentation"], runs, {**runs, "counts": runs["counts"].encode()}):
        (found,) = dx.from_sam([{"segmentation": inside, "predicted_iou": 1.02}])
        assert (found.shape, found.score) == (RING.shape, 1.0)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: dx.from_supervision(3), r"detections is a supervision\.Detections, got 3"),
        (lambda: dx.from_sam({"segmentation": 1}), "masks are SAM's list of dicts, got dict"),
        (lambda: dx.from_sam([{"area": 1}]), r"masks\[0\]\['segmentation'\] is an array"),
        (lambda: dx.from_torchvision([1]), r"target is a dict of boxes, .* got \[1\]"),
        (
            lambda: dx.from_torchvision({"boxes": np.zeros((2, 4)), "labels": np.zeros(1)}),
            r"target has as many rows .*'boxes': 2, 'labels': 1",
        ),
        (lambda: dx.to_supervision([CUP], classes=["dog"]), "'cup' is not among them"),
    ],
)
def test_wrong_objects_are_told(call, told):
    with pytest.raises(dx.UsageError, match=told):
        call()
