"""Pictures padded to squares, by the processor that is saved."""

import numpy as np
import pytest
import torch
from PIL import Image as PIL

from deixis.core.errors import UnsupportedError
from deixis.core.image import Image
from deixis.models.checkpoint_model import pad_to_squares
from deixis.models.interface import Question
from deixis.models.load_by_name import load

WIDE = Image(pixels=np.random.default_rng(0).integers(0, 256, (24, 60, 3), dtype=np.uint8))


def padded_by_hand(model, image):
    """The picture in the middle of a square of the mean colour."""
    mean = tuple(int(part * 255) for part in model.family.image_processor.image_mean)
    side = max(image.size.width, image.size.height)
    square = PIL.new("RGB", (side, side), mean)
    place = ((side - image.size.width) // 2, (side - image.size.height) // 2)
    square.paste(image.pil(), place)
    return Image(pixels=np.asarray(square))


def pixels_of(model, image):
    return model._inputs([Question(pictures=(image,), text="What?")])["pixel_values"]


@pytest.mark.parametrize("name", ["tiny:llava", "tiny:vipllava"])
def test_a_picture_is_seen_as_if_it_had_been_padded(name):
    plain = load(name)
    padded = pad_to_squares(plain)
    seen = pixels_of(padded, WIDE)
    assert not torch.equal(seen, pixels_of(plain, WIDE))
    torch.testing.assert_close(seen, pixels_of(plain, padded_by_hand(plain, WIDE)))
    assert padded.dialect_settings == {"fit": "pad"}
    assert plain.dialect_settings == {"fit": "crop"}


def test_what_is_saved_pads_as_well(tmp_path):
    padded = pad_to_squares(load("tiny:llava"))
    padded.family.model.save_pretrained(tmp_path)
    padded.family.processor.save_pretrained(tmp_path)
    again = load(str(tmp_path))
    assert torch.equal(pixels_of(again, WIDE), pixels_of(padded, WIDE))
    assert torch.equal(pixels_of(pad_to_squares(again), WIDE), pixels_of(padded, WIDE))


def test_a_model_that_cuts_nothing_off_is_refused():
    with pytest.raises(UnsupportedError, match="does not cut pictures to squares"):
        pad_to_squares(load("tiny:qwen2_vl"))
