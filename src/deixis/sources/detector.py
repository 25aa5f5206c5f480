"""Detectors: closed ones (RT-DETR, D-FINE, DETR, YOLOS …) and those that look for given words."""

from collections.abc import Mapping
from typing import ClassVar, final

from transformers import (
    AutoImageProcessor,
    AutoModelForObjectDetection,
    AutoModelForZeroShotObjectDetection,
    AutoProcessor,
)
from typing_extensions import override

from deixis.core.errors import ModelError, RegionError, UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.shapes import Box
from deixis.sources._checkpoint import Checkpoint, config_of, load_checkpoint
from deixis.sources._detect import (
    Found,
    Sentence,
    check_owl_words,
    closed,
    grounded,
    owl,
)
from deixis.sources._source import KnowledgeSource, SourceOptions

# the usual cut of each
CLOSED = dict.fromkeys(
    (
        "conditional_detr",
        "d_fine",
        "dab-detr",
        "deformable_detr",
        "deimv2",
        "detr",
        "lw_detr",
        "rt_detr",
        "rt_detr_v2",
        "table-transformer",
        "yolos",
    ),
    0.5,
)
OWL = {"owlvit": 0.1, "owlv2": 0.1}
GROUNDED = {"grounding-dino": 0.25, "mm-grounding-dino": 0.25}
CUTS = CLOSED | OWL | GROUNDED


@final
class Detector(KnowledgeSource):
    """A note a thing, with its label: a box, the surest first."""

    takes: ClassVar[str | None] = "CHECKPOINT"
    knows: ClassVar[tuple[str, ...]] = ("least_score", "words")

    def __init__(self, checkpoint: Checkpoint, options: SourceOptions) -> None:
        self.checkpoint = checkpoint
        self.kind: str = checkpoint.model.config.model_type
        self.words = tuple(dict.fromkeys(word.strip() for word in options.words))
        usual = CUTS[self.kind]
        self.least_score = usual if options.least_score is None else options.least_score
        if self.kind in OWL:
            check_owl_words(checkpoint, self.words)
        self.sentence = Sentence.of(checkpoint, self.words) if self.kind in GROUNDED else None

    @classmethod
    @override
    def of(cls, argument: str, options: SourceOptions) -> "Detector":
        config = config_of(argument)
        kind = config.model_type
        if kind not in CUTS:
            raise ModelError(f"{argument!r} is a {kind} model; detectors are {', '.join(CUTS)}")
        if kind in CLOSED and options.words:
            labels = ", ".join(list(config.id2label.values())[:5])
            raise UsageError(
                f"{argument!r} finds what it was trained on ({labels} …), not words; "
                "Grounding DINO, OWL-ViT and OWLv2 look for words"
            )
        if kind not in CLOSED and not options.words:
            raise UsageError(
                f"{argument!r} looks for words: --words 'red cup,dog', or SourceOptions(words=…)"
            )
        checkpoint = (
            load_checkpoint(argument, config, AutoModelForObjectDetection, AutoImageProcessor)
            if kind in CLOSED
            else load_checkpoint(
                argument, config, AutoModelForZeroShotObjectDetection, AutoProcessor
            )
        )
        return cls(checkpoint, options)

    @property
    @override
    def record(self) -> Mapping[str, str]:
        asked = {"words": ", ".join(self.words)} if self.words else {}
        return {**self.checkpoint.record("detector", self.least_score), **asked}

    @override
    def look(self, image: Image) -> list[Region]:
        found = self._found(image)
        scores = found.scores.tolist()
        notes: list[Region] = []
        for place in sorted(range(len(scores)), key=lambda place: -scores[place]):
            if scores[place] < self.least_score:
                break
            note = Region(
                shape=_box(found.boxes[place].tolist()),
                label=found.labels[place],
                score=min(scores[place], 1.0),
                source=f"detector:{self.checkpoint.name}",
            )
            try:
                cut = note.within(image.size)
            except RegionError:  # in the padding
                continue
            if cut.box().area:
                notes.append(cut)
        return notes

    def _found(self, image: Image) -> Found:
        if self.kind in CLOSED:
            return closed(self.checkpoint, image)
        if self.sentence is None:
            return owl(self.checkpoint, image, self.words)
        return grounded(self.checkpoint, image, self.words, self.sentence)


def _box(numbers: list[float]) -> Box:
    x0, y0, x1, y1 = numbers
    return Box(x0=min(x0, x1), y0=min(y0, y1), x1=max(x0, x1), y1=max(y0, y1))
