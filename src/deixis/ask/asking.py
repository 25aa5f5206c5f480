"""The parts of a question made ready: pictures opened, regions by name, answers before it."""

from collections.abc import Mapping, Sequence

from deixis.ask.answer import Answer
from deixis.ask.composer import Asking, Exchange, Pointed
from deixis.ask.sent import Sent
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.region import Region
from deixis.encodings import Encoding


def asking_of(
    image: Image | str | Sequence[Image | str],
    text: str,
    regions: Mapping[str, Pointed],
    history: Sequence[Answer | Exchange] = (),
) -> Asking:
    """What is asked, its pictures opened; answers in the history bring the pictures and turns that
    they were sent with.
    """
    said: list[Exchange] = []
    for one in history:
        if isinstance(one, Exchange):
            said.append(one)
            continue
        sent = one.sent
        said += [] if said else _exchanges(sent)
        said.append(Exchange(question=sent.text, answer=one.text, frames=sent.frames))
    return Asking(images=opened_images(image), text=text, regions=regions, history=tuple(said))


def _exchanges(sent: Sent) -> list[Exchange]:
    """The turns before a question that was sent, with the pictures shown so far."""
    found: list[Exchange] = []
    num = 0
    for asked, answered in zip(sent.earlier[::2], sent.earlier[1::2], strict=True):
        num += asked.num_pictures
        frames = sent.frames[: max(num, 1)]
        found.append(Exchange(question=asked.text, answer=answered.text, frames=frames))
    return found


def pointed(
    regions: Mapping[str, Pointed] | None, named: Mapping[str, Pointed], *options: object
) -> dict[str, Pointed]:
    """The regions of a question by their names; UsageError where one was taken for an option."""
    if any(isinstance(one, Region | Encoding) for one in (regions, *options)):
        raise UsageError(
            "a region of that name would be taken for an option of ask (system, settings, strict, "
            'history, cite, judge, regions): give it as regions={"system": …}'
        )
    for name in (regions or {}).keys() & named.keys():
        raise UsageError(f"the region {name!r} is given twice, in regions and by its name")
    return {**(regions or {}), **named}


def opened_images(image: Image | str | Sequence[Image | str]) -> tuple[Image, ...]:
    """One picture or several, those that are paths opened."""
    several = [image] if isinstance(image, Image | str) else image
    return tuple(one if isinstance(one, Image) else open_image(one) for one in several)
