"""Each provider's resize gives the sizes that its own page or code gives."""

import math
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers.models.qwen2_vl import image_processing_pil_qwen2_vl as qwen

from deixis.coordinates.claude import ClaudeDialect
from deixis.coordinates.resizing import (
    LAWS,
    ClaudeFit,
    Kept,
    LongestSide,
    Moonvit,
    OpenaiPatches,
    OpenaiTiles,
    Resize,
    Smart,
    resize_of,
)
from deixis.core.errors import UnsupportedError, UsageError
from deixis.core.size import Size

EVERY_LAW = [
    Kept(),
    Smart(),
    Smart(factor=32, min_pixels=65536, max_pixels=16777216),
    LongestSide(edge=1568),
    ClaudeFit(),
    ClaudeFit(max_edge=2576, max_patches=4784),
    OpenaiTiles(),
    OpenaiPatches(),
    OpenaiPatches(max_patches=10_000, box=6000),
    Moonvit(),
    Moonvit(max_patches=16384),
]
sides = st.integers(min_value=1, max_value=30_000)
laws = pytest.mark.parametrize("law", EVERY_LAW, ids=lambda law: str(dict(law.record())))


def seen(law: Resize, width: int, height: int) -> tuple[int, int]:
    found = law.seen(Size(width=width, height=height))
    return found.width, found.height


def test_every_law_is_tried_here() -> None:
    assert {law.law for law in EVERY_LAW} == set(LAWS)


@laws
@given(width=sides, height=sides)
def test_no_side_comes_to_nothing(law: Resize, width: int, height: int) -> None:
    try:
        found = seen(law, width, height)
    except UnsupportedError:
        assert max(width, height) / min(width, height) > 200
        return
    assert min(found) >= 1


@laws
@pytest.mark.parametrize("size", [(1, 1), (1, 200), (200, 1), (1, 2), (100_000, 99_999)])
def test_the_edges_of_what_a_picture_can_be_are_resized(law: Resize, size: tuple[int, int]) -> None:
    assert min(seen(law, *size)) >= 1


@given(width=sides, height=sides)
def test_what_qwen_sees_is_what_transformers_prepares(width: int, height: int) -> None:
    law = Smart(factor=32, min_pixels=65536, max_pixels=16777216)
    limits = {"min_pixels": law.min_pixels, "max_pixels": law.max_pixels}
    if max(width, height) / min(width, height) > 200:
        with pytest.raises(ValueError, match="aspect ratio"):
            qwen.smart_resize(height, width, factor=32, **limits)
        with pytest.raises(UnsupportedError, match="200:1"):
            seen(law, width, height)
        return
    assert seen(law, width, height) == qwen.smart_resize(height, width, factor=32, **limits)[::-1]


@pytest.mark.parametrize(
    ("size", "expected"),
    [  # the guide's own
        ((1075, 1520), (924, 1307)),
        ((1920, 1080), (1456, 819)),
        ((1092, 1092), (1092, 1092)),
        ((200, 200), (200, 200)),
    ],
)
def test_claude_sees_the_sizes_of_its_guide(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert seen(ClaudeFit(), *size) == expected


def test_claudes_high_resolution_tier_sees_the_size_of_its_guide() -> None:
    assert seen(ClaudeFit(max_edge=2576, max_patches=4784), 3840, 2160) == (2576, 1449)


@given(width=sides, height=sides)
def test_claude_is_sent_no_more_than_it_takes(width: int, height: int) -> None:
    across, down = (math.ceil(side / 28) for side in seen(ClaudeFit(), width, height))
    assert across * down <= 1568
    assert max(across, down) <= 56


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1024, 1024), (768, 768)),  # the guide's own: "the shortest side is 1024"
        ((2048, 4096), (768, 1536)),  # the guide's own: 1024x2048, then 768x1536
        ((512, 300), (512, 300)),
        ((4000, 500), (2048, 256)),
    ],
)
def test_openais_tiled_models_see_the_sizes_of_its_guide(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert seen(OpenaiTiles(), *size) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1024, 1024), (1024, 1024)),  # the guide's own: 1024 patches, below the cap
        ((1800, 2400), (1056, 1408)),  # the guide's own: 33 x 44 patches
    ],
)
def test_openais_small_models_see_the_sizes_of_its_guide(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert seen(OpenaiPatches(), *size) == expected


@given(width=st.integers(1500, 30_000), height=st.integers(1500, 30_000))
def test_openais_patches_are_no_more_than_the_cap(width: int, height: int) -> None:
    across, down = (math.ceil(side / 32) for side in seen(OpenaiPatches(), width, height))
    assert across * down <= 1536


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((800, 600), (800, 600)),
        ((3000, 2000), (1101, 734)),  # 214 x 142 patches: by sqrt(4096 / 30388) = 0.36714
        ((14_336, 100), (7168, 50)),
    ],
)
def test_kimi_sees_what_its_processor_makes(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert seen(Moonvit(), *size) == expected


@pytest.mark.parametrize(("size", "expected"), [((3000, 1500), (1000, 500)), ((9, 7), (9, 7))])
def test_a_longest_side_shrinks_what_is_longer(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert seen(LongestSide(edge=1000), *size) == expected


@laws
def test_a_law_comes_back_from_its_record(law: Resize) -> None:
    assert resize_of(dict(law.record())) == law


def test_settings_that_are_left_out_are_the_laws_own() -> None:
    assert resize_of({"law": "claude"}) == ClaudeFit()


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (None, "resize is an object, got None"),
        ([], "resize is an object"),
        ({}, "resize.law is one of claude, kept"),
        ({"law": 3}, "resize.law is one of"),
        ({"law": "smrt"}, "did you mean 'smart'"),
        ({"law": "kept", "edge": 3}, "no field"),
        ({"law": "longest_side"}, "lacks the field 'edge'"),
        ({"law": "longest_side", "edge": 0}, "edge of the resize 'longest_side' is at least 1"),
        ({"law": "longest_side", "edge": True}, "a whole number"),
        ({"law": "longest_side", "edge": 1e3}, "a whole number"),
        ({"law": "longest_side", "edge": 2**40}, "at least 1"),
        ({"law": "smart", "min_pixels": 10, "max_pixels": 9}, "at most max_pixels=9"),
        ({"law": "smart", "factor": -28}, "factor of the resize 'smart' is at least 1"),
    ],
)
def test_a_record_that_is_none_is_refused_with_the_reason(record: object, reason: str) -> None:
    with pytest.raises(UsageError, match=reason.replace(".", r"\.")):
        resize_of(record)


@pytest.mark.parametrize("law", LAWS)
def test_every_setting_of_a_law_is_a_whole_number(law: str) -> None:
    kind = LAWS[law]
    assert {field.type for field in fields(kind)} <= {int, "int"}  # type: ignore[arg-type]


def test_the_claude_dialect_counts_by_the_same_law() -> None:
    size = Size(width=1075, height=1520)
    assert ClaudeDialect().seen_size(size) == ClaudeFit().seen(size)
