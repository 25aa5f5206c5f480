"""Numbers that stand together in an answer are a group; a grammar tells which groups are places."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, final

from deixis.core.convert import Shape

# how the numbers are written: [1, 2] · (1,2),(3,4) · x=1, y=2 · 1 2 · <1><2> · x="1" y="2" in a tag
# · [[1, 2], [3, 4], [5, 6]]
Form: TypeAlias = Literal["list", "corners", "edges", "plain", "tokens", "attributes", "outline"]


@final
@dataclass(kw_only=True, slots=True)
class Group:
    """A group of numbers stands at `start` to `end` of the text, in the order of the writing.

    `key` is the field of an object or the argument of a call that it is the value of, `tag` the
    element around it, `call` the function whose argument it is, `prefix` what stands in its tokens
    before the number, `names` what its numbers are called, `attributes` all that its tag tells,
    `starts` where their values begin, `content` the text in it, and `cut` the attribute in which
    the text ends. It is none for the reason `why_none`, where that is known before its numbers are.
    `has_fraction` says that a number was written with a point, `is_code` that a word stands
    directly before its round bracket. `spans` tell where each of its tokens stands.
    """

    form: Form
    numbers: tuple[float, ...]
    start: int
    end: int
    label: str | None = None
    key: str | None = None
    tag: str | None = None
    call: str | None = None
    prefix: str | None = None
    names: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    starts: Mapping[str, int] = field(default_factory=dict)
    content: str | None = None
    cut: str | None = None
    why_none: str | None = None
    has_fraction: bool = False
    is_round: bool = False
    is_code: bool = False
    closed: bool = True
    spans: tuple[tuple[int, int], ...] = ()
    parts: tuple[int, ...] = ()  # counts of numbers, where an outline has several rings

    def swapped(self) -> "Group":
        """Each pair of numbers is turned around."""
        numbers = list(self.numbers)
        last = len(numbers) - len(numbers) % 2
        numbers[0:last:2], numbers[1:last:2] = numbers[1:last:2], numbers[0:last:2]
        return replace(self, numbers=tuple(numbers))


@final
@dataclass(kw_only=True, slots=True)
class GroupedRecord:
    """An object has these groups, and other fields, by their names in small letters."""

    groups: tuple[Group, ...]
    fields: Mapping[str, object]
    start: int
    end: int


@final
@dataclass(kw_only=True, slots=True)
class ToldPiece:
    """A piece of the text tells a shape, or, for this reason, none."""

    what: Shape | str
    start: int
    end: int


@final
@dataclass(kw_only=True, slots=True)
class Budget:
    """So many pixels are left for all masks of an answer, in their PNGs and in the picture."""

    pixels: int = 2**27

    def take(self, count: int) -> bool:
        """So many pixels are used, if there are enough."""
        self.pixels -= count
        return self.pixels >= 0


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Grammar:
    """A dialect's places stand in these writings.

    `lists`: brackets and JSON, anywhere. `objects`: JSON alone. `corners`: two pairs in round
    brackets are a box. `plain`: elements in which bare numbers are places. `listed`: elements in
    which lists are, where lists are not taken anywhere. `tokens`: prefixes of tokens that are
    numbers, with the elements that they must stand in (none: anywhere). `attributes`: elements
    whose attributes are places. `calls`: arguments of actions, such as click(x=1, y=2). `named`:
    (x=1, y=2) in prose. `labels` stand in tags before a place, or are the words before (or after)
    its tokens, or what a bracket is glued to; or there are none.
    """

    lists: bool = False
    objects: bool = False
    corners: bool = False
    plain: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    tokens: Mapping[str, frozenset[str]] = field(default_factory=dict)
    attributes: frozenset[str] = frozenset()
    calls: bool = False
    named: bool = False
    labels: Literal["tags", "before", "after", "glued", "none"] = "tags"

    def takes(self, group: Group) -> bool:
        """Whether a place stands in this writing."""
        if group.form == "plain":
            return group.tag in self.plain
        if group.form == "tokens":
            tags = self.tokens.get(group.prefix or "")
            return tags is not None and (not tags or group.tag in tags)
        if group.form == "attributes":
            return group.tag in self.attributes
        if group.call is not None:
            return self.calls
        if group.form == "edges" and group.is_round:
            return self.named
        if group.tag is not None and group.tag in self.listed:
            return True
        return self.lists or (self.objects and (group.key is not None or bool(group.names)))
