"""From regions and a question to the pictures and words that are sent."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, final

from deixis.coordinates import Convention
from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.transform import identity
from deixis.core.untrusted_text import sayable
from deixis.encodings import Encoding, Frame
from deixis.encodings.said import Said
from deixis.models.interface import Question

Pointed: TypeAlias = Region | Encoding
Settle: TypeAlias = Callable[[Image, Mapping[str, Encoding], bool], Mapping[str, Encoding]]
PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """A question as people ask it: pictures, words with `{slot}`s, and the regions of the slots.

    `answer` is what a model should say, where it is to learn that; regions are said in it too.
    """

    images: tuple[Image, ...]
    text: str
    regions: Mapping[str, object] = field(default_factory=dict)
    answer: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """All words in which a region may be spoken of."""
        return (self.text, self.answer)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Composed:
    """A question ready to be sent: pictures with their places, and the words; and what is known
    of each picture, where a model is given it.
    """

    frames: tuple[Frame, ...]
    text: str
    answer: str = ""
    notes: tuple[tuple[Region, ...], ...] = ()

    def question(self, system: str | None) -> Question:
        """The question as the model takes it."""
        pictures = tuple(frame.image for frame in self.frames)
        return Question(pictures=pictures, text=self.text, system=system, notes=self.notes)


def compose(
    asking: Asking,
    convention: Convention,
    settle: Settle | None = None,
    control_words: tuple[str, ...] = (),
) -> Composed:
    """The pictures and the words of a question are made of its images and regions.

    `settle` may change the encodings; it is told whether the picture is sent alone. No label says
    one of the model's `control_words`.
    """
    encodings = {
        name: _sayable(_encoding(pointed), control_words)
        for name, pointed in asking.regions.items()
    }
    if not encodings and len(asking.images) != 1:
        return Composed(frames=_whole(asking.images), text=asking.text, answer=asking.answer)
    if len(asking.images) != 1:
        raise UsageError("regions of several images are not told apart; give one image")
    (image,) = asking.images
    _check_names(asking.texts, encodings)
    _check_sole(encodings)
    encodings = _told_apart(encodings)
    for encoding in encodings.values():
        encoding.region.within(image.size)
    own = {name: encoding.own_picture(image) for name, encoding in encodings.items()}
    if settle is not None:
        alone = not any(own.values())
        encodings = dict(settle(image, encodings, alone))
    whole = image
    for encoding in encodings.values():
        whole = encoding.paint(whole)
    frames: dict[str, Frame] = {}
    if not encodings or any(encoding.needs_whole for encoding in encodings.values()):
        frames[""] = Frame(image=whole, transform=identity(image.size))
    frames |= {name: frame for name, frame in own.items() if frame is not None}
    numbered = {
        name: replace(frame, number=i + 1, num_pictures=len(frames))
        for i, (name, frame) in enumerate(frames.items())
    }
    phrases = {
        name: encoding.phrase(numbered.get(name) or numbered[""], convention)
        for name, encoding in encodings.items()
    }
    text, answer = (_filled(words, phrases) for words in asking.texts)
    return Composed(frames=tuple(numbered.values()), text=text, answer=answer)


def _whole(images: Sequence[Image]) -> tuple[Frame, ...]:
    """Several pictures, or none, as they are."""
    return tuple(
        Frame(image=image, transform=identity(image.size), number=i, num_pictures=len(images))
        for i, image in enumerate(images, start=1)
    )


def _filled(text: str, phrases: Mapping[str, str]) -> str:
    return PLACE.sub(lambda place: phrases[place[1]], text) if phrases else text


def _encoding(pointed: object) -> Encoding:
    if isinstance(pointed, Region):
        return Said(region=pointed)
    if isinstance(pointed, Encoding):
        return pointed
    raise UsageError(f"a region or an encoding of one is expected, got {type(pointed).__name__}")


def _sayable(encoding: Encoding, control_words: tuple[str, ...]) -> Encoding:
    label = encoding.region.label
    if label is None:
        return encoding
    said = sayable(label, control_words)
    return replace(encoding, region=encoding.region.named(label=said))


def _told_apart(encodings: Mapping[str, Encoding]) -> dict[str, Encoding]:
    """No two said alike: what the user chose comes first, then what was left open."""
    settled: dict[str, Encoding] = {}
    for name in sorted(encodings, key=lambda name: encodings[name].is_open):
        settled[name] = encodings[name].apart_from(tuple(settled.values()))
    listed = tuple(settled[name] for name in encodings)
    return {name: settled[name].among(listed) for name in encodings}


def _check_names(texts: Sequence[str], encodings: Mapping[str, Encoding]) -> None:
    if not encodings:
        return
    mentioned = {name for text in texts for name in PLACE.findall(text)}
    for name in sorted(mentioned - set(encodings)):
        raise UnknownNameError(kind="region of this question", name=name, known=encodings)
    for name in encodings:
        if name not in mentioned:
            raise UsageError(f"the question does not mention the region {name!r}: write {{{name}}}")


def _check_sole(encodings: Mapping[str, Encoding]) -> None:
    kinds = [type(encoding).__name__ for encoding in encodings.values() if encoding.is_sole]
    for kind in kinds:
        if kinds.count(kind) > 1:
            raise UsageError(
                f"only one region of a question can be {kind.lower()}; say or crop the others"
            )
