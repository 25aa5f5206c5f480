"""The same numbers as the references that transformers carries."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers.models.florence2.processing_florence2 import Florence2PostProcessor
from transformers.models.kosmos2.processing_kosmos2 import (
    clean_text_and_extract_entities_with_bboxes,
    coordinate_to_patch_index,
)
from transformers.models.qwen2_vl import image_processing_pil_qwen2_vl as qwen

from deixis.coordinates import dialects
from deixis.core import region as make
from deixis.core.errors import UnsupportedError
from deixis.core.size import Size, smart_resize

SIZE = Size(width=1280, height=720)
NUMBERS = np.random.default_rng(11)


@pytest.mark.parametrize("factor", [28, 32])
def test_smart_resize_gives_transformers_sizes(factor: int) -> None:
    for width, height in NUMBERS.integers(1, 6000, (3000, 2)).tolist():
        if max(width, height) / min(width, height) > 200:
            continue
        size = Size(width=width, height=height)
        for limits in ({}, {"min_pixels": 200_704, "max_pixels": 1_003_520}):
            found = smart_resize(size, factor=factor, **limits)
            limits = {"max_pixels": 28 * 28 * 1280} | limits
            theirs = qwen.smart_resize(height, width, factor=factor, **limits)
            assert (found.height, found.width) == theirs


def test_smart_resize_refuses_the_aspects_that_transformers_refuses() -> None:
    with pytest.raises(ValueError, match="aspect ratio"):
        qwen.smart_resize(1, 201)
    with pytest.raises(UnsupportedError, match="crop or pad"):
        smart_resize(Size(width=201, height=1))


def random_boxes(count: int) -> list[tuple[float, float, float, float]]:
    corners = np.sort(NUMBERS.random((count, 2, 2)), axis=1)
    return [tuple(pair.ravel().tolist()) for pair in corners]


def test_kosmos_cells_are_those_of_transformers() -> None:
    for x0, y0, x1, y1 in random_boxes(120):
        region = make.box(x0 * 1280, y0 * 720, x1 * 1280, y1 * 720)
        first, last = coordinate_to_patch_index((x0, y0, x1, y1), 32)
        said = dialects.get("kosmos2")().say([region], SIZE)
        assert said == f"<object><patch_index_{first:04d}><patch_index_{last:04d}></object>"


def test_kosmos_answers_are_read_as_transformers_reads_them() -> None:
    for first, last in [(44, 863), (5, 911), (3, 3), (3, 7), (3, 99), (0, 1023)]:
        text = (
            f"A<phrase> snowman</phrase><object><patch_index_{first:04d}><patch_index_{last:04d}>"
        )
        text += "</object>."
        _, ((name, _, boxes),) = clean_text_and_extract_entities_with_bboxes(text)
        (found,) = dialects.get("kosmos2")().read(text, SIZE).regions
        assert found.label == name.strip()
        wanted = np.array(boxes[0]) * [1280, 720, 1280, 720]
        assert found.box().xyxy == pytest.approx(wanted.tolist())


@pytest.fixture(scope="module")
def florence() -> Florence2PostProcessor:
    return Florence2PostProcessor({}, SimpleNamespace(all_special_tokens=[]))


def test_florence_bins_are_those_of_transformers(florence: Florence2PostProcessor) -> None:
    boxes = [(x0 * 1280, y0 * 720, x1 * 1280, y1 * 720) for x0, y0, x1, y1 in random_boxes(120)]
    bins = florence.quantize(torch.tensor(boxes, dtype=torch.float64), (1280, 720)).tolist()
    for box, numbers in zip(boxes, bins, strict=True):
        said = dialects.get("florence2")().say([make.box(*box)], SIZE)
        assert said == "".join(f"<loc_{number}>" for number in numbers)


def test_florence_answers_are_read_as_transformers_reads_them(
    florence: Florence2PostProcessor,
) -> None:
    """Theirs are cut to whole pixels: less than one pixel apart."""
    text = "cup<loc_10><loc_20><loc_300><loc_400>red car<loc_1><loc_2><loc_999><loc_999>"
    theirs = florence.parse_description_with_bboxes_from_text_and_spans(text, (1280, 720))
    ours = dialects.get("florence2")().read(text, SIZE).regions
    assert [region.label for region in ours] == [record["cat_name"] for record in theirs]
    for region, record in zip(ours, theirs, strict=True):
        assert np.abs(np.subtract(region.box().xyxy, record["bbox"])).max() < 1
