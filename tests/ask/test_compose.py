import numpy as np
import pytest

from deixis.ask.composer import Asking, compose
from deixis.coordinates import dialects
from deixis.core import region as regions
from deixis.core.errors import RegionError, UnknownNameError, UsageError
from deixis.core.image import Image
from deixis.encodings.cropped import cropped
from deixis.encodings.dimmed import dimmed
from deixis.encodings.said import said

PIXELS = dialects.get("pixels")()
IMAGE = Image(pixels=np.full((30, 40, 3), 200, dtype=np.uint8))
CUP, DOG = regions.box(3, 4, 20, 22), regions.point(30, 10)


def asked(text, **pointed):
    return compose(Asking(images=(IMAGE,), text=text, regions=pointed), PIXELS)


def test_a_bare_region_is_said():
    assert asked("What is {cup}?", cup=CUP).text == "What is [3, 4, 20, 22]?"


def test_a_region_may_be_mentioned_twice():
    assert asked("{cup}, {cup}", cup=said(CUP)).text == "[3, 4, 20, 22], [3, 4, 20, 22]"


def test_braces_stay_where_no_region_is_given():
    assert asked('Answer as {"name": {x}}').text == 'Answer as {"name": {x}}'


def test_braces_that_are_no_name_stay():
    assert asked('{"a": 1} {cup}', cup=CUP).text == '{"a": 1} [3, 4, 20, 22]'


def test_what_a_phrase_holds_is_not_filled_in_again():
    hostile = dialects.get("qwen3_vl")()
    text = compose(
        Asking(
            images=(IMAGE,),
            text="{cup} {dog}",
            regions={"cup": CUP.named(label="{dog}"), "dog": DOG},
        ),
        hostile,
    ).text
    assert text.count("point_2d") == 1


def test_a_name_without_a_region_is_told_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'cup'"):
        asked("What is {cub}?", cup=CUP)


def test_a_region_that_is_not_mentioned_is_refused():
    with pytest.raises(UsageError, match="does not mention the region 'dog'"):
        asked("What is {cup}?", cup=CUP, dog=DOG)


def test_a_region_outside_of_the_picture_is_refused():
    with pytest.raises(RegionError, match="outside"):
        asked("What is {cup}?", cup=regions.box(50, 4, 60, 22))


def test_what_is_no_region_is_refused():
    with pytest.raises(UsageError, match="got tuple"):
        compose(Asking(images=(IMAGE,), text="{cup}", regions={"cup": (1, 2, 3, 4)}), PIXELS)


def test_one_crop_is_asked_about_alone():
    question = asked("What is {cup}?", cup=cropped(CUP))
    assert question.text == "What is the object in the picture?"
    assert len(question.frames) == 1
    assert question.frames[0].image.size != IMAGE.size


def test_two_crops_are_numbered():
    question = asked("Are {cup} and {dog} alike?", cup=cropped(CUP), dog=cropped(DOG))
    assert question.text == "Are the object in picture 1 and the object in picture 2 alike?"


def test_the_whole_picture_goes_first_where_a_region_needs_it():
    question = asked("Is {cup} at {dog}?", cup=cropped(CUP), dog=said(DOG))
    assert question.text == "Is the object in picture 2 at [30, 10]?"
    assert question.frames[0].image == IMAGE


def test_beside_keeps_the_whole_picture():
    question = asked("What is {cup}?", cup=cropped(CUP, beside=True))
    assert [frame.number for frame in question.frames] == [1, 2]


def test_a_dimmed_region_changes_the_whole_picture_only():
    question = asked("{cup} and {dog}", cup=dimmed(CUP), dog=cropped(DOG))
    assert question.frames[0].image != IMAGE
    assert (question.frames[1].image.pixels == 200).all()


def test_two_dimmed_regions_are_refused():
    with pytest.raises(UsageError, match="only one region"):
        asked("{cup} {dog}", cup=dimmed(CUP), dog=dimmed(DOG))


def test_without_regions_the_picture_is_sent_as_it_is():
    question = asked("What is this?")
    assert [frame.image for frame in question.frames] == [IMAGE]
