"""What exams change by marks as wide as a model needs: which pictures, and the scores.

    python benchmarks/widened.py                # the shapes that change, by sizes of pictures
    python benchmarks/widened.py --limit 100    # the embedded model's scores under these shapes too

Pictures are of the sizes that published sets have, squashed to a square as CLIP-like towers see
them. The scores are of `scenes_naming`, its pictures (96 pixels) as they are and enlarged.
"""

import argparse
import os
from dataclasses import replace
from typing import ClassVar

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import numpy as np
import torch
from PIL import Image as PIL

import deixis as dx
from deixis.ask.composer import Asking
from deixis.ask.mark_visibility import widened
from deixis.core import transform
from deixis.core.size import Size
from deixis.core.view import Resized, View
from deixis.encodings.drawn import drawn
from deixis.evals.benchmarks import Options, benchmarks
from deixis.marks import shapes
from deixis.models.interface import Generation, VisionLanguageModel

SIZES = {
    "COCO": (640, 480),
    "Flickr30k": (500, 375),
    "VCR": (1920, 1080),
    "a camera's": (4000, 3000),
}
SIDES = (42, 96, 224, 336)
PLACES = 20  # of boxes on a picture
TIMES = (1, 5, 6, 7)


class Square(VisionLanguageModel):
    """A model that sees pictures squashed to a square."""

    name: ClassVar[str] = "square"

    def __init__(self, side):
        self.side = Size(width=side, height=side)

    def views(self, size, *, alone=True):
        """One view: the picture at that side."""
        return (View(original=size, steps=(Resized(size=self.side, resample="bicubic"),)),)

    def generate(self, questions, settings=None):
        """Nothing is asked of it."""
        raise NotImplementedError


def boxes(size):
    """Boxes of many sizes all over a picture."""
    draws = np.random.default_rng(0)
    for _ in range(PLACES):
        (x0, x1), (y0, y1) = np.sort(draws.uniform(0.02, 0.98, (2, 2)), axis=1)
        yield dx.box(
            x0 * size.width, y0 * size.height, x1 * size.width + 4, y1 * size.height + 4
        ).within(size)


def shares(side, size):
    """Of each shape the share of marks that are widened; shapes without any are left out."""
    model, image = Square(side), dx.Image(pixels=np.zeros((size.height, size.width, 3), np.uint8))
    found = {}
    for shape in shapes.names():
        wide = [
            widened(model, image, {"it": drawn(one, shape)}, alone=True)["it"].style.width
            for one in boxes(size)
        ]
        if any(wide):
            found[shape] = f"{sum(one is not None for one in wide) / len(wide):.0%}"
    return found


def enlarged(query, times):
    """The question with its picture and regions that many times as large."""
    size = query.image.size
    large = Size(width=size.width * times, height=size.height * times)
    if times == 1:
        return query
    pixels = query.image.pil().resize((large.width, large.height), PIL.Resampling.BICUBIC)
    way = transform.resize(size, large)
    regions = {slot: way.region(one) for slot, one in query.regions.items()}
    return replace(query, image=dx.Image(pixels=np.asarray(pixels)), regions=regions)


def scores(model, shape, times, limit):
    """How many pictures change, and the share of right answers with both widths."""
    benchmark = benchmarks.get("scenes_naming").of(Options(num_pictures=limit))
    samples = list(benchmark.samples())[:limit]
    queries = [enlarged(benchmark.question(one), times) for one in samples]
    longest = Generation(max_new_tokens=benchmark.about.max_new_tokens)
    right, sent = {}, {}
    for marks in ("given", "widened"):
        composed = []
        for one in queries:
            pointed = {slot: drawn(region, shape) for slot, region in one.regions.items()}
            asking = Asking(images=(one.image,), text=one.text, regions=pointed)
            composed.append(model.composer.compose(asking, marks=marks))
        said = model.vlm.generate([one.question(None) for one in composed], longest)
        rows = zip(samples, said, strict=True)
        found = [benchmark.score(sample, one.text).numbers["right"] for sample, one in rows]
        right[marks] = 100 * sum(found) / len(found)
        sent[marks] = [one.frames[0].image.sha256 for one in composed]
    changed = sum(a != b for a, b in zip(sent["given"], sent["widened"], strict=True))
    told = f"{right['given']:.1f} % -> {right['widened']:.1f} %"
    print(f"{shape:10} {96 * times:4} px: {changed} of {len(samples)} change, {told}", flush=True)


def main():
    """Print the shapes, and the scores where they are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=int, default=0, help="questions of each score (0: none)")
    limit = parser.parse_args().limit
    torch.set_num_threads(1)
    for side in SIDES:
        for name, (width, height) in SIZES.items():
            found = shares(side, Size(width=width, height=height))
            print(f"{name} {width}x{height}, seen at {side}: {found or 'none'}", flush=True)
    model = dx.load("nano") if limit else None
    for shape in ("rectangle", "arrow", "contour") if limit else ():
        for times in TIMES:
            scores(model, shape, times, limit)


if __name__ == "__main__":
    main()
