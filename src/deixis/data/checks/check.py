"""Every row of a data set is checked: it reads, its pictures are there, its regions lie in them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from deixis.core.errors import DeixisError, SampleError
from deixis.core.images import open_image, picture_size
from deixis.core.size import Size
from deixis.data import RegionDataset, RegionSample
from deixis.data.reading.fields import BadRowError

SLACK = 1.5  # pixels that a region may stick out by rounding
REMEMBERED = 4096  # sizes of pictures


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """A row turned out to be this. `problem` names the data set, the row and the reason."""

    sample: RegionSample | None = None
    problem: str | None = None
    num_sticking_out: int = 0


@final
@dataclass(slots=True)
class Tally:
    """The tally counts over the rows that were checked so far."""

    num_rows: int = 0
    num_turns: int = 0
    num_regions: int = 0
    num_sticking_out: int = 0
    num_without_picture: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    region_kinds: Counter[str] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)

    def add(self, checked: Checked) -> None:
        """One more row is counted."""
        self.num_rows += 1
        if checked.problem is not None:
            self.bad.append(checked.problem)
        if checked.sample is None or checked.problem is not None:
            return
        sample = checked.sample
        self.num_turns += len(sample.turns)
        self.num_regions += len(sample.regions)
        self.num_sticking_out += checked.num_sticking_out
        self.num_without_picture += not sample.pictures
        self.kinds[sample.kind] += 1
        self.splits[sample.split or "-"] += 1
        self.region_kinds.update(region.kind for region in sample.regions.values())

    def record(self) -> dict[str, object]:
        """The counts are given as JSON."""
        return {
            "rows": self.num_rows,
            "good": self.num_rows - len(self.bad),
            "turns": self.num_turns,
            "regions": self.num_regions,
            "regions_sticking_out": self.num_sticking_out,
            "rows_without_picture": self.num_without_picture,
            "kinds": dict(self.kinds),
            "region_kinds": dict(self.region_kinds),
            "splits": dict(self.splits),
            "bad": self.bad,
        }


def check(
    dataset: RegionDataset, *, limit: int | None = None, decode: bool = False
) -> Iterator[Checked]:
    """Each row is checked in its order. With `decode`, pictures are opened whole, not only by their
    header.
    """
    sizes = _Sizes(decode=decode)
    for index in range(len(dataset) if limit is None else min(limit, len(dataset))):
        yield _checked(dataset, index, sizes)


def _checked(dataset: RegionDataset, index: int, sizes: "_Sizes") -> Checked:
    try:
        sample = dataset.sample(index)
    except SampleError as problem:
        return Checked(problem=str(problem))
    try:
        found = [sizes.of(path) for path in sample.pictures]
        sticking_out = _check_regions(sample, found[0]) if found else 0
    except (DeixisError, BadRowError) as problem:
        named = SampleError(dataset=str(dataset.path), row=dataset.row(index), reason=str(problem))
        return Checked(sample=sample, problem=str(named))
    return Checked(sample=sample, num_sticking_out=sticking_out)


def _check_regions(sample: RegionSample, size: Size) -> int:
    """So many regions stick out of the picture; BadRowError where one lies outside."""
    if sample.size is not None and sample.size != size:
        raise BadRowError(f"the picture is {size}, the data set says {sample.size}")
    sticking_out = 0
    for slot, region in sample.regions.items():
        try:
            region.within(size)
        except DeixisError as problem:
            raise BadRowError(f"{{{slot}}}: {problem}") from None
        box = region.box()
        over = max(-box.x0, -box.y0, box.x1 - size.width, box.y1 - size.height)
        sticking_out += over > SLACK
    return sticking_out


@final
class _Sizes:
    """Sizes of pictures that were asked for lately are remembered."""

    def __init__(self, *, decode: bool) -> None:
        self.decode = decode
        self.known: dict[Path, Size] = {}

    def of(self, path: Path) -> Size:
        """A picture has this upright size; ImageError where it cannot be used."""
        if path not in self.known:
            if len(self.known) >= REMEMBERED:
                self.known.clear()
            self.known[path] = open_image(path).size if self.decode else picture_size(path)
        return self.known[path]
