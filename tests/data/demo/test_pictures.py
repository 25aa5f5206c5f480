"""The pictures that ship with Deixis."""

import pytest

from deixis.core.errors import UnknownNameError
from deixis.data.demo.pictures import demo_names, demo_picture


@pytest.mark.parametrize("name", demo_names())
def test_every_region_lies_in_its_picture_and_has_a_name(name):
    picture = demo_picture(name)
    assert picture.regions
    for region in picture.regions:
        box = region.box()
        assert region.label
        assert 0 <= box.x0 < box.x1 <= picture.image.size.width
        assert 0 <= box.y0 < box.y1 <= picture.image.size.height
    assert all(one.region in picture.regions for one in picture.questions)


def test_five_are_drawn_one_is_a_photograph_and_one_a_still_life():
    assert len(demo_names()) == 7
    assert all(demo_picture(name).credit for name in demo_names())


def test_a_name_that_is_not_there_is_told_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'still_life'"):
        demo_picture("still_live")
    with pytest.raises(UnknownNameError, match="region in still_life named 'cop'; did you mean"):
        demo_picture("still_life").region("cop")
