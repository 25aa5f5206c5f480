"""The one composer: from regions and a question to the pictures and words that are sent, in asking,
exams and training.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias, final

from deixis.ask.crop_size import large_enough
from deixis.ask.mark_visibility import surviving, widened
from deixis.ask.shown_picture import (
    Settle,
    ShownPicture,
    check_sole,
    sayable_encodings,
    show,
    whole_frame,
)
from deixis.ask.slots import check_slots, filled
from deixis.coordinates import Dialect
from deixis.core import given
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.encodings import Encoding, Frame
from deixis.encodings.said import Said
from deixis.marks.style import Profile
from deixis.models.interface import ChatTurn, Question, VisionLanguageModel

if TYPE_CHECKING:
    from deixis.ask.knowledge_forms import Knowledge

Pointed: TypeAlias = Region | Encoding


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """An earlier question and its answer. Either may hold `{slot}`s, unless `frames` are the
    pictures that were sent with it: then it stands as it was sent.
    """

    question: str
    answer: str
    frames: tuple[Frame, ...] = ()

    def __post_init__(self) -> None:
        given.fields(self, "an exchange", given.text, ("question", "answer"))
        frames = tuple(given.some("an exchange's frames", self.frames, "a tuple of what was sent"))
        for one in frames:
            given.instance("each of an exchange's frames", one, Frame, "a Frame")
        object.__setattr__(self, "frames", frames)

    @property
    def was_sent(self) -> bool:
        """Whether its words stand as they are."""
        return bool(self.frames)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """A question as people ask it: pictures, words with `{slot}`s, and the regions of the slots.

    `history` is what was said before; the pictures are shown at its beginning, but after what was
    sent already. `answer` is what a model should say, where it is to learn that; regions are said
    in it too.
    """

    images: tuple[Image, ...]
    text: str
    regions: Mapping[str, object] = field(default_factory=dict)
    history: tuple[Exchange, ...] = ()
    answer: str = ""

    def __post_init__(self) -> None:
        sent = [exchange.was_sent for exchange in self.history]
        if sent != sorted(sent, reverse=True):
            raise UsageError("answers of the model stand before other questions and answers")

    @property
    def texts(self) -> tuple[str, ...]:
        """All words in which a region may be spoken of."""
        new = [one for one in self.history if not one.was_sent]
        return (
            *(text for one in new for text in (one.question, one.answer)),
            self.text,
            self.answer,
        )


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Composed:
    """A question ready to be sent: pictures with their places, and the words; and what is known
    of each picture, where a model is given it.

    `earlier` are the turns before it. The first `num_sent` pictures were sent before, as they are.
    """

    frames: tuple[Frame, ...]
    text: str
    answer: str = ""
    notes: tuple[tuple[Region, ...], ...] = ()
    earlier: tuple[ChatTurn, ...] = ()
    num_sent: int = 0

    def question(self, system: str | None) -> Question:
        """The question as the model takes it."""
        return Question(
            pictures=tuple(frame.image for frame in self.frames),
            text=self.text,
            system=system,
            notes=self.notes,
            earlier=self.earlier,
        )


def compose(
    asking: Asking,
    dialect: Dialect,
    settle: Settle | None = None,
    control_words: tuple[str, ...] = (),
    taught_marks: Profile | None = None,
) -> Composed:
    """The pictures and the words of a question are made of its images and regions.

    `settle` may change the encodings; it is told whether the picture is sent alone. No label says
    one of the model's `control_words`. Marks whose style was left open are of the one that the
    model was taught.
    """
    encodings = encodings_of(asking, [image.size for image in asking.images])
    had = _had(asking.history)
    if not encodings:
        wholes = {str(i): whole_frame(image) for i, image in enumerate(asking.images)}
        return _turned(asking, had, _numbered(wholes, had), {})
    (image,) = asking.images
    shown = show(image, sayable_encodings(encodings, control_words), settle, taught_marks)
    numbered = _numbered(shown.frames, had)
    phrases = shown.phrases(numbered, dialect)
    return _turned(asking, had, numbered, phrases)


def encodings_of(asking: Asking, sizes: Sequence[Size | None]) -> dict[str, Encoding]:
    """How each region of a question is shown or said, of which all is right that can be known
    without a model; `sizes` are those of its pictures, as far as they are known.
    """
    encodings = {name: _encoding(pointed) for name, pointed in asking.regions.items()}
    if not encodings:
        return encodings
    if len(sizes) != 1:
        raise UsageError("regions of several images are not told apart; give one image")
    check_slots(asking.texts, encodings)
    check_sole(encodings)
    (size,) = sizes
    if size is not None:
        for encoding in encodings.values():
            encoding.region.within(size)
    return encodings


def _had(history: Sequence[Exchange]) -> tuple[Frame, ...]:
    """The pictures that were sent with earlier questions, each once."""
    found = {frame.image.sha256: frame for one in history for frame in one.frames}
    return tuple(found.values())


def _numbered(own: Mapping[str, Frame], had: Sequence[Frame]) -> dict[str, Frame]:
    """The pictures with their places among all; one that was sent before is that one."""
    places = {frame.image.sha256: number for number, frame in enumerate(had, start=1)}
    total, numbers = len(had), {}
    for name, frame in own.items():
        before = places.get(frame.image.sha256) if had else None
        total += before is None
        numbers[name] = before or total
    return {
        name: replace(frame, number=numbers[name], num_pictures=total)
        for name, frame in own.items()
    }


def _turned(
    asking: Asking, had: Sequence[Frame], own: Mapping[str, Frame], phrases: Mapping[str, str]
) -> Composed:
    """The turns of the dialogue, each with the words that it says and the pictures it shows."""
    new = [frame for frame in own.values() if frame.number > len(had)]
    total = len(had) + len(new)
    shown, turns, left = 0, list[ChatTurn](), len(new)
    for one in asking.history:
        num = left
        if one.was_sent:
            upto = max(_place(frame, had) for frame in one.frames)
            num, shown = max(upto - shown, 0), max(upto, shown)
        else:
            left = 0
        fill = {} if one.was_sent else phrases
        turns.append(ChatTurn(role="user", text=_filled(one.question, fill), num_pictures=num))
        turns.append(ChatTurn(role="assistant", text=_filled(one.answer, fill)))
    placed = [replace(frame, number=i, num_pictures=total) for i, frame in enumerate(had, start=1)]
    return Composed(
        frames=(*placed, *new),
        text=_filled(asking.text, phrases),
        answer=_filled(asking.answer, phrases),
        earlier=tuple(turns),
        num_sent=len(had),
    )


def _place(frame: Frame, frames: Sequence[Frame]) -> int:
    """Which of them it is, from 1 on."""
    return 1 + [one.image.sha256 for one in frames].index(frame.image.sha256)


def _filled(text: str, phrases: Mapping[str, str]) -> str:
    return filled(text, phrases) if phrases else text


def _encoding(pointed: object) -> Encoding:
    if isinstance(pointed, Region):
        return Said(region=pointed)
    if isinstance(pointed, Encoding):
        return pointed
    raise UsageError(f"a region or an encoding of one is expected, got {type(pointed).__name__}")


Marks: TypeAlias = Literal["given", "widened", "told", "strict"]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Composer:
    """Questions are composed for one model: regions reach it in its dialect, no label says its
    control words, and what is known of a picture comes in its form.
    """

    model: VisionLanguageModel
    dialect: Dialect
    knowledge: "Knowledge | None" = None

    def compose(
        self,
        asking: Asking,
        *,
        marks: Marks = "told",
        notes: Sequence[Sequence[Region]] | None = None,
    ) -> Composed:
        """One question is composed. `notes` are what is known already of each image; without them
        the knowledge's sources look.

        `marks` says what becomes of drawn marks whose width is left open, and of those that get
        lost on the way: "given" draws them as they are, "widened" as wide as the model needs,
        "told" and "strict" widen too, and warn of what gets lost all the same or refuse it; they
        enlarge small crops.
        """
        if marks in ("told", "strict"):
            sized = large_enough(self.model, asking.images, asking.regions)
            asking = replace(asking, regions=sized)
        composed = compose(
            asking,
            self.dialect,
            self._settle(marks),
            self.model.control_words,
            self.model.taught_marks,
        )
        spoken = self.model.spoken
        earlier = tuple(replace(turn, text=spoken(turn.text)) for turn in composed.earlier)
        composed = replace(composed, text=spoken(composed.text), earlier=earlier)
        if self.knowledge is None:
            return composed
        if notes is None:
            notes = self.knowledge.look_all(asking.images)
        if len(asking.images) == 1:  # and what was sent before is of the same picture
            return self.knowledge.with_notes(composed, notes[0])
        return self.knowledge.with_notes_on_each(composed, notes)

    def show(
        self, image: Image, encodings: Mapping[str, Encoding], *, marks: Marks
    ) -> ShownPicture:
        """One picture with its regions is shown as in a question, without the words around it."""
        for encoding in encodings.values():
            encoding.region.within(image.size)
        if marks != "given":
            sized = large_enough(self.model, [image], encodings)
            encodings = {name: one for name, one in sized.items() if isinstance(one, Encoding)}
        sayable = sayable_encodings(encodings, self.model.control_words)
        return show(image, sayable, self._settle(marks), self.model.taught_marks)

    def _settle(self, marks: Marks) -> Settle:
        """What becomes of marks that the model could hardly see."""

        def settle(
            image: Image, encodings: Mapping[str, Encoding], alone: bool
        ) -> Mapping[str, Encoding]:
            if marks == "given":
                return encodings
            if marks == "widened":
                return widened(self.model, image, encodings, alone=alone)
            return surviving(self.model, image, encodings, alone=alone, strict=marks == "strict")

        return settle
