"""JSON-like dialects share this reading of regions from lists and objects."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, final

from typing_extensions import TypeIs, override

from deixis.coordinates.dialect import Reading, ScaledDialect
from deixis.coordinates.json_in_text import ScannedList, ScannedObject, Value, as_number, scan
from deixis.coordinates.number_scale import NumberScale
from deixis.coordinates.reading_builder import Collected
from deixis.core.mask import Mask
from deixis.core.shapes import Box
from deixis.core.size import Size

MaskReader: TypeAlias = Callable[[str, Box], Mask | None]
BOX_KEYS = ("bbox_2d", "box_2d", "bbox", "box", "bounding_box", "boundingbox", "bboxes", "boxes")
POINT_KEYS = ("point_2d", "point", "points", "coordinate", "coordinates")
LABEL_KEYS = ("label", "name", "class", "category", "object", "text_content", "text", "description")
EDGE_KEYS = (
    ("x_min", "y_min", "x_max", "y_max"),
    ("xmin", "ymin", "xmax", "ymax"),
    ("x0", "y0", "x1", "y1"),
    ("x1", "y1", "x2", "y2"),
    ("left", "top", "right", "bottom"),
)
EXTENT_KEYS = {"w", "h", "width", "height"}
NESTING_LIMIT = 2  # strings that hold JSON that holds strings


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class RecordReader:
    """The reader takes lists of 4 (boxes) and 2 (points), and objects with such lists or with named
    edges.

    Anything else that looks like a place goes to `collected.unread`: other counts of numbers,
    numbers out of range, reversed corners (x and y may be swapped, or width and height meant), x
    with width, lists of numbers under keys that are not known, four bare numbers without brackets,
    other models' words for places, a cut-off tail. With `join_corners`, `(x0,y0),(x1,y1)` is one
    box.
    """

    scale: NumberScale
    collected: Collected = field(default_factory=Collected)
    y_first: bool = False
    join_corners: bool = False
    read_mask: MaskReader | None = None

    def read(self, text: str, *, label: str | None = None, nesting: int = 0) -> None:
        """Every region of a text is collected; `label` is that of places without their own."""
        scanned = scan(text)
        values = _joined(text, scanned.values) if self.join_corners else scanned.values
        pieces: list[tuple[int, int, Value | None]]
        pieces = [(value.start, value.end, value) for value in values]
        pieces += [(start, end, None) for start, end in scanned.tails]
        pieces.sort(key=lambda piece: piece[0])
        at = 0
        for start, end, value in pieces:
            self.collected.leave_places(text[at:start])
            if value is None:
                self.collected.leave(text[start:end])
            else:
                _Walk(reader=self, text=text, nesting=nesting).value(value, label)
            at = max(at, end)
        self.collected.leave_places(text[at:])

    def ordered(self, numbers: Sequence[float]) -> tuple[float, ...]:
        """The numbers are given x first."""
        if not self.y_first:
            return tuple(numbers)
        return tuple(numbers[i ^ 1] for i in range(len(numbers)))


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Walk:
    """A walk goes once through a value that was found in a text."""

    reader: RecordReader
    text: str
    nesting: int

    def value(self, value: object, label: str | None) -> None:
        if isinstance(value, ScannedObject):
            self._named(value, label)
        elif isinstance(value, ScannedList):
            self._listed(value, label)
        elif isinstance(value, str) and self.nesting < NESTING_LIMIT:
            self.reader.read(value, label=label, nesting=self.nesting + 1)

    def _listed(self, listed: ScannedList, label: str | None) -> None:
        numbers = listed.numbers()
        if numbers is not None and len(numbers) in (2, 4):
            self._numbers(numbers, label, self._written(listed))
            return
        enough = 2 if listed.sound and numbers is not None else (4 if listed.round else 2)
        if listed.num_numbers >= enough or (numbers is not None and len(numbers) > 1):
            self.reader.collected.leave(self._written(listed))
            return
        for item in listed.items:
            self.value(item, label)
        if not any(isinstance(item, ScannedList | ScannedObject) for item in listed.items):
            self.reader.collected.leave_places(self._written(listed)[1:-1])

    def _numbers(self, numbers: Sequence[float], label: str | None, written: str) -> None:
        reader = self.reader
        scale, placed = reader.scale, reader.ordered(numbers)
        shape = scale.point(placed) if len(placed) == 2 else scale.box(placed)
        reader.collected.place(shape, label=label, written=written)

    def _named(self, found: ScannedObject, inherited: str | None) -> None:
        fields = {key.lower(): value for key, value in found.fields}
        label = _label(fields) or inherited
        used = self._edges(fields, label, found) or self._keyed(fields, label, found)
        if not used:
            used = set(fields)
            for key, value in fields.items():
                if key not in LABEL_KEYS or not isinstance(value, str):
                    self.value(value, label)
        for value in found.loose:
            self.value(value, label)
        for key, value in found.fields:
            is_used = key.lower() in used and fields[key.lower()] is value
            if (
                not is_used
                and isinstance(value, ScannedList | ScannedObject)
                and _num_numbers(value) > 1
            ):
                self.reader.collected.leave(self._written(value))

    def _keyed(
        self, fields: dict[str, object], label: str | None, found: ScannedObject
    ) -> set[str]:
        """Fields that hold places are read by their names, which are given back."""
        keys = [key for key in (*BOX_KEYS, *POINT_KEYS) if key in fields]
        before = len(self.reader.collected.regions)
        for key in keys:
            self._place(fields[key], label, found, is_box=key in BOX_KEYS)
        mask = fields.get("mask")
        if keys and self.reader.read_mask is not None and isinstance(mask, str):
            self._mask(mask, self.reader.read_mask, before)
        return set(keys)

    def _edges(
        self, fields: dict[str, object], label: str | None, found: ScannedObject
    ) -> set[str]:
        """An object with named edges is read; their names are given back, none if it is not one."""
        written = self._written(found)
        scale, collected = self.reader.scale, self.reader.collected
        for edges in EDGE_KEYS:
            if all(key in fields for key in edges):
                numbers = _all_numbers(fields[key] for key in edges)
                shape = None if numbers is None else scale.box(numbers)
                collected.place(shape, label=label, written=written)
                return set(edges)
        if "x" in fields and "y" in fields:
            place = (
                None if EXTENT_KEYS & fields.keys() else _all_numbers((fields["x"], fields["y"]))
            )
            point = None if place is None else scale.point(place)
            collected.place(point, label=label, written=written)
            return {"x", "y"} | (EXTENT_KEYS & fields.keys())
        return set()

    def _place(
        self, value: object, label: str | None, found: ScannedObject, *, is_box: bool
    ) -> None:
        """The value of a field that holds places is read."""
        before = self.reader.collected.count
        corners = _two_corners(value) if is_box else None
        if corners is not None:
            self._numbers(corners, label, self._written(found))
        else:
            self.value(value, label)
        empty = isinstance(value, ScannedList) and not value.items
        wordy = isinstance(value, str) and not any(character.isdigit() for character in value)
        if self.reader.collected.count == before and not empty and not wordy:
            self.reader.collected.leave(self._written(found))

    def _mask(self, mask: str, read_mask: MaskReader, before: int) -> None:
        """The mask is put in the place of the one box that was just read."""
        collected = self.reader.collected
        regions = collected.regions[before:]
        box = regions[0].shape if len(regions) == 1 else None
        found = read_mask(mask, box) if isinstance(box, Box) else None
        if found is None:
            collected.leave(mask)
        else:
            collected.regions[before] = replace(regions[0], shape=found)

    def _written(self, value: Value) -> str:
        return self.text[value.start : value.end]


class ListDialect(ScaledDialect):
    """The dialect's answers are nothing but lists and objects, x first."""

    @final
    @override
    def parse(self, text: str, size: Size) -> Reading:
        reader = RecordReader(scale=self.scale(size))
        reader.read(text)
        return reader.collected.reading()


def _joined(text: str, values: Sequence[Value]) -> list[Value]:
    joined: list[Value] = []
    for value in values:
        last = joined[-1] if joined else None
        if (
            _is_corner(last)
            and _is_corner(value)
            and text[last.end : value.start].strip() in ("", ",")
        ):
            items = (*last.items, *value.items)
            joined[-1] = ScannedList(
                items=items, start=last.start, end=value.end, round=True, sound=True
            )
        else:
            joined.append(value)
    return joined


def _is_corner(value: Value | None) -> TypeIs[ScannedList]:
    return isinstance(value, ScannedList) and value.round and len(value.numbers() or ()) == 2


def _label(fields: dict[str, object]) -> str | None:
    """An object is called so; the name of a called tool is no label."""
    keys = [key for key in LABEL_KEYS if key != "name" or "arguments" not in fields]
    texts = (fields.get(key) for key in keys)
    return next((text for text in texts if isinstance(text, str) and text.strip()), None)


def _num_numbers(value: object) -> int:
    """A value holds so many numbers, at any depth."""
    if isinstance(value, ScannedList):
        return sum(map(_num_numbers, value.items))
    if isinstance(value, ScannedObject):
        return sum(_num_numbers(item) for _, item in value.fields)
    return int(as_number(value) is not None)


def _all_numbers(values: Iterable[object]) -> tuple[float, ...] | None:
    found = [as_number(value) for value in values]
    kept = tuple(number for number in found if number is not None)
    return kept if len(kept) == len(found) else None


def _two_corners(value: object) -> tuple[float, ...] | None:
    """[[x0, y0], [x1, y1]] is read as four numbers."""
    if not isinstance(value, ScannedList) or len(value.items) != 2:
        return None
    corners = [item.numbers() for item in value.items if isinstance(item, ScannedList)]
    if len(corners) != 2 or any(corner is None or len(corner) != 2 for corner in corners):
        return None
    return tuple(number for corner in corners for number in corner or ())
