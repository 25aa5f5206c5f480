"""Panoptic painting: from the masks and classes of queries to segments that do not overlap.

The rule is that of Mask2Former and EoMT. Of transformers' functions for it only EoMT's follows
it. The others give a segment all pixels where no other is surer, however unsure it is itself; the
numbers of its segments collide where stuff is fused; Mask2Former's goes through 384 x 384 pixels;
OneFormer's needs torchvision. All of them hold every query's mask at the picture's size at once.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from deixis.core.size import Size

INSIDE = 0.5  # probability from which on a pixel is a mask's own
SEEN = 0.8  # share of its own pixels that a segment keeps at least


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Segment:
    """A segment has some pixels, the number of their label, and how sure the surest of its queries
    is.
    """

    label: int
    score: float
    inside: Bool[np.ndarray, "height width"]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class FilledView:
    """A picture of this size fills so much of the view's height and width from the left top on; the
    rest is padding.
    """

    size: Size
    rows: float = 1.0
    columns: float = 1.0


@torch.no_grad()
def paint(
    classes: Float[Tensor, "query class"],
    masks: Float[Tensor, "query row column"],
    view: FilledView,
    *,
    cut: float,
    stuff: Set[int] = frozenset(),
) -> list[Segment]:
    """The segments come in the order of their queries. Both tensors are logits; the last class is
    no object.
    """
    scores, labels = classes.float().softmax(dim=-1).max(dim=-1)
    kept = torch.nonzero((labels < classes.shape[1] - 1) & (scores >= cut)).flatten().tolist()
    owners = torch.full((view.size.height, view.size.width), -1, device=masks.device)
    best = torch.zeros(owners.shape, device=masks.device)
    enlarge = _Enlarge(masks, view)
    for query in kept:
        sureness = scores[query] * enlarge(query)
        owners[sureness > best] = query
        best = torch.maximum(best, sureness)
    segments: dict[object, Segment] = {}
    for query in kept:
        own, won = enlarge(query) >= INSIDE, owners == query
        seen = own & won
        if not seen.any() or int(won.sum()) <= SEEN * int(own.sum()):
            continue
        label, score = int(labels[query]), float(scores[query])
        inside = seen.cpu().numpy()
        key = ("stuff", label) if label in stuff else query
        if key in segments:
            before = segments[key]
            inside, score = before.inside | inside, max(before.score, score)
        segments[key] = Segment(label=label, score=score, inside=inside)
    return list(segments.values())


@final
class _Enlarge:
    """Each query's probabilities in the picture's pixels: bilinear, as `interpolate` has it, yet of
    the part of the view alone that the picture fills, and of one query at a time.
    """

    def __init__(self, masks: Float[Tensor, "query row column"], view: FilledView) -> None:
        self.masks = masks.float()
        _, rows, columns = masks.shape
        self.down = _weights(rows, view.size.height, view.rows).to(masks.device)
        self.across = _weights(columns, view.size.width, view.columns).to(masks.device)

    def __call__(self, query: int) -> Float[Tensor, "height width"]:
        return (self.down @ self.masks[query] @ self.across.T).sigmoid()


def _weights(cells: int, pixels: int, share: float) -> Float[Tensor, "pixel cell"]:
    """Along one side, of which pixels fill this share, each pixel takes so much from each cell."""
    centres = (torch.arange(pixels, dtype=torch.float64) + 0.5) / pixels * share * cells - 0.5
    places = centres.clamp(0, cells - 1)
    near = torch.arange(cells, dtype=torch.float64)
    return (1 - (places[:, None] - near).abs()).clamp(min=0).float()


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split("|"))


COCO = _names(
    "banner|blanket|bridge|cardboard|counter|curtain|door-stuff|floor-wood|flower|fruit|gravel|"
    "house|light|mirror-stuff|net|pillow|platform|playingfield|railroad|river|road|roof|sand|sea|"
    "shelf|snow|stairs|tent|towel|wall-brick|wall-stone|wall-tile|wall-wood|water-other|"
    "window-blind|window-other|tree-merged|fence-merged|ceiling-merged|sky-other-merged|"
    "cabinet-merged|table-merged|floor-other-merged|pavement-merged|mountain-merged|grass-merged|"
    "dirt-merged|paper-merged|food-other-merged|building-other-merged|rock-merged|"
    "wall-other-merged|rug-merged"
)
CITYSCAPES = _names(
    "road|sidewalk|building|wall|fence|pole|traffic light|traffic sign|vegetation|terrain|sky"
)
# ADE20K's names are lists of synonyms; these are the first of each
ADE20K = _names(
    "wall|building|sky|floor|tree|ceiling|road|grass|sidewalk|earth|mountain|plant|water|house|"
    "sea|rug|field|rock|base|sand|skyscraper|grandstand|path|runway|stairway|river|bridge|blind|"
    "hill|bar|hovel|tower|dirt track|land|escalator|buffet|poster|stage|conveyer belt|canopy|pool|"
    "falls|tent|cradle|tank|lake|blanket|pier|crt screen|shower"
)


def stuff_of(names: Mapping[int, str]) -> frozenset[int]:
    """These labels are stuff in COCO, ADE20K or Cityscapes, whichever the names are of; none where
    they are of another set, whose pieces then stay apart.
    """
    first = {number: name.split(",")[0].strip() for number, name in names.items()}
    for stuff in (COCO, ADE20K, CITYSCAPES):
        if stuff <= set(first.values()):
            return frozenset(number for number, name in first.items() if name in stuff)
    return frozenset()
