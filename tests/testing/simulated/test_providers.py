"""Providers' resizes, held against sizes that their pages and users name."""

import pytest

from deixis.core.errors import UnsupportedError
from deixis.core.size import Size
from deixis.testing.simulated.providers import ClaudeSides, OpenAITiles, ShrunkSides, SmartSides

# what was resized to what; where it is told
SMART = [
    ((368, 434), (364, 448), SmartSides()),  # Qwen3-VL#1035
    ((1710, 852), (1400, 700), SmartSides(max_pixels=14 * 14 * 4 * 1280)),  # Holo's cookbook
    ((1710, 852), (1708, 840), SmartSides(max_pixels=12_845_056)),  # Holo1.5's quickstart
    ((1022, 1522), (1008, 1512), SmartSides(min_pixels=78_400, max_pixels=12_845_056)),  # UI-TARS
]
# sizes that Claude's guide on vision calls such that nothing is resized
CLAUDE_KEEPS = [(1092, 1092), (951, 1268), (896, 1344), (819, 1456), (784, 1568)]


@pytest.mark.parametrize(("before", "after", "provider"), SMART)
def test_a_smart_resize_gives_the_size_that_is_told(before, after, provider):
    assert provider(Size(width=before[0], height=before[1])) == Size(
        width=after[0], height=after[1]
    )


def test_a_smart_resize_refuses_what_transformers_refuses():
    with pytest.raises(UnsupportedError, match="200:1"):
        SmartSides()(Size(width=3000, height=10))


@pytest.mark.parametrize("size", CLAUDE_KEEPS)
def test_claude_keeps_what_its_guide_lists(size):
    for width, height in (size, size[::-1]):
        assert ClaudeSides()(Size(width=width, height=height)) == Size(width=width, height=height)


@pytest.mark.parametrize("size", CLAUDE_KEEPS)
def test_claude_shrinks_a_larger_picture_to_about_that(size):
    width, height = size
    seen = ClaudeSides()(Size(width=3 * width, height=3 * height))
    assert (seen.width, seen.height) == pytest.approx(size, abs=14)
    assert seen.width / seen.height == pytest.approx(width / height, rel=0.002)


@pytest.mark.parametrize(
    ("before", "after"),
    [((1024, 1024), (768, 768)), ((2048, 4096), (768, 1536)), ((640, 480), (640, 480))],
)
def test_openai_s_tiles_give_the_sizes_of_its_guide(before, after):
    seen = OpenAITiles()(Size(width=before[0], height=before[1]))
    assert (seen.width, seen.height) == after


def test_a_longest_side_shrinks_and_never_enlarges():
    law = ShrunkSides(pixels=1000)
    assert law(Size(width=500, height=2000)) == Size(width=250, height=1000)
    assert law(Size(width=500, height=900)) == Size(width=500, height=900)
