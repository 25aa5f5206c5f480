"""A prompt as a folder: the same bits in another process, and refusals of what is not one."""

import dataclasses
import json
import os
import re
import subprocess
import sys
from dataclasses import asdict

import pytest
import torch
from safetensors.torch import save_file

from deixis.core.errors import ModelError, UnsupportedError, UsageError
from deixis.models.load_by_name import load
from deixis.models.tensor_interface import pixels_of
from deixis.pixel.card import Card, Exported, Gain, PromptSource, Quantised
from deixis.pixel.prompts import prompts
from deixis.pixel.saved import NUMBERS, RECORD, check_fits, load_prompt, save_prompt
from tests.pixel.nursery import learned, picture

GAIN = Gain(model="b", benchmark="x", num_questions=9, before=40.0, after=52.5, low=3.0, high=22.0)
CARD = Card(
    sources=(PromptSource(model="tiny:llava", preparation={"processor": "P", "settings": "0"}),),
    task="counting",
    steps=7,
    seed=2,
    settings={"consistency": 0.005},
    encoder={"encoder": "own"},
    gains=(GAIN,),
    quantised=Quantised(outside=0.25, error=3.5),
    exported=Exported(file="overlay.png", outside=0.125, error=0.75, pixels=4.25),
)
APPLY = """
import hashlib, sys
from deixis.models.tensor_interface import pixels_of
from deixis.pixel.saved import load_prompt
from tests.pixel.nursery import picture
out = load_prompt(sys.argv[1]).prompt(pixels_of(picture()))
print(hashlib.sha256(out.numpy().tobytes()).hexdigest())
"""


@pytest.mark.parametrize("kind", prompts.names())
def test_a_saved_prompt_is_the_same(kind, tmp_path):
    prompt = learned(kind)
    save_prompt(prompt, CARD, tmp_path)
    saved = load_prompt(tmp_path)
    assert saved.card == CARD
    assert saved.prompt.layout == prompt.layout
    pixels = pixels_of(picture())
    assert torch.equal(saved.prompt(pixels), prompt(pixels))
    assert not any(numbers.requires_grad for numbers in saved.prompt.parameters())


@pytest.mark.long
def test_it_is_applied_to_the_bit_in_another_process(tmp_path):
    import hashlib

    prompt = learned("frame")
    save_prompt(prompt, CARD, tmp_path)
    with torch.no_grad():
        ours = hashlib.sha256(prompt(pixels_of(picture())).numpy().tobytes()).hexdigest()
    done = subprocess.run(
        [sys.executable, "-c", APPLY, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ours


def test_the_file_of_numbers_names_the_prompt_too(tmp_path):
    save_prompt(learned("border"), Card(), tmp_path)
    assert load_prompt(tmp_path / NUMBERS).card == Card()


def test_the_page_tells_what_was_found(tmp_path):
    save_prompt(learned("frame"), CARD, tmp_path)
    page = (tmp_path / "README.md").read_text()
    for words in ("`tiny:llava`", "counting", "7 steps", "25.0 %", "+12.5 (+3.0 to +22.0)"):
        assert words in page
    lost = "`overlay.png`: 12.5 % of its numbers are cut, 0.75 of 255 off in the mean; pixels of"
    assert f"{lost} 8-bit pictures are 4.25 off" in page
    save_prompt(learned("frame"), Card(), tmp_path)
    assert "No gain was measured" in (tmp_path / "README.md").read_text()


HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "x | y",
    "`x` <script>",
    "a\n\n# b\n<script>",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_on_the_page_is_shown_and_never_obeyed(tmp_path, name):
    gain = dataclasses.replace(GAIN, model=name, benchmark=name, asked=name, mode=name)
    sources = (PromptSource(model=name, preparation={"processor": name}, weights=name, dtype=name),)
    exported = dataclasses.replace(CARD.exported, file=name)
    card = dataclasses.replace(CARD, sources=sources, task=name, gains=(gain,), exported=exported)
    save_prompt(learned("frame"), card, tmp_path)
    page = (tmp_path / "README.md").read_text()
    assert len(re.findall(r"^#", page, re.MULTILINE)) == 1
    assert all(len(row) == 8 for row in cells(page))
    obeyed = re.sub(r"(?<![\\`])`[^`\n]+`", "", page)  # all but code
    assert not re.search(r"(?<!\\)<(?:img|script)|(?<!\\)\[a", obeyed)


def cells(page):
    """The rows of a page's table, split where a cell ends."""
    return [re.split(r"(?<!\\)\|", line) for line in page.splitlines() if line.startswith("|")]


def spoil_record(folder, **changes):
    record = json.loads((folder / RECORD).read_text())
    (folder / RECORD).write_text(json.dumps(record | changes))


def spoil_card(folder, **changes):
    record = json.loads((folder / RECORD).read_text())
    spoil_record(folder, card=record["card"] | changes)


def renewed(folder, tensors):
    """Other numbers, whose digest is told."""
    import hashlib

    save_file(tensors, folder / NUMBERS)
    spoil_record(folder, numbers=hashlib.sha256((folder / NUMBERS).read_bytes()).hexdigest())


SPOILT = {
    "a version": (lambda f: spoil_record(f, deixis="pixel-prompt/9"), UsageError, "reads pixel-"),
    "no object": (lambda f: (f / RECORD).write_text("[]"), UsageError, "is None"),
    "no JSON": (lambda f: (f / RECORD).write_text("{"), ModelError, "is not JSON"),
    "no layout": (lambda f: spoil_record(f, layout={"sides": 3}), ModelError, "not a pixel"),
    "no card": (lambda f: spoil_record(f, card={"sources": [3]}), ModelError, "not the card"),
    "a model that is a number": (
        lambda f: spoil_card(f, sources=[{"model": 3}]),
        ModelError,
        "model cannot be 3",
    ),
    "a preparation that is none": (
        lambda f: spoil_card(f, sources=[{"model": "a", "preparation": [1]}]),
        ModelError,
        "preparation cannot be",
    ),
    "a gain of words": (
        lambda f: spoil_card(f, gains=[asdict(GAIN) | {"before": "40"}]),
        ModelError,
        "before cannot be '40'",
    ),
    "a gain without end": (
        lambda f: spoil_card(f, gains=[asdict(GAIN) | {"high": float("inf")}]),
        ModelError,
        "high cannot be inf",
    ),
    "a task of two lines": (lambda f: spoil_card(f, task="a\nb"), ModelError, "task cannot be"),
    "a terminal's words": (lambda f: spoil_card(f, task="\x1b[2J"), ModelError, "task cannot be"),
    "half a step": (lambda f: spoil_card(f, steps=0.5), ModelError, "steps cannot be 0.5"),
    "a loss of words": (
        lambda f: spoil_card(f, exported=asdict(CARD.exported) | {"error": "none"}),
        ModelError,
        "error cannot be 'none'",
    ),
    "settings that are none": (lambda f: spoil_card(f, settings=[]), ModelError, "settings"),
    "a kind that is no file": (lambda f: spoil_record(f, kind="../frame"), UsageError, "no pixel"),
    "a layout of words": (
        lambda f: spoil_record(f, layout={"side": "48", "mode": {}}),
        ModelError,
        "not a pixel",
    ),
    "no file": (lambda f: (f / NUMBERS).unlink(), ModelError, "cannot read"),
    "torn": (lambda f: (f / NUMBERS).write_bytes(b"12"), ModelError, "cannot read"),
    "swapped": (
        lambda f: save_file({"numbers": torch.ones(3, 304)}, f / NUMBERS),
        ModelError,
        "its digest is another",
    ),
    "a shape": (lambda f: renewed(f, {"numbers": torch.ones(3, 9)}), ModelError, "this kind"),
    "a dtype": (
        lambda f: renewed(f, {"numbers": torch.ones(3, 304, dtype=torch.float16)}),
        ModelError,
        "this kind",
    ),
    "a name": (lambda f: renewed(f, {"number": torch.ones(3, 304)}), ModelError, "this kind"),
    "not finite": (
        lambda f: renewed(f, {"numbers": torch.full((3, 304), float("nan"))}),
        ModelError,
        "not finite",
    ),
}


@pytest.mark.parametrize("how", SPOILT)
def test_what_is_no_prompt_is_refused(how, tmp_path):
    spoil, error, words = SPOILT[how]
    save_prompt(learned("frame"), CARD, tmp_path)
    assert load_prompt(tmp_path).prompt.numbers.shape == (3, 304)
    spoil(tmp_path)
    with pytest.raises(error, match=words):
        load_prompt(tmp_path)


def test_a_file_beyond_measure_is_refused(tmp_path, monkeypatch):
    save_prompt(learned("frame"), CARD, tmp_path)
    monkeypatch.setattr("deixis.models.saved.MOST", 10)
    with pytest.raises(ModelError, match="larger than 10"):
        load_prompt(tmp_path)
    monkeypatch.setattr("deixis.models.saved.MOST_TOLD", 9)
    with pytest.raises(ModelError, match="larger than 9"):
        load_prompt(tmp_path)


def test_a_pipe_in_the_place_of_the_numbers_keeps_nobody_waiting(tmp_path):
    save_prompt(learned("frame"), CARD, tmp_path)
    (tmp_path / NUMBERS).unlink()
    os.mkfifo(tmp_path / NUMBERS)
    with pytest.raises(ModelError, match="not a file"):
        load_prompt(tmp_path)


def test_a_folder_without_one_is_told(tmp_path):
    with pytest.raises(UsageError, match="is no pixel prompt"):
        load_prompt(tmp_path)


def test_a_model_whose_processor_changed_is_warned_of_or_refused(tmp_path, caplog):
    model = load("tiny:llava")
    save_prompt(learned("frame"), CARD, tmp_path)
    saved = load_prompt(tmp_path)
    assert len(check_fits(saved, model)) == 2
    assert "another settings than when the prompt was learned" in caplog.text
    with pytest.raises(UnsupportedError, match="another processor"):
        check_fits(saved, model, strict=True)


def test_a_model_that_was_trained_anew_is_warned_of_or_refused(tmp_path, caplog):
    before, now = load("tiny:llava"), load("tiny:llava", seed=1)
    save_prompt(learned("frame"), Card(sources=(PromptSource.of(before),)), tmp_path)
    assert f"weights {before.weights_digest()} in float32" in (tmp_path / "README.md").read_text()
    saved = load_prompt(tmp_path)
    (problem,) = check_fits(saved, now)
    assert f"{before.weights_digest()} then, {now.weights_digest()} now" in problem
    assert "has other weights than when the prompt was learned" in caplog.text
    with pytest.raises(UnsupportedError, match="has other weights"):
        check_fits(saved, now, strict=True)


def test_weights_are_compared_in_the_dtype_that_the_prompt_was_learned_in(tmp_path):
    half = load("tiny:llava", dtype="bfloat16")
    save_prompt(learned("frame"), Card(sources=(PromptSource.of(half),)), tmp_path)
    saved = load_prompt(tmp_path)
    assert check_fits(saved, load("tiny:llava"), strict=True) == []
    assert len(check_fits(saved, load("tiny:llava", seed=1))) == 1


def test_a_card_from_before_weights_were_told_says_nothing_of_them(tmp_path):
    model = load("tiny:llava")
    old = {"model": model.name, "preparation": dict(model.preparation)}
    save_prompt(learned("frame"), CARD, tmp_path)
    card = json.loads((tmp_path / RECORD).read_text())["card"]
    spoil_record(tmp_path, card=card | {"sources": [old]})
    assert check_fits(load_prompt(tmp_path), model, strict=True) == []


def test_a_card_from_before_files_were_measured_says_nothing_of_them(tmp_path):
    save_prompt(learned("frame"), CARD, tmp_path)
    old = json.loads((tmp_path / RECORD).read_text())["card"]
    del old["exported"]
    spoil_record(tmp_path, card=old)
    assert load_prompt(tmp_path).card == dataclasses.replace(CARD, exported=None)


def test_a_model_as_it_was_and_one_that_the_card_does_not_name_pass(tmp_path, caplog):
    model = load("tiny:llava")
    save_prompt(learned("frame"), Card(sources=(PromptSource.of(model),)), tmp_path)
    saved = load_prompt(tmp_path)
    assert check_fits(saved, model, strict=True) == []
    assert check_fits(saved, load("tiny:blip_2"), strict=True) == []
    assert caplog.text == ""
