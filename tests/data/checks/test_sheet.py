import numpy as np
import pytest

from deixis.data import datasets
from deixis.data.checks.sheet import CELL, sample_sheet
from tests.data.published import samples


@pytest.mark.parametrize("name", datasets.names())
def test_samples_of_every_format_can_be_shown(name):
    shown = sample_sheet(samples(name), columns=3)
    assert shown.size.width > CELL
    assert shown.pixels.std() > 0


def test_regions_are_outlined_on_their_picture():
    with_regions, without = (samples("vip_llava_instruct")[index] for index in (1, 0))
    assert with_regions.picture == without.picture
    drawn, plain = (sample_sheet([one]).pixels[:100, :CELL] for one in (with_regions, without))
    assert (drawn != plain).any()
    assert np.array_equal(drawn, sample_sheet([with_regions]).pixels[:100, :CELL])
