"""Painting: segments that do not overlap, in order, by the papers' rule."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
import transformers as hf
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from deixis.core.size import Size
from deixis.sources.panoptic_merge import (
    ADE20K,
    CITYSCAPES,
    COCO,
    FilledView,
    Segment,
    paint,
    stuff_of,
)

SIZE = Size(width=12, height=10)
SURE = 9.0  # a logit


def classes(*labels: int, num: int = 3, logit: float = SURE) -> Float[Tensor, "query class"]:
    """One query a label; `num` means no object."""
    rows = torch.zeros(len(labels), num + 1)
    for row, label in enumerate(labels):
        rows[row, label] = logit
    return rows


def masks(*columns: slice, size: Size = SIZE, logit: float = SURE) -> Float[Tensor, "q row column"]:
    """Each query has some columns of the picture."""
    found = torch.full((len(columns), size.height, size.width), -SURE)
    for row, some in enumerate(columns):
        found[row, :, some] = logit
    return found


def widths(segments: list[Segment]) -> list[tuple[int, int]]:
    """The label of each and how many columns it has."""
    return [(segment.label, int(segment.inside[0].sum())) for segment in segments]


def test_segments_come_in_the_order_of_their_queries_and_share_no_pixel() -> None:
    cells = masks(slice(6), slice(6, 11), slice(8, 11), slice(11, 12))
    found = paint(classes(2, 0, 3, 1), cells, FilledView(size=SIZE), cut=0.5)
    assert widths(found) == [(2, 6), (0, 5), (1, 1)]
    assert sum(segment.inside.astype(int) for segment in found).max() == 1
    assert all(segment.inside.shape == (SIZE.height, SIZE.width) for segment in found)


def test_the_surer_query_has_the_pixels_that_two_want_and_the_other_may_fall() -> None:
    unsure = classes(0, 1)
    unsure[0] *= 0.2
    found = paint(unsure, masks(slice(10), slice(5, 12)), FilledView(size=SIZE), cut=0.1)
    assert widths(found) == [(1, 7)]  # half of the first is covered
    kept = paint(unsure, masks(slice(10), slice(9, 12)), FilledView(size=SIZE), cut=0.1)
    assert widths(kept) == [(0, 9), (1, 3)]


def test_pixels_of_which_no_query_is_sure_are_nobodys() -> None:
    only = masks(slice(4))
    only[:, :, 4:] = -1.0  # nobody is surer there
    assert widths(paint(classes(0), only, FilledView(size=SIZE), cut=0.5)) == [(0, 4)]


def test_what_is_no_object_or_too_unsure_is_left_out() -> None:
    pair = classes(3, 1)
    assert widths(paint(pair, masks(slice(6), slice(6, 12)), FilledView(size=SIZE), cut=0.0)) == [
        (1, 6)
    ]
    assert paint(pair, masks(slice(6), slice(6, 12)), FilledView(size=SIZE), cut=1.0) == []


def test_pieces_of_one_stuff_are_one_segment_where_the_first_stood() -> None:
    # things between the pieces: the numbers of transformers' segments collide here
    asked = classes(2, 0, 2, 0)
    asked[2] *= 2
    cells = masks(slice(3), slice(3, 6), slice(6, 9), slice(9, 12))
    found = paint(asked, cells, FilledView(size=SIZE), cut=0.5, stuff={2})
    assert widths(found) == [(2, 6), (0, 3), (0, 3)]
    assert found[0].score == float(asked[2].softmax(dim=0).max())


def test_a_view_with_padding_is_cut_to_the_picture() -> None:
    view = FilledView(size=Size(width=24, height=40), rows=1.0, columns=0.5)
    found = paint(classes(0, 1), masks(slice(3), slice(6, 12)), view, cut=0.5)
    assert [segment.label for segment in found] == [0]
    columns = np.flatnonzero(found[0].inside[0])
    assert found[0].inside.shape == (40, 24)
    assert columns.min() == 0
    assert 11 <= columns.max() <= 12


@pytest.mark.parametrize(("seed", "num_segments"), [(0, 5), (4, 2)])
def test_it_paints_as_transformers_function_for_eomt_does(seed: int, num_segments: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    of_classes = torch.randn(12, 6, generator=generator) * 4
    coarse = torch.randn(1, 12, 4, 4, generator=generator) * 6 - 4
    of_masks = functional.interpolate(coarse, size=(16, 16), mode="bilinear")
    processor = hf.EomtImageProcessorPil(size={"shortest_edge": 64, "longest_edge": 64})
    outputs = SimpleNamespace(class_queries_logits=of_classes[None], masks_queries_logits=of_masks)
    [expected] = processor.post_process_panoptic_segmentation(
        outputs, target_sizes=[(64, 64)], threshold=0.1, stuff_classes=[1, 2]
    )
    view = FilledView(size=Size(width=64, height=64))
    found = paint(of_classes, of_masks[0], view, cut=0.1, stuff={1, 2})
    assert len(found) == num_segments
    for segment, told in zip(found, expected["segments_info"], strict=True):
        assert segment.label == told["label_id"]
        assert (segment.inside == (expected["segmentation"].numpy() == told["id"])).all()


def test_stuff_is_known_by_the_names_of_three_data_sets() -> None:
    assert [len(names) for names in (COCO, ADE20K, CITYSCAPES)] == [53, 50, 11]
    coco = dict(enumerate(["person", *sorted(COCO), "tie"]))
    assert stuff_of(coco) == frozenset(range(1, 54))
    ade = dict(enumerate(["bed", *(f"{name}, of a kind" for name in sorted(ADE20K)), "lamp"]))
    assert stuff_of(ade) == frozenset(range(1, 51))
    assert stuff_of(dict(enumerate(sorted(CITYSCAPES)))) == frozenset(range(11))
    assert stuff_of({0: "grass", 1: "wall"}) == frozenset()
