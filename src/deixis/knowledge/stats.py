"""What a store holds, in numbers: labels, texts, how many notes a picture has, what they cover."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, final

from deixis.core.mask import Mask, union
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.sources.note_store.shard import PictureNotes


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
