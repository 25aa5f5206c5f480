"""A dialect says regions and reads them back: this is its interface."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, final

from deixis.coordinates.groups import Budget, Grammar, Group, GroupedRecord, ToldPiece
from deixis.coordinates.number_scale import NumberScale, Quantum
from deixis.coordinates.plain_answers import plain_reading, prose_reading
from deixis.coordinates.plain_forms import PlainForm
from deixis.coordinates.reader import Reader
from deixis.coordinates.reading import CUT_OFF, LENGTH_LIMIT, OTHER_WORDS, Reading
from deixis.core import given
from deixis.core.convert import Shape
from deixis.core.errors import UnsupportedError
from deixis.core.region import Region
from deixis.core.region_from import RegionsLike, regions_of
from deixis.core.size import Size, SizeLike, size_of


class Dialect(ABC):
    """A dialect is how one family of models writes places down; every one can be made without
    arguments.

    `size` is always the size of the picture as it was sent to the model, and regions are in its
    pixels. `kinds` are the kinds of regions that are said as they are; any other kind is said as
    its box where boxes are among them, else as its centre. `grammar` tells the reader in which
    writings its places stand, `shape` what the numbers of one mean; numbers that no writing
    explains are unread for the reason `why_unread`.
    """

    kinds: ClassVar[tuple[str, ...]]
    summary: ClassVar[str]
    grammar: ClassVar[Grammar] = Grammar()
    why_unread: ClassVar[str] = OTHER_WORDS

    @final
    def say(self, regions: RegionsLike, size: SizeLike) -> str:
        """The regions are said in this dialect's words, one phrase for all. RegionError if one
        lies wholly outside of the picture; what sticks out is cut at its border.

        `size` may be the picture itself, or a pair of width and height.
        """
        return self.write(regions_of(regions), size_of(size))

    @abstractmethod
    def write(self, regions: Sequence[Region], size: Size) -> str:
        """The regions become words, as `say` has them: this is what a dialect has to know."""

    @final
    def read(self, text: str, size: SizeLike) -> Reading:
        """Every region in a model's answer is read. This never raises for what the text holds.

        Each group of numbers that could be a place is a region, or it is unread, with its place in
        the text and the reason. Drafts and control tokens are no answer (see
        `deixis.core.answer_text`). Unread are, besides, a draft that was cut off, what lies beyond
        2,000,000 letters, and every answer about a picture of a size that the family does not take.
        """
        given.text("text", text)
        size = size_of(size)
        plain = self.plain_reading(text, size) if len(text) <= LENGTH_LIMIT else None
        if plain is not None:
            return plain
        reader = self.reader(size)
        reader.feed(text)
        reader.end()
        return reader.reading()

    @final
    def reader(self, size: SizeLike) -> Reader:
        """An answer that comes piece by piece is read by this: its regions come as soon as they
        are complete, and the reading of the whole is the same, however it was cut.
        """
        return Reader(dialect=self, size=size_of(size))

    def parted(self, group: Group) -> list[Group]:
        """Tokens and attributes that stand together are these places."""
        return [group]

    def plain_reading(self, text: str, size: Size) -> Reading | None:
        """An answer that tells no place at all, or is of the commonest form, is read at once; None
        where it is of another.
        """
        return prose_reading(text)

    @final
    def told(self, group: Group, size: Size) -> Shape | str:
        """A group of numbers is a place, or the reason tells why it is none, whatever the size."""
        if group.why_none is not None:
            return group.why_none
        try:
            return self.shape(group, size)
        except UnsupportedError as error:
            return str(error)

    @abstractmethod
    def shape(self, group: Group, size: Size) -> Shape | str:
        """A group of numbers is a place, or the reason tells why it is none. This raises nothing
        but the UnsupportedError of a size that the family does not take.
        """

    def told_together(
        self, record: GroupedRecord, size: Size, budget: Budget
    ) -> list[ToldPiece] | None:
        """The groups of one object are places together; None where each one stands for itself."""
        return None

    @abstractmethod
    def quantum(self, size: Size) -> Quantum:
        """The numbers have this step in a picture of this size; say-then-read is within half of
        it.
        """


class ScaledDialect(Dialect):
    """The dialect's numbers lie on the picture by a scale.

    Read as places are the writings that `grammar` lists: 4 numbers are a box, 2 a point; `y_first`
    turns each pair around, but for numbers whose names tell their axis.
    """

    y_first: ClassVar[bool] = False
    plain: ClassVar[tuple[PlainForm, ...]] = ()

    @abstractmethod
    def scale(self, size: Size) -> NumberScale:
        """The scale tells what the numbers count in a picture of this size."""

    @final
    def plain_reading(self, text: str, size: Size) -> Reading | None:
        """An answer that tells no place at all, or is wholly of one of the dialect's plain forms,
        is read at once.
        """
        return plain_reading(text, self, self.plain, size) or prose_reading(text)

    def shape(self, group: Group, size: Size) -> Shape | str:
        """A group of numbers is a box, a point or an outline by its count and its writing."""
        if not self.grammar.takes(group):
            return OTHER_WORDS
        if not group.closed and self.is_half(group):
            return CUT_OFF
        return self.scale(size).shape(self.ordered(group), outline=group.form == "outline")

    def is_half(self, group: Group) -> bool:
        """Whether more may have been meant by what stands in a tag that never ends."""
        return group.form != "list" or (self.grammar.corners and len(group.numbers) == 2)

    def ordered(self, group: Group) -> Group:
        """The group's numbers stand x first."""
        return group.swapped() if self.y_first and not group.names else group

    @final
    def quantum(self, size: Size) -> Quantum:
        """The numbers have this step."""
        return self.scale(size).quantum()
