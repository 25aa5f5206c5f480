import numpy as np
import pytest

import deixis as dx
from deixis.ask.composer import Asking, compose
from deixis.coordinates import dialects
from deixis.core.errors import UsageError
from deixis.encodings.tagged import Tagged
from deixis.marks.tagging import draw_tagged

IMAGE = dx.Image(pixels=np.full((120, 160, 3), 200, dtype=np.uint8))
CUP, DOG = dx.box(10, 10, 60, 60), dx.box(80, 40, 150, 100)
PIXELS = dialects.get("pixels")()


def asked(**regions):
    text = " ".join(f"{{{name}}}" for name in regions)
    return compose(Asking(images=(IMAGE,), text=text, regions=regions), PIXELS)


def test_regions_are_numbered_in_their_order():
    one = asked(cup=dx.tagged(CUP), dog=dx.tagged(DOG))
    assert one.text == "the object marked 1 the object marked 2"


def test_numbers_that_were_given_are_kept_and_left_out_by_the_others():
    one = asked(cup=dx.tagged(CUP), dog=dx.tagged(DOG, "1"))
    assert one.text == "the object marked 2 the object marked 1"


def test_two_of_one_tag_are_refused():
    with pytest.raises(UsageError, match="both be marked B"):
        asked(cup=dx.tagged(CUP, "B"), dog=dx.tagged(DOG, "B"))


def test_all_tags_are_drawn_once_over_all_outlines():
    one = asked(cup=dx.tagged(CUP), dog=dx.tagged(DOG))
    assert one.frames[0].image == draw_tagged(IMAGE, [("1", CUP), ("2", DOG)])


def test_a_tag_alone_can_be_painted():
    assert Tagged.of(CUP).paint(IMAGE) == draw_tagged(IMAGE, [("1", CUP)])


def test_tags_stand_beside_marks():
    one = asked(cup=dx.tagged(CUP), dog=dx.drawn(DOG, color="red"))
    assert one.text == "the object marked 1 the object within the red rectangle"
    assert one.frames[0].image != draw_tagged(IMAGE, [("1", CUP)])


def test_a_text_that_is_no_tag_is_refused():
    with pytest.raises(UsageError, match="three digits or three letters"):
        dx.tagged(CUP, "cup!")
