"""Clear marks are seen on photographs, as the judge says that is apart from the renderer."""

import numpy as np
import pytest

import deixis as dx
from deixis.marks import Mark, draw, settled
from tests.marks import judge_clear as judging

# pairs of CIELAB and their difference, of Sharma, Wu and Dalal (2005)
SHARMA = (
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
)


@pytest.mark.parametrize(("one", "two", "difference"), SHARMA)
def test_the_judge_measures_as_those_who_defined_it(one, two, difference):
    found = judging.delta_e_2000(np.array(one, float), np.array(two, float))
    assert float(found) == pytest.approx(difference, abs=1e-4)


@pytest.mark.long
def test_marks_on_photographs_are_seen():
    """Of those photographs that are installed; `benchmarks/clear.py` judges all."""
    pictures = {name: judging.photograph(name) for name in judging.PHOTOGRAPHS}
    pictures = {name: one for name, one in pictures.items() if one is not None}
    if not pictures:
        pytest.skip("neither scikit-image nor scikit-learn is installed")
    sizes = {name: (one.size.width, one.size.height) for name, one in pictures.items()}
    placed = judging.placed_regions(sizes=sizes)[:40]
    found = []
    for one in placed:
        image = pictures[one.photograph]
        (mark,) = settled(image, [Mark(shape=one.shape, region=one.region)])
        pixels = draw(image, [mark]).pixels
        verdicts = judging.judge(image.pixels, pixels, mark.style.rgb, 255)
        found += [verdict.stands_out and verdict.is_cased for verdict in verdicts]
    assert np.mean(found) >= 0.97


def test_the_logo_of_a_red_motorcycle_is_not_marked_red():
    """`deixis draw motorcycle.png logo=box:401,190,447,212` of the second audit."""
    image = judging.photograph("motorcycle")
    if image is None:
        image = dx.Image(pixels=np.full((500, 741, 3), (190, 20, 30), dtype=np.uint8))
    (mark,) = settled(image, [Mark(shape="rectangle", region=dx.box(401, 190, 447, 212))])
    assert mark.style.color.name != "red"
    pixels = draw(image, [mark]).pixels
    for verdict in judging.judge(image.pixels, pixels, mark.style.rgb, 255):
        assert verdict.stands_out
        assert verdict.is_cased


def test_the_arrow_on_a_blue_cup_has_the_colour_that_is_said():
    """Half transparent, "the red arrow" was purple there."""
    image = dx.open_image("docs/still-life.png")
    answer = dx.drawn(dx.box(110, 195, 245, 330), "arrow", color="red")
    changed = answer.paint(image).pixels
    core = (changed == (255, 0, 0)).all(axis=2) & (image.pixels != changed).any(axis=2)
    assert core.sum() > 500
