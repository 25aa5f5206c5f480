"""What needs no extra works where none is installed, and what needs one says which in one line."""

import json

import numpy as np
import PIL.Image
import pytest

from deixis.core import region_json
from deixis.core.region import box
from tests.without_extras import printed, ran


@pytest.fixture
def picture(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    PIL.Image.fromarray(pixels).save(tmp_path / "picture.png")
    return str(tmp_path / "picture.png")


def test_say_and_read():
    assert "(78,104),(781,1000)" in printed("say", "--size", "64x48", "a=box:5,5,50,50")
    assert printed("read", "[1, 2, 3, 4]", "--size", "6x4", "--dialect", "pixels")


def test_draw_with_tags_too(picture, tmp_path):
    out = tmp_path / "drawn.png"
    assert "white rectangle" in printed("draw", picture, "a=box:1,1,30,30", "--out", str(out))
    assert out.stat().st_size
    printed("draw", picture, "a=box:1,1,30,30", "--tags", "A", "--out", str(tmp_path / "tags.png"))


def test_models_lists_families():
    assert "qwen3_vl" in printed("models")
    assert "vipllava" in json.loads(printed("models", "--json"))


def test_a_file_is_looked_at_as_a_source(picture, tmp_path):
    notes = tmp_path / "notes.jsonl"
    cup = region_json.to_record(box(1, 2, 30, 40, label="cup"))
    notes.write_text(json.dumps({"image": "picture.png", "regions": {"cup": cup}}))
    assert "cup" in printed("look", picture, "--source", f"regions:{notes}")


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "{picture}", "What?", "--model", "nano"),
        ("ask", "{picture}", "What?", "--model", "tiny:llava"),
        (
            "ask",
            "{picture}",
            "What?",
            "--model",
            "openai:x@http://localhost:1/v1",
            "--pixel",
            "{picture}",
        ),
        ("look", "{picture}", "--source", "panoptic:x"),
    ],
)
def test_what_needs_torch_says_so_in_one_line(arguments, picture):
    done = ran(*(one.format(picture=picture) for one in arguments))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "pip install 'deixis[torch]', or in a clone pip install -e '.[torch]'" in done.stderr


def test_the_help_of_every_command_needs_no_extra():
    code = """
from deixis.cli.main import commands, parser
for name in commands.names():
    parser(name).format_help()
"""
    done = ran(code=code)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_public_name_but_those_of_models_here_can_be_had():
    code = """
import deixis
from deixis.core.errors import MissingExtraError
lacking = []
for name in deixis.__all__:
    try:
        getattr(deixis, name)
    except MissingExtraError:
        lacking.append(name)
print(lacking)
"""
    assert ran(code=code).stdout.strip() == "['rank_entities']"


@pytest.mark.parametrize("name", ["benchmarks", "datasets", "encodings", "sources"])
def test_parts_that_need_an_extra_name_it(name):
    place = {"benchmarks": "deixis.evals.benchmarks", "datasets": "deixis.data"}
    code = f"""
from {place.get(name, f"deixis.{name}")} import {name} as parts
from deixis.core.errors import MissingExtraError
lacking = []
for name in parts.names():
    if name.startswith(("scenes_", "truth")):
        continue  # the laboratory's, which brings what it needs
    try:
        parts.get(name)
    except MissingExtraError:
        lacking.append(name)
print(lacking)
"""
    done = ran(code=code)
    assert done.stderr == ""
    lacking = ["detector", "panoptic", "sam3"] if name == "sources" else []
    assert done.stdout.strip() == str(lacking)
