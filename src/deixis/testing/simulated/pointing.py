"""What a question points at: by a place that it says, by a mark on the picture, or by a crop.

Marks are found in the pixels: by how they differ from the known picture. The words say which kind
of mark to look for, and its colour.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np

from deixis.core.region import Region
from deixis.marks.colours import ALL_NAMED, NAMED, SPOKEN, Rgb
from deixis.testing.simulated.sighting import Edges, Sighting
from deixis.testing.simulated.spaces import Shares

Visible: TypeAlias = tuple[Region, Edges]
MARKS = ("rectangle", "ellipse", "arrow", "triangle", "point", "scribble", "contour", "mask")
ALL = frozenset(("said", "cropped", "dimmed", "blurred", "masked", "tagged", *MARKS))
COLOURS = "|".join(ALL_NAMED)
MARK = re.compile(
    r"\b(?:within|inside|in|with|by|at|under|of|the|an|a)\s+(?:the |an |a )?"
    rf"(?:(?P<colour>{COLOURS})\s+)?"
    r"(?P<shape>rectangle|ellipse|arrow|triangle|point|scribble|mask contour|contour|mask)\b",
    re.IGNORECASE,
)
# as `ask` writes them: words for marks even where they hold the name of a thing ("red triangle")
MARKED = re.compile(
    rf"\b(?:within the (?:(?:{COLOURS}) )?(?:rectangle|ellipse)|"
    rf"with the (?:(?:{COLOURS}) )?(?:triangle|scribble|mask contour|mask)|"
    rf"pointed to by the (?:(?:{COLOURS}) )?arrow|"
    rf"the object at the (?:(?:{COLOURS}) )?point)\b"
)
TAG = re.compile(r"\b(?:marked|tagged|labell?ed|numbered)\s+(?P<tag>\d{1,3}|[A-Z]{1,3})\b")
PICTURE = re.compile(r"\bpicture (\d+)\b|\bin the picture\b", re.IGNORECASE)
WHOLE_CHANGES = {
    "dimmed": re.compile(r"\bhighlighted\b|\bdark(?:ened)?\b|\bdimmed\b", re.IGNORECASE),
    "blurred": re.compile(r"\bblurred\b|\bin focus\b|\bsharp\b", re.IGNORECASE),
    "masked": re.compile(r"\bpainted over\b|\bonly part\b", re.IGNORECASE),
}
CHANGED = 24  # a marked pixel differs by more, where the file format changed all
LOSSY_SHARE = 0.3  # of the pixels, changed a little: the file format did that
NEIGHBOURS = 5  # of nine
OFF_COLOUR = 20.0  # how far a marked pixel may be from a blend with the mark's colour
LEAST_ALPHA = 0.15
KEPT_SHARE = 0.35  # of the mean change of all things: what is shown changes less
BAND = 4  # pixels on each side of an outline
LEAST_OUTLINED = 0.1  # of that band
LEAST_OVERLAP = 0.1


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Pointer:
    """One way in which a question points: its encoding's name, and the words that belong to it."""

    encoding: str
    place: Shares = ()
    colour: str = ""
    tag: str = ""
    picture: int = 0  # counted from 1; 0: the only one

    @property
    def is_sure(self) -> bool:
        """Whether it points even where a thing is named too ("in the picture" may not)."""
        return self.encoding != "cropped" or self.picture > 0


def without_mark(text: str) -> tuple[str, str]:
    """The first words for a mark, and a text without them."""
    marked = MARKED.search(text)
    if marked is None:
        return "", text
    return marked.group(), text[: marked.start()] + " " + text[marked.end() :]


def pointer_of(rest: str, places: list[Shares]) -> Pointer | None:
    """How a question points. `rest` are its words without known names; `places` those it says."""
    if places:
        return Pointer(encoding="said", place=places[0])
    tag = TAG.search(rest)
    if tag is not None:
        return Pointer(encoding="tagged", tag=tag["tag"])
    for name, words in WHOLE_CHANGES.items():
        if words.search(rest):
            return Pointer(encoding=name)
    mark = MARK.search(rest)
    if mark is not None:
        shape = mark["shape"].lower()
        shape = "contour" if shape == "mask contour" else shape
        return Pointer(encoding=shape, colour=(mark["colour"] or "").lower())
    picture = PICTURE.search(rest)
    if picture is not None:
        return Pointer(encoding="cropped", picture=int(picture[1] or 0))
    return None


def pointed_at(pointer: Pointer, sighting: Sighting) -> Region | None:
    """The thing that is pointed at; None: nothing, or nobody can tell."""
    visible = sighting.visible
    if not visible:
        return None
    if pointer.encoding == "said":
        return at_place(pointer.place, visible)
    if pointer.encoding == "cropped":
        return _nearest((0.5, 0.5), visible)
    if pointer.encoding in WHOLE_CHANGES:
        return _least_changed(sighting, visible, blurred=pointer.encoding == "blurred")
    marked = _marked(pointer, sighting)
    if not marked.any():
        return None
    if pointer.encoding == "tagged":
        return _outlined(marked, visible)
    height, width = marked.shape
    rows, columns = np.nonzero(marked)
    if pointer.encoding == "arrow":
        x, y = _tip(columns, rows)
        return at_place((x / width, y / height), visible)
    box = (
        float(columns.min() / width),
        float(rows.min() / height),
        float((columns.max() + 1) / width),
        float((rows.max() + 1) / height),
    )
    if pointer.encoding in ("triangle", "point", "scribble"):
        return at_place(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), visible)
    return at_place(box, visible)


def at_place(place: Shares, visible: Sequence[Visible]) -> Region | None:
    """The smallest thing at a point; or the one that a box fits best."""
    if len(place) == 4:
        overlaps = [_overlap((place[0], place[1], place[2], place[3]), box) for _, box in visible]
        best = max(range(len(visible)), key=overlaps.__getitem__)
        if overlaps[best] >= LEAST_OVERLAP:
            return visible[best][0]
        place = ((place[0] + place[2]) / 2, (place[1] + place[3]) / 2)
    x, y = place[0], place[1]
    around = [
        (thing, box) for thing, box in visible if box[0] <= x <= box[2] and box[1] <= y <= box[3]
    ]
    if around:
        return min(around, key=lambda pair: _extent(pair[1]))[0]
    return None


def _nearest(place: tuple[float, float], visible: Sequence[Visible]) -> Region:
    def far(pair: Visible) -> float:
        x0, y0, x1, y1 = pair[1]
        return abs((x0 + x1) / 2 - place[0]) + abs((y0 + y1) / 2 - place[1])

    return min(visible, key=far)[0]


def _least_changed(
    sighting: Sighting, visible: Sequence[Visible], *, blurred: bool
) -> Region | None:
    """The thing that is as it was, where all others are not.

    What is darkened is seen by the middle of a thing, since the corners of its box are ground, and
    beside how bright it was; what is blurred by its edges too.
    """
    change, bright = sighting.change, sighting.original.max(axis=2)
    height, width = change.shape
    means = []
    for _, (x0, y0, x1, y1) in visible:
        across, down = (0.0, 0.0) if blurred else ((x1 - x0) / 4, (y1 - y0) / 4)
        top, left = int((y0 + down) * height), int((x0 + across) * width)
        rows = slice(top, max(int((y1 - down) * height), top + 1))
        columns = slice(left, max(int((x1 - across) * width), left + 1))
        before = 1.0 if blurred else max(float(bright[rows, columns].mean()), 1.0)
        means.append(float(change[rows, columns].mean()) / before)
    best = min(range(len(means)), key=means.__getitem__)
    whole = 1.0 if blurred else max(float(bright.mean()), 1.0)
    rest = float(change.mean()) / whole if len(means) == 1 else sorted(means)[1]
    return visible[best][0] if means[best] < KEPT_SHARE * rest else None


def _outlined(marked: np.ndarray, visible: Sequence[Visible]) -> Region | None:
    """The thing along whose box most is marked."""
    height, width = marked.shape
    shares = []
    for _, box in visible:
        x0, y0, x1, y1 = (
            round(share * side) for share, side in zip(box, (width, height) * 2, strict=True)
        )
        band = np.zeros_like(marked)
        band[max(y0 - BAND, 0) : y1 + BAND, max(x0 - BAND, 0) : x1 + BAND] = True
        band[y0 + BAND : max(y1 - BAND, y0 + BAND), x0 + BAND : max(x1 - BAND, x0 + BAND)] = False
        shares.append(float(marked[band].mean()) if band.any() else 0.0)
    best = max(range(len(shares)), key=shares.__getitem__)
    return visible[best][0] if shares[best] >= LEAST_OUTLINED else None


def _marked(pointer: Pointer, sighting: Sighting) -> np.ndarray:
    """The pixels that a mark changed; of its own colour, where that is told."""
    change = sighting.change
    is_lossy = ((change > 0) & (change < CHANGED)).mean() > LOSSY_SHARE
    marked: np.ndarray = change > (CHANGED if is_lossy else 3)
    colour = pointer.colour
    if pointer.tag.isdigit():
        colour = list(NAMED)[(int(pointer.tag) - 1) % len(NAMED)]
    if not colour:
        return marked
    before, after = sighting.original[marked], sighting.shown.pixels[marked]
    meant = {names[colour] for names in (NAMED, SPOKEN) if colour in names}
    own = np.any(
        [_is_blend(before.astype(float), after.astype(float), rgb) for rgb in meant], axis=0
    )
    if not own.any():
        return marked if pointer.tag else np.zeros_like(marked)
    of_colour = np.zeros_like(marked)
    of_colour[marked] = own
    return _without_specks(of_colour) if is_lossy else of_colour


def _without_specks(marked: np.ndarray) -> np.ndarray:
    """The pixels most of whose neighbours are marked too."""
    padded = np.pad(marked.astype(np.uint8), 1)
    rows, columns = marked.shape
    around = sum(
        padded[y : y + rows, x : x + columns].astype(int) for y in range(3) for x in range(3)
    )
    dense: np.ndarray = marked & (around >= NEIGHBOURS)
    return dense


def _is_blend(before: np.ndarray, after: np.ndarray, colour: Rgb) -> np.ndarray:
    """Whether pixels became what they are by a blend with this colour."""
    way = np.array(colour, float) - before
    length = np.maximum((way * way).sum(axis=1), 1.0)
    alpha = ((after - before) * way).sum(axis=1) / length
    off = np.abs(after - before - alpha[:, None] * way).max(axis=1)
    is_blend: np.ndarray = (off < OFF_COLOUR) & (alpha > LEAST_ALPHA)
    return is_blend


def _tip(columns: np.ndarray, rows: np.ndarray) -> tuple[float, float]:
    """The end of an arrow at which it is broader: its head's."""
    places = np.stack([columns + 0.5, rows + 0.5], axis=1).astype(float)
    middle = places.mean(axis=0)
    _, ways = np.linalg.eigh(np.cov((places - middle).T) + np.eye(2) * 1e-9)
    along, beside = (places - middle) @ ways[:, 1], (places - middle) @ ways[:, 0]
    half = (along.max() + along.min()) / 2
    broad = [float(np.ptp(beside[side])) for side in (along > half, along <= half)]
    end = places[along.argmax()] if broad[0] >= broad[1] else places[along.argmin()]
    return float(end[0]), float(end[1])


def _overlap(one: Edges, other: Edges) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(across, 0.0) * max(down, 0.0)
    total = _extent(one) + _extent(other) - shared
    return shared / total if total > 0 else 0.0


def _extent(box: Edges) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
