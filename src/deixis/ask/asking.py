"""A question as a user puts it becomes an `Ask`: checked, before anything is opened or sent."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Integral, Real
from typing import Any, TypeAlias, TypedDict, final

from typing_extensions import Unpack

from deixis.ask.answer import Answer, Judging
from deixis.ask.composer import Asking, Exchange, Pointed, encodings_of
from deixis.ask.sent import Sent
from deixis.ask.slots import check_slots, filled
from deixis.core import given
from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.given import told
from deixis.core.image import Image
from deixis.core.images import DATA_URL, URL, Bytes, ImageLike, open_image, picture_size
from deixis.core.region_from import RegionLike, region_of
from deixis.core.size import Size
from deixis.encodings import Encoding
from deixis.models.interface import Generation

Pictures: TypeAlias = ImageLike | Sequence[ImageLike]
BYTES = bytes | bytearray | memoryview
PointedLike: TypeAlias = RegionLike | Encoding
History: TypeAlias = Iterable[Answer | Exchange]


class HowWords(TypedDict, total=False):
    """What is said about the manner of a call, by name."""

    system: str | None
    settings: Generation | None
    max_new_tokens: int | None
    temperature: float | None
    top_p: float | None
    seed: int | None
    stop: Sequence[str] | None
    strict: bool


HOW_WORDS = tuple(HowWords.__annotations__)
SETTINGS = ("max_new_tokens", "temperature", "top_p", "seed", "stop")
KINDS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "regions": (Mapping, "a dict of regions by their names"),
    "history": (Iterable, "a list of answers and exchanges, or a chat"),
    "system": (str, "text"),
    "settings": (Generation, "a Generation"),
    "max_new_tokens": (Integral, "a whole number"),
    "temperature": (Real, "a number"),
    "top_p": (Real, "a number"),
    "seed": (Integral, "a whole number"),
    "stop": ((tuple, list), "a tuple of words"),
    "strict": (bool, "True or False"),
    "cite": (bool, "True or False"),
}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class How:
    """The manner of a call, the same for all questions of it: a system prompt, the settings of the
    answer, and whether marks that get lost on the way are refused.
    """

    system: str | None = None
    settings: Generation = field(default_factory=Generation)
    strict: bool = False


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """One question with the manner in which it is asked; `cite` and `judge` as `Model.ask` has
    them.
    """

    asking: Asking
    how: How
    cite: bool = False
    judge: Judging | None = None


def ask_of(  # noqa: PLR0913  # what every verb of asking takes, all but two by name
    image: Pictures,
    question: str,
    /,
    *,
    regions: Mapping[str, PointedLike] | None = None,
    history: History = (),
    system: str | None = None,
    settings: Generation | None = None,
    max_new_tokens: int | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    seed: int | None = None,
    stop: Sequence[str] | None = None,
    strict: bool = False,
    cite: bool = False,
    judge: Judging | None = None,
    **named: PointedLike,
) -> Ask:
    """What was asked, and how; UsageError says what of it cannot be.

    `image` is a picture in any form that can be opened, or several. `{name}` in the question stands
    for the region given as `name=`, or in `regions`, where it may have any name; `{{name}}` is
    literal, and other braces are text. Settings may be given one by one, or as a `Generation`, over
    which those by name win.
    """
    check_kinds(regions=regions, history=history, strict=strict, cite=cite)
    how = how_of(
        system=system,
        settings=settings,
        max_new_tokens=max_new_tokens,
        temperature=temperature,
        top_p=top_p,
        seed=seed,
        stop=stop,
        strict=strict,
    )
    asking = asking_of(image, question, pointed(regions, named), history)
    return Ask(asking=asking, how=how, cite=cite, judge=judge)


def how_of(*, usual: Generation | None = None, **words: Unpack[HowWords]) -> How:
    """The manner of a call; settings that nobody gives are the `usual` ones."""
    for name in words:
        if name not in HOW_WORDS:
            raise UnknownNameError(kind="option of this call", name=name, known=HOW_WORDS)
    check_kinds(**words)
    # Any: whatever `Generation` has under that name, of the kind that was checked
    given: dict[str, Any] = {
        name: value for name, value in words.items() if name in SETTINGS and value is not None
    }
    if "stop" in given:
        given["stop"] = tuple(given["stop"])
    base = words.get("settings") or usual or Generation()
    return How(
        system=words.get("system"),
        settings=replace(base, **given),
        strict=words.get("strict", False),
    )


def asking_of(
    image: Pictures, text: str, regions: Mapping[str, Pointed], history: History = ()
) -> Asking:
    """What is asked, its pictures opened; answers in the history bring the pictures and turns that
    they were sent with.
    """
    asking = replace(_worded(text, regions, history), images=opened_images(image))
    encodings_of(asking, [one.size for one in asking.images])
    return asking


def check_asking(
    image: Pictures, text: str, regions: Mapping[str, Pointed], history: History = ()
) -> None:
    """UsageError where the question cannot be asked; pictures in files are looked at only as far as
    their headers tell their size.
    """
    encodings_of(_worded(text, regions, history), [_size(one) for one in _listed(image)])


def _worded(text: str, regions: Mapping[str, Pointed], history: History) -> Asking:
    """The question without its pictures."""
    if not isinstance(text, str):
        raise UsageError(f"question is text, got {told(text)}")
    said: list[Exchange] = []
    for one in turns_given(history):
        if isinstance(one, Answer):
            said += [] if said else exchanges(one.sent)
            one = exchange(one)
        said.append(one)
    new = [one for one in said if not one.was_sent]
    check_slots([text, *(part for one in new for part in (one.question, one.answer))], regions)
    if not regions:  # what is literal loses its braces here, else where the slots are filled
        text = filled(text, {})
        said = [one if one.was_sent else _literal(one) for one in said]
    return Asking(images=(), text=text, regions=regions, history=tuple(said))


def turns_given(history: History) -> list[Answer | Exchange]:
    """What was said before, each turn an answer or an exchange."""
    turns = list(given.some("history", history, "a list of answers and exchanges"))
    for one in turns:
        if not isinstance(one, Answer | Exchange):
            raise UsageError(f"history holds answers and exchanges, got {told(one)}")
    return turns


def exchange(answer: Answer) -> Exchange:
    """A question that was asked and its answer, with the pictures sent so far."""
    sent = answer.sent
    return Exchange(question=sent.text, answer=answer.text, frames=sent.frames)


def exchanges(sent: Sent) -> list[Exchange]:
    """The turns before a question that was sent, with the pictures shown so far."""
    found: list[Exchange] = []
    num = 0
    for asked, answered in zip(sent.earlier[::2], sent.earlier[1::2], strict=True):
        num += asked.num_pictures
        frames = sent.frames[: max(num, 1)]
        found.append(Exchange(question=asked.text, answer=answered.text, frames=frames))
    return found


def pointed(
    regions: Mapping[str, PointedLike] | None, named: Mapping[str, PointedLike]
) -> dict[str, Pointed]:
    """The regions of a question by their names, each given once, in any form that says where."""
    for name in regions or {}:
        given.text("a region's name", name)
    for name in (regions or {}).keys() & named.keys():
        raise UsageError(f"the region {name!r} is given twice, in regions and by its name")
    return {
        name: one if isinstance(one, Encoding) else region_of(one, name=f"the region {name!r}")
        for name, one in {**(regions or {}), **named}.items()
    }


def opened_images(image: Pictures) -> tuple[Image, ...]:
    """One picture or several, opened."""
    return tuple(open_image(one) for one in _listed(image))


def _listed(image: Pictures) -> Sequence[ImageLike]:
    if isinstance(image, Sequence) and not isinstance(image, str | Bytes):
        return image
    return [image]


def _size(image: ImageLike) -> Size | None:
    """The size of a picture, where it is known before it is opened."""
    if isinstance(image, Image):
        return image.size
    if not isinstance(image, str | os.PathLike):
        return None
    path = os.fsdecode(image)
    return None if URL.match(path) or DATA_URL.match(path) else picture_size(path)


def _literal(one: Exchange) -> Exchange:
    return replace(one, question=filled(one.question, {}), answer=filled(one.answer, {}))


def check_kinds(**given: object) -> None:
    """UsageError where an option is what it cannot be, as a region is that has its name."""
    for name, value in given.items():
        kind, expected = KINDS[name]
        fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        if value is None or (fits and not (name == "history" and isinstance(value, str))):
            continue
        raise UsageError(
            f"{name} is {expected}, got {told(value)}; "
            f'a region that is called so is given as regions={{"{name}": …}}'
        )
