import numpy as np
import pytest
from PIL import Image

from deixis.core.errors import ImageError
from deixis.core.images import ImageLimits, open_image, picture_size


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_header_tells_the_size_of_the_opened_picture(tmp_path, name, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = tmp_path / name
    Image.fromarray(np.zeros((20, 31, 3), dtype=np.uint8)).save(file, exif=exif)
    assert picture_size(file) == open_image(file).size


def test_refused_pictures_are_refused_by_their_header(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(ImageError, match="cannot open"):
        picture_size(tmp_path / "a.png")
    with pytest.raises(ImageError, match="no such file"):
        picture_size(tmp_path / "none.png")
    Image.new("RGB", (30, 20)).save(tmp_path / "b.png")
    with pytest.raises(ImageError, match="above the limit"):
        picture_size(tmp_path / "b.png", limits=ImageLimits(max_side=25))
