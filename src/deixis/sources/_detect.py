"""What detectors of transformers find, each family's outputs read in its own way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import torch
from jaxtyping import Float
from PIL import Image as PIL
from torch import Tensor

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.sources._checkpoint import Checkpoint, padded, prepared

ALL = -1.0  # below any score: what is cut is our own business


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Found:
    """Boxes in pixels of the picture, some of which may lead out of it."""

    boxes: Float[Tensor, "box xyxy"]
    scores: Float[Tensor, " box"]
    labels: Sequence[str]


@torch.no_grad()
def closed(checkpoint: Checkpoint, image: Image) -> Found:
    """Of a detector that knows the labels that it was trained on."""
    model, seen = checkpoint.model, padded(image)
    with prepared(image, checkpoint.name):
        inputs = checkpoint.processor(images=seen, return_tensors="pt")
    outputs = checkpoint.run(inputs)
    [found] = checkpoint.processor.post_process_object_detection(
        outputs, threshold=ALL, target_sizes=[(seen.height, seen.width)]
    )
    names = model.config.id2label
    labels = [str(names.get(int(label), int(label))) for label in found["labels"]]
    return Found(boxes=found["boxes"], scores=found["scores"], labels=labels)


@torch.no_grad()
def owl(checkpoint: Checkpoint, image: Image, words: Sequence[str]) -> Found:
    """Of OWL-ViT and OWLv2: each box has the word that it is likest."""
    seen = padded(image)
    with prepared(image, checkpoint.name):
        inputs = checkpoint.processor(text=[list(words)], images=seen, return_tensors="pt")
    outputs = checkpoint.run(inputs)
    [found] = checkpoint.processor.post_process_grounded_object_detection(
        outputs, threshold=ALL, target_sizes=[(seen.height, seen.width)]
    )
    labels = [words[int(label)] for label in found["labels"]]
    return Found(boxes=found["boxes"], scores=found["scores"], labels=labels)


def check_owl_words(checkpoint: Checkpoint, words: Sequence[str]) -> None:
    """UsageError for a word that is longer than its text tower reads."""
    longest = int(checkpoint.model.config.text_config.max_position_embeddings)
    for word in words:
        count = len(checkpoint.processor.tokenizer(word).input_ids)
        if count > longest:
            raise UsageError(f"{word!r:.60} is {count} tokens, {checkpoint.name} reads {longest}")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """Words as Grounding DINO reads them: with full stops between, and which tokens are whose."""

    text: str
    tokens: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, checkpoint: Checkpoint, words: Sequence[str]) -> "Sentence":
        """UsageError where they are too many."""
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
def grounded(
    checkpoint: Checkpoint, image: Image, words: Sequence[str], sentence: Sentence
) -> Found:
    """Of Grounding DINO: each box has the word of the token that it is likest. Its own reading
    would put together a label of all tokens above a second cut: parts of words, two words, none.
    """
    seen = padded(image)
    with prepared(image, checkpoint.name):
        inputs = checkpoint.processor(images=seen, text=sentence.text, return_tensors="pt")
    outputs = checkpoint.run(inputs)
    likeness = outputs.logits[0].float().sigmoid()
    of_words = torch.stack([likeness[:, list(own)].amax(dim=1) for own in sentence.tokens], dim=1)
    scores, places = of_words.max(dim=1)
    return Found(
        boxes=_corners(outputs.pred_boxes[0], seen),
        scores=scores,
        labels=[words[int(place)] for place in places],
    )


def _corners(boxes: Float[Tensor, "box cxcywh"], seen: PIL.Image) -> Float[Tensor, "box xyxy"]:
    """From centres and extents in shares of the picture."""
    centre, extent = boxes[:, :2], boxes[:, 2:]
    whole = torch.tensor([seen.width, seen.height, seen.width, seen.height], device=boxes.device)
    return torch.cat([centre - extent / 2, centre + extent / 2], dim=1) * whole
