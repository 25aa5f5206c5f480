"""The picture of a search's looks."""

import numpy as np

import deixis as dx
from deixis.ask.found_picture import COLOURS, GAP, RESULT
from tests.ask.seers import Seer, ground
from tests.ask.test_find import SAVE, Script, boxed, shot


def found(**options):
    seer = Seer({"Save button": SAVE}, error=0.005)
    return dx.Model(seer).find(shot(), "the Save button", kind="box", **options)


def test_every_window_the_result_and_the_click_are_drawn():
    result = found(refine=2)
    pixels = result.picture().pixels
    share = 1200 / 3840
    window = result.trace[1].window
    x, y = GAP + round(window.x0 * share), GAP + round((window.y0 + 200) * share)
    assert tuple(pixels[y, x]) == COLOURS[1]
    (point,) = result.points
    assert tuple(pixels[GAP + round(point.y * share), GAP + round(point.x * share)]) == RESULT


def test_a_close_up_stands_below_the_original_with_its_place():
    result = found(refine=1)
    pixels = result.picture().pixels
    below = pixels[GAP + 675 :]
    assert (below == np.array(COLOURS[1], dtype=np.uint8)).all(axis=2).sum() > 200


def test_looks_that_found_nothing_are_drawn_too():
    nothing = dx.Model(Script("no")).find(ground(90, 70), "cup")
    assert nothing.picture().size.width > 90
    lost = Script(boxed(500, 500, 510, 510), "It is ‮not here, " + 40 * "by any means, ")
    assert dx.Model(lost).find(shot(), "cup", kind="box", refine=1).picture().size.height > 900


def test_the_same_looks_make_the_same_picture():
    assert found(refine=1).picture() == found(refine=1).picture()
