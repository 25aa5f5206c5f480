"""A question with what is known of its picture: infused in the tokens, told in words, or drawn.

What is written in a picture or a file is data. It stands in the question's own turn, quoted, or in
the tokens; it never enters a system prompt, nor opens a turn, and `Answer.sent` shows it.
"""

import re
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, final

from deixis.ask.composer import Composed
from deixis.core.errors import RegionError, UnknownNameError, UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.core.transform import identity
from deixis.core.untrusted_text import defused
from deixis.encodings import Frame
from deixis.marks.tag import numbered
from deixis.marks.tagging import draw_tagged
from deixis.models.interface import KnownTokenChange, VisionLanguageModel
from deixis.sources import Looking

Looker: TypeAlias = Callable[[Image], Sequence[Region]]
FORMS = ("infused", "told", "drawn")
LONGEST = 60  # characters of a word or a written line that are told
QUOTES = re.compile('["“”„‟«»＂]')


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Knowledge:
    """Who looks at pictures, and how what is found reaches the model.

    - infused: a trained prompt adds it to the vision tokens
    - told: names with counts and centres, and written lines, before the question (LAF, arXiv
      2401.17981)
    - drawn: outlines with numbers on the picture, and what each number is, before the question
    """

    look: Looker
    form: str = "infused"
    prompt: KnownTokenChange | None = None
    control_words: tuple[str, ...] = ()  # the model's own, which notes may not say
    record: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise UnknownNameError(kind="form of knowledge", name=self.form, known=FORMS)
        if (self.form == "infused") != (self.prompt is not None):
            raise UsageError("a trained prompt is for the form infused, which needs one")

    def of(self, vlm: VisionLanguageModel) -> "Knowledge":
        """The same for this model, none of whose control words is said by a note."""
        return replace(self, control_words=vlm.control_words)

    @property
    def told(self) -> dict[str, str]:
        """All that answers under it depend on but the notes themselves, and who found these."""
        prompt = {} if self.prompt is None else dict(self.prompt.record)
        return {"form": self.form, **prompt, **self.record}

    def look_all(self, images: Sequence[Image]) -> list[Sequence[Region]]:
        """What is found in each of several pictures."""
        if isinstance(self.look, Looking):
            return list(self.look.look_all(images))
        return [self.look(image) for image in images]

    def with_notes(self, asked: Composed, notes: Sequence[Region]) -> Composed:
        """The question with what is known already of its image."""
        frames = asked.frames
        if self.form == "drawn":
            new = [i >= asked.num_sent for i in range(len(frames))]
            rows = [
                [
                    _seen(frame, note) if is_new else None
                    for frame, is_new in zip(frames, new, strict=True)
                ]
                for note in notes
            ]
            return self._drawn(asked, rows)
        known = tuple(seen_in(frame, notes) for frame in frames)
        if self.form == "infused":
            return replace(asked, notes=known)
        words = told(known[0], frames[0].image.size, self.control_words)
        return _told_before(words, asked)

    def with_notes_on_each(self, asked: Composed, notes: Sequence[Sequence[Region]]) -> Composed:
        """The question about several images, a frame each, with what is known of each of them."""
        frames = asked.frames
        known = tuple(seen_in(frame, own) for frame, own in zip(frames, notes, strict=True))
        if self.form == "infused":
            return replace(asked, notes=known)
        if self.form == "drawn":  # no number is on two of them
            rows = [
                [note if at == place else None for at in range(len(frames))]
                for place, own in enumerate(known)
                for note in own
            ]
            return self._drawn(asked, rows)
        words = [
            told(own, frame.image.size, self.control_words, place=f"picture {frame.number}")
            for frame, own in zip(frames, known, strict=True)
        ]
        return _told_before(" ".join(filter(None, words)), asked)

    def _drawn(self, asked: Composed, rows: Sequence[Sequence[Region | None]]) -> Composed:
        """Each note has one number, on whichever frames it is seen: a row a note, a frame each."""
        shown = [row for row in rows if any(one is not None for one in row)]
        numbers = numbered(len(shown))
        frames = tuple(
            _tagged(
                frame,
                [(n, row[i]) for n, row in zip(numbers, shown, strict=True)],
            )
            for i, frame in enumerate(asked.frames)
        )
        named = [next(one for one in row if one is not None) for row in shown]
        words = tags_told(named, self.control_words)
        return _told_before(words, replace(asked, frames=frames))


def seen_in(frame: Frame, notes: Sequence[Region]) -> tuple[Region, ...]:
    """The notes in the pixels of a sent picture; what lies beyond it is left out."""
    return tuple(seen for note in notes if (seen := _seen(frame, note)) is not None)


def told(
    notes: Sequence[Region],
    size: Size,
    control_words: tuple[str, ...] = (),
    *,
    place: str = "the picture",
) -> str:
    """Names with counts and centres, then written lines; centres as shares of the sides."""
    centres: dict[str, list[str]] = defaultdict(list)
    for note in notes:
        if note.label:
            centre = note.centre()
            spot = f"({centre.x / size.width:.2f}, {centre.y / size.height:.2f})"
            centres[quoted(note.label, control_words)].append(spot)
    named = [f"{len(spots)} {name} at {', '.join(spots)}" for name, spots in centres.items()]
    lines = [quoted(note.text, control_words) for note in notes if note.text]
    parts = []
    if named:
        parts.append(f"Objects in {place}: {'; '.join(named)}.")
    if lines:
        parts.append(f"Text in {place}: {', '.join(lines)}.")
    return " ".join(parts)


def tags_told(notes: Sequence[Region], control_words: tuple[str, ...] = ()) -> str:
    """What the numbers on the picture stand at."""
    named = [
        f"{number}: {_says(note, control_words)}"
        for number, note in zip(numbered(len(notes)), notes, strict=True)
        if note.label or note.text
    ]
    return f"Marked in the picture: {'; '.join(named)}." if named else ""


def quoted(words: str, control_words: tuple[str, ...] = ()) -> str:
    """One line in quotes that it cannot end, cut to what can be read; whatever it says, it opens
    no turn and stands for no picture.
    """
    plain = QUOTES.sub("'", defused(words, control_words))
    return f'"{plain}"' if len(plain) <= LONGEST else f'"{plain[: LONGEST - 1]}…"'


def _says(note: Region, control_words: tuple[str, ...]) -> str:
    words = [quoted(note.label, control_words)] if note.label else []
    if note.text:
        words.append(f"text {quoted(note.text, control_words)}")
    return ", ".join(words)


def _seen(frame: Frame, note: Region) -> Region | None:
    """A note in the pixels of a sent picture; None where it lies beyond it."""
    if frame.transform == identity(frame.image.size):
        return note.within(frame.image.size)
    try:
        return frame.transform.region(note).within(frame.image.size)
    except RegionError:  # outside, or too small to be seen there
        return None


def _tagged(frame: Frame, notes: Sequence[tuple[str, Region | None]]) -> Frame:
    seen = [(number, note) for number, note in notes if note is not None]
    return replace(frame, image=draw_tagged(frame.image, seen)) if seen else frame


def _told_before(words: str, asked: Composed) -> Composed:
    """What is known stands before the first turn that was not sent yet; what was told in one that
    was is not told again.
    """
    first = next((i for i, turn in enumerate(asked.earlier) if turn.num_pictures), None)
    if not words or any(turn.text.startswith(f"{words}\n") for turn in asked.earlier):
        return asked
    if first is None or asked.num_sent:
        return replace(asked, text=f"{words}\n{asked.text}")
    turn = asked.earlier[first]
    told = replace(turn, text=f"{words}\n{turn.text}")
    return replace(asked, earlier=(*asked.earlier[:first], told, *asked.earlier[first + 1 :]))


MOST = 256  # pictures whose notes are remembered


@final
class Looked:
    """The notes of the last pictures that were asked about. Safe with threads: while one looks,
    the others wait.
    """

    def __init__(self, knowledge: Knowledge, *, most: int = MOST) -> None:
        self._knowledge = knowledge
        self._most = most
        self._lock = threading.Lock()
        self._notes: OrderedDict[str, tuple[Region, ...]] = OrderedDict()

    def __call__(self, images: Sequence[Image]) -> list[tuple[Region, ...]]:
        """The notes of each image; those that are new are looked at together."""
        with self._lock:
            named = {image.sha256: image for image in images}
            new = {name: image for name, image in named.items() if name not in self._notes}
            found = self._knowledge.look_all(list(new.values())) if new else []
            self._notes |= dict(zip(new, map(tuple, found), strict=True))
            known = [self._notes[image.sha256] for image in images]
            while len(self._notes) > self._most:
                self._notes.popitem(last=False)
            return known
