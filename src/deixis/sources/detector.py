"""Detectors are closed ones (RT-DETR, D-FINE, DETR, YOLOS …), or look for given words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from jaxtyping import Float
from PIL import Image as PIL
from torch import Tensor
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
from deixis.sources.knowledge_source import KnowledgeSource, SourceOptions
from deixis.sources.vision_checkpoint import (
    VisionCheckpoint,
    config_of,
    load_checkpoint,
    padded,
    prepared,
)

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
ALL = -1.0  # below any score: what is cut is our own business


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Detection:
    """The boxes are in pixels of the picture; some may lead out of it."""

    boxes: Float[Tensor, "box xyxy"]
    scores: Float[Tensor, " box"]
    labels: Sequence[str]


@torch.no_grad()
def closed_detection(checkpoint: VisionCheckpoint, image: Image) -> Detection:
    """A closed detector knows the labels that it was trained on."""
    model, seen = checkpoint.model, padded(image)
    with prepared(image, checkpoint.name):
        inputs = checkpoint.processor(images=seen, return_tensors="pt")
    outputs = checkpoint.run(inputs)
    [found] = checkpoint.processor.post_process_object_detection(
        outputs, threshold=ALL, target_sizes=[(seen.height, seen.width)]
    )
    names = model.config.id2label
    labels = [str(names.get(int(label), int(label))) for label in found["labels"]]
    return Detection(boxes=found["boxes"], scores=found["scores"], labels=labels)


@torch.no_grad()
def owl_detection(checkpoint: VisionCheckpoint, image: Image, words: Sequence[str]) -> Detection:
    """OWL-ViT and OWLv2 give each box the word that it is likest."""
    seen = padded(image)
    with prepared(image, checkpoint.name):
        inputs = checkpoint.processor(text=[list(words)], images=seen, return_tensors="pt")
    outputs = checkpoint.run(inputs)
    [found] = checkpoint.processor.post_process_grounded_object_detection(
        outputs, threshold=ALL, target_sizes=[(seen.height, seen.width)]
    )
    labels = [words[int(label)] for label in found["labels"]]
    return Detection(boxes=found["boxes"], scores=found["scores"], labels=labels)


def check_owl_words(checkpoint: VisionCheckpoint, words: Sequence[str]) -> None:
    """UsageError tells of a word that is longer than the text tower reads."""
    longest = int(checkpoint.model.config.text_config.max_position_embeddings)
    for word in words:
        count = len(checkpoint.processor.tokenizer(word).input_ids)
        if count > longest:
            raise UsageError(f"{word!r:.60} is {count} tokens, {checkpoint.name} reads {longest}")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class GroundingSentence:
    """Grounding DINO reads words with full stops between; each word has its tokens."""

    text: str
    tokens: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, checkpoint: VisionCheckpoint, words: Sequence[str]) -> "GroundingSentence":
        """UsageError says where the words are too many."""
        plain = [" ".join(word.lower().replace(".", " ").split()) for word in words]
        text, ends = "", []
        for word in plain:
            text += f"{word}. "
            ends.append(len(text) - 2)
        read = checkpoint.processor.tokenizer(text.strip(), return_offsets_mapping=True)
        count, longest = len(read.input_ids), int(checkpoint.model.config.max_text_len)
        if count > longest:
            raise UsageError(
                f"these {len(words)} words are {count} tokens, {checkpoint.name} reads {longest}; "
                "look for fewer at once"
            )
        owned: list[list[int]] = [[] for _ in words]
        for token, (begin, end) in enumerate(read["offset_mapping"]):
            for place, word in enumerate(plain):
                if ends[place] - len(word) <= begin < end <= ends[place]:
                    owned[place].append(token)
        for word, tokens in zip(words, owned, strict=True):
            if not tokens:
                raise UsageError(f"there is nothing to look for in {word!r:.60}")
        return cls(text=text.strip(), tokens=tuple(tuple(tokens) for tokens in owned))


@torch.no_grad()
def grounded_detection(
    checkpoint: VisionCheckpoint, image: Image, words: Sequence[str], sentence: GroundingSentence
) -> Detection:
    """Grounding DINO gives each box the word of the token that it is likest. Its own reading would
    put together a label of all tokens above a second cut: parts of words, two words, none.
    """
    seen = padded(image)
    with prepared(image, checkpoint.name):
        inputs = checkpoint.processor(images=seen, text=sentence.text, return_tensors="pt")
    outputs = checkpoint.run(inputs)
    likeness = outputs.logits[0].float().sigmoid()
    of_words = torch.stack([likeness[:, list(own)].amax(dim=1) for own in sentence.tokens], dim=1)
    scores, places = of_words.max(dim=1)
    return Detection(
        boxes=_corners(outputs.pred_boxes[0], seen),
        scores=scores,
        labels=[words[int(place)] for place in places],
    )


def _corners(boxes: Float[Tensor, "box cxcywh"], seen: PIL.Image) -> Float[Tensor, "box xyxy"]:
    """Centres and extents in shares of the picture become corners."""
    centre, extent = boxes[:, :2], boxes[:, 2:]
    whole = torch.tensor([seen.width, seen.height, seen.width, seen.height], device=boxes.device)
    return torch.cat([centre - extent / 2, centre + extent / 2], dim=1) * whole


@final
class Detector(KnowledgeSource):
    """Each thing is a note with its label: a box, the surest first."""

    takes: ClassVar[str | None] = "CHECKPOINT"
    knows: ClassVar[tuple[str, ...]] = ("least_score", "words")

    def __init__(self, checkpoint: VisionCheckpoint, options: SourceOptions) -> None:
        self.checkpoint = checkpoint
        self.kind: str = checkpoint.model.config.model_type
        self.words = tuple(dict.fromkeys(word.strip() for word in options.words))
        usual = CUTS[self.kind]
        self.least_score = usual if options.least_score is None else options.least_score
        if self.kind in OWL:
            check_owl_words(checkpoint, self.words)
        self.sentence = (
            GroundingSentence.of(checkpoint, self.words) if self.kind in GROUNDED else None
        )

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

    def _found(self, image: Image) -> Detection:
        if self.kind in CLOSED:
            return closed_detection(self.checkpoint, image)
        if self.sentence is None:
            return owl_detection(self.checkpoint, image, self.words)
        return grounded_detection(self.checkpoint, image, self.words, self.sentence)


def _box(numbers: list[float]) -> Box:
    x0, y0, x1, y1 = numbers
    return Box(x0=min(x0, x1), y0=min(y0, y1), x1=max(x0, x1), y1=max(y0, y1))
