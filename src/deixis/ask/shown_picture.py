"""One picture with its regions becomes the frames that are sent, and a phrase for each region."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias, final

from deixis.ask.chosen_marks import chosen_marks
from deixis.coordinates import Dialect
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.transform import identity
from deixis.core.untrusted_text import sayable
from deixis.encodings import Encoding, Frame
from deixis.marks.style import Profile

Settle: TypeAlias = Callable[[Image, Mapping[str, Encoding], bool], Mapping[str, Encoding]]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ShownPicture:
    """The frames of a picture: the whole one under "", if it is needed or nothing else is there,
    and those that regions bring, under their names.
    """

    frames: Mapping[str, Frame]
    encodings: Mapping[str, Encoding]

    def phrases(self, numbered: Mapping[str, Frame], dialect: Dialect) -> dict[str, str]:
        """The words that stand for each region, once each frame has its number among all."""
        return {
            name: encoding.phrase(numbered.get(name) or numbered[""], dialect)
            for name, encoding in self.encodings.items()
        }


def show(
    image: Image,
    encodings: Mapping[str, Encoding],
    settle: Settle | None = None,
    taught_marks: Profile | None = None,
) -> ShownPicture:
    """The regions are shown: told apart, settled for the model, and painted in their order.

    `settle` may change the encodings; it is told whether the picture is sent alone.
    """
    told = _told_apart(chosen_marks(encodings, taught_marks), image)
    own = {name: encoding.own_picture(image) for name, encoding in told.items()}
    if settle is not None:
        told = dict(settle(image, told, not any(own.values())))
    whole = image
    for encoding in told.values():
        whole = encoding.paint(whole)
    frames: dict[str, Frame] = {}
    if not told or any(encoding.needs_whole for encoding in told.values()):
        frames[""] = whole_frame(whole)
    frames |= {name: frame for name, frame in own.items() if frame is not None}
    return ShownPicture(frames=frames, encodings=told)


def whole_frame(image: Image) -> Frame:
    """The whole picture, as it is."""
    return Frame(image=image, transform=identity(image.size))


def sayable_encodings(
    encodings: Mapping[str, Encoding], control_words: tuple[str, ...]
) -> dict[str, Encoding]:
    """The same, no label of which says one of the model's control words."""
    return {name: _sayable(encoding, control_words) for name, encoding in encodings.items()}


def check_sole(encodings: Mapping[str, Encoding]) -> None:
    """UsageError where several regions are shown in a way of which a picture takes one."""
    kinds = [type(encoding).__name__ for encoding in encodings.values() if encoding.is_sole]
    for kind in kinds:
        if kinds.count(kind) > 1:
            raise UsageError(
                f"only one region of a question can be {kind.lower()}; say or crop the others"
            )


def _sayable(encoding: Encoding, control_words: tuple[str, ...]) -> Encoding:
    label = encoding.region.label
    if label is None:
        return encoding
    said = sayable(label, control_words)
    return replace(encoding, region=encoding.region.named(label=said))


def _told_apart(encodings: Mapping[str, Encoding], image: Image) -> dict[str, Encoding]:
    """No two said alike: what the user chose comes first, then what was left open."""
    settled: dict[str, Encoding] = {}
    for name in sorted(encodings, key=lambda name: encodings[name].is_open):
        settled[name] = encodings[name].apart_from(tuple(settled.values()), image)
    listed = tuple(settled[name] for name in encodings)
    return {name: settled[name].among(listed) for name in encodings}
