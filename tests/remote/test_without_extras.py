"""A server is asked where no torch is installed."""

import numpy as np
import PIL.Image

from tests.without_extras import printed


def test_a_server_is_asked_and_marks_are_made_wide_enough_for_it(server, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    PIL.Image.fromarray(pixels).save(tmp_path / "picture.png")
    region = "cup=drawn:box:5,5,50,40"
    model = f"openai:tiny@{server.url}"
    printed("ask", str(tmp_path / "picture.png"), "What is {cup}?", region, "--model", model)
    assert server.texts == ["What is the object within the white rectangle?"]
