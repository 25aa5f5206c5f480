"""Marks keep their pixels, byte for byte.

After a wanted change raise VERSION in marks/render.py and run: python -m tests.marks.test_goldens
"""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PIL

from deixis.marks import VERSION, draw, shapes
from tests.marks.regions import clear_marks_of, ground, marks_of

FOLDER = Path(__file__).parent / "goldens"


def golden_path(shape, style=""):
    return FOLDER / f"{style}{shape}-{VERSION}.png"


@pytest.mark.parametrize("shape", shapes.names())
def test_a_shape_is_drawn_as_its_golden(shape):
    golden = np.asarray(PIL.open(golden_path(shape)))
    drawn = draw(ground(), marks_of(shape)).pixels
    assert np.array_equal(drawn, golden)


@pytest.mark.parametrize("shape", shapes.names())
def test_a_clear_shape_is_drawn_as_its_golden(shape):
    golden = np.asarray(PIL.open(golden_path(shape, "clear-")))
    assert np.array_equal(draw(ground(), clear_marks_of(shape)).pixels, golden)


def test_goldens_are_small():
    assert max(path.stat().st_size for path in FOLDER.glob("*.png")) < 11_000


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in shapes.names():
        picture = draw(ground(), marks_of(name)).pil()
        picture.save(golden_path(name), optimize=True)
        clear = draw(ground(), clear_marks_of(name)).pil()
        clear.save(golden_path(name, "clear-"), optimize=True)
