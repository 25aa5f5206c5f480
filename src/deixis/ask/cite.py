"""The region that an answer rests on: asked for, then checked by showing it alone and by hiding it.

A model that looks gives the same answer from the region alone, and another one without it. One that
makes its region up, or answers from memory, does not. That takes three calls after the answer's.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from deixis.ask.agreement import agreement
from deixis.ask.answer import Answer, Cited, Judging
from deixis.ask.asking import How
from deixis.ask.close_up import cut_out, enlargement
from deixis.ask.composer import Asking, Pointed
from deixis.ask.find import find_in
from deixis.ask.find_prompts import Kind
from deixis.ask.found import Found
from deixis.ask.model import Model
from deixis.core.answer_text import answered
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.shapes import Box
from deixis.core.size import Size
from deixis.core.transform import Transform
from deixis.encodings import Encoding

MARGIN = 0.1  # of the region's extent, on each side of it
ERROR = 0.04  # of the picture's sides: how far off the region of a model that looks may be
LARGEST = 1 / 4  # of the picture; a larger window holds the answer by chance too often
AROUND_POINT = 0.1  # of the picture's longer side, where a model gives points alone
GREY = 128
LONGEST = 300  # letters of a question or an answer that are repeated


def check_citable(model: Model, asking: Asking) -> None:
    """UsageError where an answer could not be checked, before anything is asked."""
    model.known_dialect()
    if len(asking.images) != 1 or asking.history:
        raise UsageError("cite asks again about a part of one picture: give one, and no history")


def cited(
    model: Model, asking: Asking, answer: Answer, *, judge: Judging | None, strict: bool
) -> Answer:
    """The same answer, with what was found out about the region that it rests on."""
    (image,) = asking.images
    if not answered(answer.text).text.strip():
        told = Cited(region=None, found=None, why="the model said nothing that could rest on any")
        return replace(answer, cited=told)
    found = _found(model, image, answer)
    if found.region is None:
        told = Cited(region=None, found=found.trace[0].answer, why=found.why)
        return replace(answer, cited=told)
    window = _window(found.region, image.size)
    label = None if found.region.label == found.what else found.region.label
    region = replace(found.region, label=label)  # the words that were looked for name nothing
    chance = window.area / image.size.area
    known = Cited(region=region, found=found.trace[0].answer, window=window, chance=chance)
    if chance > LARGEST:
        why = f"the window around the region is {chance:.0%} of the picture, too much to tell by"
        return replace(answer, cited=replace(known, why=why))
    crop = _asked_of_crop(model, asking, answer, window, strict=strict)
    hidden = _asked(model, asking, answer, _painted_over(image, window), strict=strict)
    judged = judge or agreement
    question = answer.sent.text
    told = replace(
        known,
        crop=crop,
        agreement=_checked(judged(question, _words(answer), _words(crop))),
        hidden=hidden,
        hidden_agreement=_checked(judged(question, _words(answer), _words(hidden))),
    )
    return replace(answer, cited=told)


def _found(model: Model, image: Image, answer: Answer) -> Found:
    """Where the answer's evidence is, in the model's own words for places."""
    question, said = (
        " ".join(text.split())[:LONGEST]
        for text in (answer.sent.text, answered(_words(answer)).text)
    )
    what = f"the place that shows the answer to the question “{question}”, which is “{said}”"
    settings = replace(answer.sent.settings, max_new_tokens=256, stop=())
    kinds = set(model.dialect.kinds)
    kind: Kind = "box" if {"box", "polygon", "mask"} & kinds else "point"
    return find_in(model, image, what, kind=kind, settings=settings)


def _window(region: Region, size: Size) -> Box:
    """Whole pixels around the region, with room for a model's error."""
    box = region.box()
    point = AROUND_POINT * max(size.width, size.height) if region.kind == "point" else 0.0
    across = MARGIN * box.width + ERROR * size.width + point
    down = MARGIN * box.height + ERROR * size.height + point
    return Box(
        x0=max(math.floor(box.x0 - across), 0),
        y0=max(math.floor(box.y0 - down), 0),
        x1=min(math.ceil(box.x1 + across), size.width),
        y1=min(math.ceil(box.y1 + down), size.height),
    )


def _with_regions(window: Box, regions: Mapping[str, object], size: Size) -> Box:
    """The window grown around the regions of the question, without which it cannot be asked."""
    boxes = [window, *(_region_of(one).within(size).box() for one in _pointed(regions).values())]
    return Box(
        x0=math.floor(min(box.x0 for box in boxes)),
        y0=math.floor(min(box.y0 for box in boxes)),
        x1=math.ceil(max(box.x1 for box in boxes)),
        y1=math.ceil(max(box.y1 for box in boxes)),
    )


def _asked_of_crop(
    model: Model, asking: Asking, answer: Answer, window: Box, *, strict: bool
) -> Answer:
    """The same question about the window alone, and the regions that it speaks of; regions of the
    answer are of the original.
    """
    (image,) = asking.images
    window = _with_regions(window, asking.regions, image.size)
    times = enlargement(model.vlm, image.size, window)
    shot = cut_out(image, window, enlarged=times)
    moved = {name: _moved(one, shot.transform) for name, one in _pointed(asking.regions).items()}
    asked = _asked(model, replace(asking, regions=moved), answer, shot.image, strict=strict)
    back = shot.transform.inverse()
    places = (replace(place, region=back.region(place.region)) for place in asked.places)
    return replace(asked, places=tuple(places))


def _asked(model: Model, asking: Asking, answer: Answer, image: Image, *, strict: bool) -> Answer:
    """The same question about another picture, made in the same way."""
    how = How(system=answer.sent.system, settings=answer.sent.settings, strict=strict)
    return model.answers_to([replace(asking, images=(image,))], how)[0]


def _words(answer: Answer) -> str:
    """What was said, without the places in it: in a crop they have other numbers."""
    text = answer.text
    for place in sorted(answer.places, key=lambda place: -place.start):
        text = f"{text[: place.start]} {text[place.end :]}"
    return text


def _painted_over(image: Image, window: Box) -> Image:
    left, top, right, bottom = (int(edge) for edge in window.xyxy)
    pixels = image.pixels.copy()
    pixels[top:bottom, left:right] = np.uint8(GREY)
    return Image(pixels=pixels, source=image.source)


def _pointed(regions: Mapping[str, object]) -> dict[str, Pointed]:
    return {name: one for name, one in regions.items() if isinstance(one, Region | Encoding)}


def _region_of(pointed: Pointed) -> Region:
    return pointed.region if isinstance(pointed, Encoding) else pointed


def _moved(pointed: Pointed, way: Transform) -> Pointed:
    """A region of the question, or an encoding of it, in the crop."""
    if isinstance(pointed, Encoding):
        return replace(pointed, region=way.region(pointed.region))
    return way.region(pointed)


def _checked(agreed: float) -> float:
    if not 0 <= agreed <= 1:
        raise UsageError(f"a judge tells how far two answers agree, 0..1, got {agreed}")
    return float(agreed)
