"""One or some things of a scene pointed at without a drawn mark: tagged, cut out, or all else
dimmed, blurred or painted over, by Deixis's own encodings and in their words.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import PIL.Image
from jaxtyping import UInt8

from deixis.ask.composer import Asking, Composed, compose
from deixis.coordinates import Dialect
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.encodings import Encoding, Frame
from deixis.encodings.blurred import blurred
from deixis.encodings.cropped import Cropped
from deixis.encodings.dimmed import dimmed
from deixis.encodings.masked import masked
from deixis.encodings.tagged import tagged
from deixis_lab.world.scene import Scene, Thing
from deixis_lab.zoo.training.asked_scenes import Pointed, SecondPicture
from deixis_lab.zoo.training.labels import NONE, PatchLabels, label_patches
from deixis_lab.zoo.training.marked_scenes import markable_things

BESIDE = "beside"  # a crop after the whole picture
WAYS = ("cropped", "dimmed", "masked", "blurred", "tagged")
OBJECT = "the object "  # with which most phrases begin
MOST_TAGGED = 5
GREY = 127  # what processors fill a square with
BOXED = 0.5  # of the regions are the box around a thing, the rest its mask
CONTEXT = (0.05, 0.6)  # of a crop


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class EncodedScene:
    """The picture that is sent, as the model sees it, what its patches show, and what is said; and
    a second one, if that is sent, too.
    """

    pixels: UInt8[np.ndarray, "row column 3"]
    labels: PatchLabels
    pointed: tuple[Pointed, ...]
    second: SecondPicture | None = None


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """A picture padded to a square and brought to a side, and what each of its pixels shows."""

    image: Image
    owners: UInt8[np.ndarray, "row column"]


def encoded(
    scene: Scene, way: str, dialect: Dialect, patch: int, draws: np.random.Generator
) -> EncodedScene | None:
    """The scene with a thing, or if tagged some, pointed at in that way; None where nothing is."""
    cut = way in ("cropped", BESIDE)
    things = [thing for thing in markable_things(scene) if thing.text is None or not cut]
    if not things:
        return None
    chosen = [things[int(place)] for place in draws.permutation(len(things))]
    most = int(draws.integers(1, MOST_TAGGED + 1)) if way == "tagged" else 1
    chosen = chosen[:most]
    shown = {f"it{place}": _encoding(way, thing, draws) for place, thing in enumerate(chosen)}
    text = "|".join(f"{{{slot}}}" for slot in shown)
    composed = compose(Asking(images=(scene.image,), text=text, regions=shown), dialect)
    pointed = [
        Pointed(
            words=phrase.removeprefix(OBJECT),
            thing=thing,
            owner=scene.owner(thing),
            is_phrase=not phrase.startswith(OBJECT),
        )
        for phrase, thing in zip(composed.text.split("|"), chosen, strict=True)
    ]
    return _seen(scene, way, composed, pointed, patch)


def fitted(
    image: Image, side: int, owners: UInt8[np.ndarray, "row column"] | None = None
) -> Fitted:
    """As a processor that pads makes it; `owners` go the same way."""
    shown = np.zeros(image.pixels.shape[:2], np.uint8) if owners is None else owners
    longer = max(image.size.width, image.size.height)
    if (image.size.width, image.size.height) == (side, side):
        return Fitted(image=image, owners=shown)
    left, top = (longer - image.size.width) // 2, (longer - image.size.height) // 2
    square = PIL.Image.new("RGB", (longer, longer), (GREY, GREY, GREY))
    square.paste(image.pil(), (left, top))
    flat = PIL.Image.new("L", (longer, longer), 0)
    flat.paste(PIL.Image.fromarray(shown), (left, top))
    pixels = np.asarray(square.resize((side, side), PIL.Image.Resampling.BICUBIC))
    return Fitted(
        image=Image(pixels=pixels),
        owners=np.asarray(flat.resize((side, side), PIL.Image.Resampling.NEAREST)),
    )


def _seen(
    scene: Scene, way: str, composed: Composed, pointed: Sequence[Pointed], patch: int
) -> EncodedScene:
    frame, *more = composed.frames
    shown = _shown(scene, frame)
    labels = label_patches(shown, (), (), patch=patch)
    if way in ("cropped", "masked"):
        labels = _only(labels, [one.owner for one in pointed])
    second = None
    if more:
        crop = _shown(scene, more[0])
        owner = label_patches(crop, (), (), patch=patch).owner
        second = SecondPicture(pixels=crop.image.pixels, owner=owner)
    pixels = shown.image.pixels
    return EncodedScene(pixels=pixels, labels=labels, pointed=tuple(pointed), second=second)


def _shown(scene: Scene, frame: Frame) -> Scene:
    """The scene as a frame of it, all or a part, looks to the model."""
    moved, size = frame.transform, frame.image.size
    left, top = round(-moved.shift_x), round(-moved.shift_y)
    owners = scene.owners[top : top + size.height, left : left + size.width]
    seen = fitted(frame.image, scene.owners.shape[0], owners)
    return dataclasses.replace(scene, image=seen.image, owners=seen.owners)


def _only(labels: PatchLabels, owners: Sequence[int]) -> PatchLabels:
    """The labels of the patches that show these; the rest of the scene is gone, or moved."""
    kept = np.isin(labels.owner, owners)
    told = {
        key: np.where(kept if value.ndim == 1 else kept[:, None], value, NONE)
        for key, value in labels.as_dict().items()
        if key != "owner"
    }
    told["letter"] = np.full_like(labels.letter, NONE)
    return PatchLabels(owner=labels.owner, **told)


def _encoding(way: str, thing: Thing, draws: np.random.Generator) -> Encoding:
    shape = thing.region.box() if draws.random() < BOXED else thing.region.shape
    region = Region(shape=shape)
    if way in ("cropped", BESIDE):
        context = float(draws.uniform(*CONTEXT))
        return Cropped(region=region, context=context, beside=way == BESIDE)
    kinds: dict[str, Callable[[Region], Encoding]] = {
        "dimmed": dimmed,
        "masked": masked,
        "blurred": blurred,
        "tagged": tagged,
    }
    return kinds[way](region)
