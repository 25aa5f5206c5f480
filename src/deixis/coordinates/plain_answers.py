"""An answer that is wholly of a plain form is read at once, without the scanner."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, final

from deixis.coordinates.audit import groups_in, left_numbers
from deixis.coordinates.building import built_place
from deixis.coordinates.groups import Grammar, Group
from deixis.coordinates.labels import cleaned, plain_label, whole_characters
from deixis.coordinates.lexing import has_digit
from deixis.coordinates.pieces import TextPieces
from deixis.coordinates.plain_forms import FOUR, TOO_LONG, PlainForm
from deixis.coordinates.reader import told_label
from deixis.coordinates.reading import OTHER_WORDS, Place, Reading, Unread
from deixis.core.errors import UnsupportedError
from deixis.core.size import Size

if TYPE_CHECKING:
    from deixis.coordinates.dialect import ScaledDialect

AROUND = ("listed", "wrapped")
DRAFT = re.compile(r"\s*+<think>.*?</think>", re.DOTALL | re.IGNORECASE)


PROSE = re.compile(r"[^<◁\[({［（【]*+(?:\[\s*+\][^<◁\[({［（【]*+)?+\Z")


def prose_reading(text: str) -> Reading | None:
    """Nothing is read, and nothing left, where an answer tells no place."""
    if PROSE.match(text) is None or (has_digit(text) and any(groups_in(text))):
        return None
    return Reading()


def plain_reading(
    text: str, dialect: "ScaledDialect", forms: Sequence[PlainForm], size: Size
) -> Reading | None:
    """The answer's reading, where it is of one of these forms."""
    draft = DRAFT.match(text) if "think>" in text else None
    start = 0 if draft is None else draft.end()
    if "." in text and TOO_LONG.search(text) is not None:
        return None
    for form in forms:
        begun = form.opening.match(text, start)
        if begun is None or form.one.match(text, begun.end()) is None:
            continue
        try:
            answer = PlainAnswer(text, start, dialect, form, size)
        except UnsupportedError:  # of the size
            return None
        if answer.is_read(begun):
            return Reading(places=tuple(answer.places), unread=tuple(answer.unread))
    return None


@final
class PlainAnswer:
    """An answer is read piece by piece, in a form."""

    def __init__(
        self, text: str, start: int, dialect: "ScaledDialect", form: PlainForm, size: Size
    ) -> None:
        self.text, self.start = text, start
        self.dialect, self.form, self.size = dialect, form, size
        self.places: list[Place] = []
        self.unread: list[Unread] = []
        self.has_numbers = False
        self.box_of = dialect.scale(size).box_reader(y_first=dialect.y_first and not form.names)
        self.labels = Labels(form, dialect.grammar)

    def is_read(self, begun: re.Match[str]) -> bool:
        """Whether all of it was read, from `begun` to the text's end."""
        form, text = self.form, self.text
        match, fields, box_of, add = form.one.match, form.fields, self.box_of, self.places.append
        place, before, prose, rest = map(form.index, ("place", "before", "prose", "rest"))
        carries, at, carried = form.names_from == "tags", begun.end(), None
        while (piece := match(text, at)) is not None:
            label, a, b, c, d = piece.group(*fields)
            if before and label is None:
                label = piece[before]
            if prose and piece[prose] and self._parts(piece[prose]):
                carried = None
            if label is not None:
                label = self.labels[label]
            elif carries:
                label = carried
            carried = label
            box = box_of(a, b, c, d)
            start, end = piece.span(place)
            if box is not None:
                add(built_place(box, label, start, end))
            elif not self._is_told(piece, label):
                return False
            if rest and piece[rest] and not self._is_rest_read(piece, label):
                return False
            at = piece.end()
        return self._is_ended(begun, at)

    def _parts(self, prose: str) -> bool:
        """Whether a name ends with this piece of prose, whose numbers are looked at in the end."""
        self.has_numbers = self.has_numbers or has_digit(prose)
        return bool(prose.strip(" ,\n")) or "\n" in prose

    def _is_rest_read(self, piece: re.Match[str], label: str | None) -> bool:
        """More places stand under one name."""
        for more in self.form.another.finditer(self.text, *piece.span("rest")):
            box = self.box_of(*more.group(*FOUR))
            if box is not None:
                self.places.append(built_place(box, label, *more.span("place")))
            elif not self._is_told(more, label):
                return False
        return True

    def _is_ended(self, begun: re.Match[str], at: int) -> bool:
        """What stands around all pieces are the same brackets, and prose without places."""
        ended = self.form.closing.match(self.text, at)
        if ended is None:
            return False
        first, last = begun.groupdict(), ended.groupdict()
        if any((first.get(name) is None) != (last.get(name) is None) for name in AROUND):
            return False
        told = (first.get("prose"), last.get("wrapped"), first.get("wrapped"), last.get("prose"))
        has_numbers = self.has_numbers or any(has_digit(prose) for prose in told if prose)
        return not has_numbers or self._are_harmless()

    def _are_harmless(self) -> bool:
        """Whether no number beside the pieces could be a place."""
        kept = TextPieces()
        for place in self.places:
            kept.add(place.start, place.end)
        for left in self.unread:
            kept.add(left.start, left.end)
        blotted = " " * self.start + self.text[self.start :]
        return not any(left_numbers(blotted, self.start, kept))

    def _is_told(self, piece: re.Match[str], label: str | None) -> bool:
        """Numbers that are no box at first sight are a place, or unread."""
        form, dialect, found = self.form, self.dialect, piece.groupdict()
        written = [found[name] for name in FOUR if found[name] is not None]
        start, end = piece.span("place")
        group = Group(
            form=form.form,
            numbers=tuple(map(float, written)),
            start=start,
            end=end,
            key=found.get("key"),
            tag=found.get("tag", form.tag),
            prefix=form.prefix,
            names=form.names,
            has_fraction=any("." in number for number in written),
        )
        shape = dialect.told(group, self.size)
        if shape == OTHER_WORDS:
            return False
        if isinstance(shape, str):
            said = whole_characters(self.text[start:end])
            self.unread.append(Unread(text=said, start=start, end=end, reason=shape))
        else:
            self.places.append(built_place(shape, label, start, end))
        return True


@final
class Labels(dict[str, str | None]):
    """Names as they are written give the labels that they are; the same are read once."""

    def __init__(self, form: PlainForm, grammar: Grammar) -> None:
        super().__init__()
        self.form, self.grammar = form, grammar

    def __missing__(self, written: str) -> str | None:
        """A name that is new is read as its form writes it."""
        if self.form.names_from == "json":
            label = written if written.strip() else None
        elif self.form.names_from == "line":
            label = plain_label(cleaned(written).rpartition("\n")[2])
        else:
            label = plain_label(cleaned(written))
        self[written] = label = told_label(self.grammar, label)
        return label
