"""Tiny models of every family and the seven nano models, for the contracts that they all hold."""

import functools
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from transformers.utils import is_torchvision_available

from deixis.core.image import Image
from deixis.models.checkpoint_model import wrap
from deixis.models.families import families
from deixis.models.interface import Completion, Generation, Question
from deixis.models.load_by_name import load
from deixis.models.transformers_model import TransformersModel
from deixis.testing import tiny
from tests.long import each_of

NEEDS_TORCHVISION = {"molmo2"}
NANO_FAMILIES = {"nano:vipllava": "vipllava"}
if find_spec("deixis_lab") is not None:
    from deixis_lab.zoo import nano

    NANO_FAMILIES = {f"nano:{name}": name for name in nano.names()} | {"nano:llava_conv": "llava"}
FAMILIES = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            name in NEEDS_TORCHVISION and not is_torchvision_available(),
            reason=f"the image processor of {name} needs torchvision",
        ),
    )
    for name in [*families.names(), *NANO_FAMILIES]
]
each_family = each_of("name", FAMILIES)
# towers whose tokens look, through convolutions, at their neighbours' cells as much as at their own
CONVOLUTIONAL = {"fast_vlm", "nano:fast_vlm", "nano:vipllava", "nano:llava_conv"}
WORDS = ("What", "is", "this", "cat", "dog", "a", "big", "yes", "it")
SIZES = [(50, 37), (31, 90), (64, 64), (100, 33), (20, 25)]
SETTINGS = Generation(max_new_tokens=6)
ANSWERS = ["cat", "a big dog", "yes it is"]


@functools.cache
def built(name: str) -> TransformersModel:
    if name == "nano:vipllava":  # the one that is trained and shipped
        return load("nano", batch_size=5)
    if name == "nano:fast_vlm":  # untrained, so deep a tower of batch norms shows nothing
        return load(name, batch_size=5)
    if name in NANO_FAMILIES:
        new = nano.build(name.removeprefix(nano.PREFIX), words=WORDS, seed=0)
        return wrap(new.model, new.processor, name=name, batch_size=5)
    if name not in tiny.names():
        pytest.fail(f"the family {name} has no tiny model: add one in src/deixis/testing/tiny")
    parts = tiny.build(name)
    family = families.get(name)(parts.model, parts.processor)
    return TransformersModel(name=name, family=family, batch_size=5)


def picture(width: int, height: int, seed: int = 0) -> Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image(pixels=pixels)


def as_pixels(image: Image) -> torch.Tensor:
    return torch.from_numpy(image.pixels.copy()).permute(2, 0, 1).float()


def asked(*pictures: Image, text: str = "What is this?") -> Question:
    return Question(pictures=pictures, text=text)


def mixed_questions() -> list[Question]:
    """Five of different sizes and lengths."""
    return [
        asked(picture(*size, seed=i), text="What is this?" + " dog" * i)
        for i, size in enumerate(SIZES)
    ]


def equal_questions() -> list[Question]:
    """Five of one size, which all of transformers' pipelines can put in one batch."""
    return [asked(picture(64, 64, seed=i), text="Where?" + " cat" * i) for i in range(5)]


def tokens(completions: list[Completion]) -> list[tuple[int, ...]]:
    return [completion.tokens for completion in completions]


@functools.cache
def mixed_answers(name: str) -> list[tuple[int, ...]]:
    return tokens(built(name).generate(mixed_questions(), SETTINGS))


def painted(image: Image, box: np.ndarray) -> Image:
    x0, y0, x1, y1 = np.maximum(box, 0).round().astype(int)
    pixels = image.pixels.copy()
    pixels[y0:y1, x0:x1] = (250, 20, 30)
    return Image(pixels=pixels)


def cells_inside(grid, view, *, most: int) -> list[tuple[int, np.ndarray]]:
    """Some of a view's tokens and boxes that lie wholly in the picture."""
    limits = np.array([grid.size.width, grid.size.height] * 2)
    found = [
        (int(token), box)
        for token, box in zip(view.tokens.ravel(), view.cell_boxes.reshape(-1, 4), strict=True)
        if token >= 0 and (box > -1e-6).all() and (box < limits + 1e-6).all()
    ]
    return found[:: max(1, len(found) // most)]


def steps_between(grid: np.ndarray, first: int, second: int) -> int:
    """How many cells apart two tokens of a view are, sideways, up and down or across."""
    places = [np.argwhere(grid == token)[0] for token in (first, second)]
    return int(np.abs(places[0] - places[1]).max())


def most_changed(name: str, grid: np.ndarray, change: np.ndarray) -> int:
    """The token of a view that changed most; of convolutions, the middle of the nine that did."""
    changes = np.where(grid >= 0, change[grid], 0.0)
    if name in CONVOLUTIONAL:
        padded, (height, width) = np.pad(changes, 1), changes.shape
        changes = sum(padded[y : y + height, x : x + width] for y in range(3) for x in range(3))
    return int(grid.ravel()[changes.argmax()])


def only_where(holds, *, but=()):
    """The families of whose class that is true; the class tells before anything is built."""
    classes = {name: name for name in families.names()} | NANO_FAMILIES
    names = [name for name, family in classes.items() if holds(families.get(family).abilities)]
    names = set(names) - set(but)
    return each_of("name", [family for family in FAMILIES if family.values[0] in names])
