"""What a store holds, in numbers: labels, texts, how many notes a picture has, what they cover."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, final

from deixis.core.mask import Mask, union
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.reports import chart
from deixis.sources.note_store.shard import PictureNotes

MOST_LABELS, LONGEST = 20, 24  # that are drawn, and letters of each


@final
@dataclass(kw_only=True)
class NoteStats:
    """Counts over all pictures that could be read."""

    num_pictures: int = 0
    num_failed: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    text_lengths: Counter[int] = field(default_factory=Counter)  # in characters
    notes_a_picture: Counter[int] = field(default_factory=Counter)
    coverage: list[float] = field(default_factory=list)  # share of each picture under any note
    scores: list[float] = field(default_factory=list)

    def add(self, row: PictureNotes) -> None:
        """Count one picture."""
        if row.error is not None:
            self.num_failed += 1
            return
        self.num_pictures += 1
        self.notes_a_picture[len(row.notes)] += 1
        self.coverage.append(covered_share(row.notes, Size(width=row.width, height=row.height)))
        for note in row.notes:
            self.sources[note.source or "unknown"] += 1
            if note.label:
                self.labels[note.label] += 1
            if note.text:
                self.text_lengths[len(note.text)] += 1
            if note.score is not None:
                self.scores.append(note.score)

    @property
    def num_notes(self) -> int:
        """Of all pictures."""
        return sum(count * times for count, times in self.notes_a_picture.items())

    @property
    def mean_coverage(self) -> float:
        """Of all pictures' shares under notes."""
        return sum(self.coverage) / len(self.coverage) if self.coverage else 0.0

    def record(self) -> dict[str, Any]:  # Any: JSON
        """All of it but the single pictures."""
        return {
            "pictures": self.num_pictures,
            "failed": self.num_failed,
            "notes": self.num_notes,
            "labels": dict(self.labels.most_common()),
            "sources": dict(self.sources.most_common()),
            "text_lengths": {str(k): v for k, v in sorted(self.text_lengths.items())},
            "notes_a_picture": {str(k): v for k, v in sorted(self.notes_a_picture.items())},
            "mean_coverage": round(self.mean_coverage, 6),
        }


def note_stats(rows: Iterable[PictureNotes]) -> NoteStats:
    """Count them all."""
    stats = NoteStats()
    for row in rows:
        stats.add(row)
    return stats


def covered_share(notes: Iterable[Region], size: Size) -> float:
    """The share of a picture's pixels that lie under any note."""
    masks: list[Mask] = [note.mask(size) for note in notes]
    return union(masks).area / size.area if masks else 0.0


def stats_png(stats: NoteStats) -> bytes:
    """Labels, lengths of texts, notes a picture and coverage, side by side."""
    common = stats.labels.most_common(MOST_LABELS)[::-1]
    more = len(stats.labels) - len(common)
    return chart.counts(
        (
            chart.CountBars(
                title="labels" + (f" (and {more} more)" if more > 0 else ""),
                across="notes",
                named=[(_short(name), count) for name, count in common],
            ),
            chart.CountBars(
                title="length of texts, characters", up="texts", numbers=stats.text_lengths
            ),
            chart.CountBars(title="notes a picture", up="pictures", numbers=stats.notes_a_picture),
            chart.CountBars(
                title="share of a picture under notes, %",
                up="pictures",
                shares=[100 * share for share in stats.coverage],
            ),
        )
    )


def _short(name: str) -> str:
    """Of a strange word only what fits."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
