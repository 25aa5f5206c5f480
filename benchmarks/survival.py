"""What a model makes of thin and faint marks: why `deixis.ask.mark_visibility` warns where it does.

    python benchmarks/survival.py            # the embedded model
    python benchmarks/survival.py --count 80

Each scene is enlarged four times, so that lines can be thinner than a pixel of the
model's. The same things are asked for by name under the same rectangle: at falling widths with full
alpha, then at falling alpha with a width that surely is enough. Prints the share of right answers
beside what `Sight` measures.
"""

import argparse
import logging
import os

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import numpy as np
import torch
from PIL import Image as PIL

import deixis as dx
from deixis.ask.mark_visibility import Sight
from deixis.core import transform
from deixis.core.size import Size
from deixis.encodings.drawn import Drawn
from deixis.marks import Mark, Style
from deixis_lab.things.world import ThingWorld
from deixis_lab.zoo.training.marked_scenes import markable_things

TIMES = 4
WIDTHS = (1, 2, 3, 5, 8, 12, 16)
ALPHAS = (255, 128, 64, 32, 16, 8, 0)


def asked(count):
    """Enlarged pictures with one thing of each, and its name."""
    world, found = ThingWorld(seed=5, split="test", art="small"), []
    for index in range(count * 4):
        scene = world.scene(index)
        things = markable_things(scene)
        if len(things) < 2:  # of a lone thing the mark tells nothing
            continue
        size = scene.image.size
        large = Size(width=size.width * TIMES, height=size.height * TIMES)
        pixels = scene.image.pil().resize((large.width, large.height), PIL.Resampling.BICUBIC)
        box = dx.Region(shape=things[0].region.box())
        region = transform.resize(size, large).region(box)
        found.append((dx.Image(pixels=np.asarray(pixels)), region, things[0].name))
        if len(found) == count:
            break
    return found


def measure(model, rows, style):
    """Share of right answers, and what is left of the marks on average."""
    encodings = [
        Drawn(region=region, shape="rectangle", style=style, any_color=False)
        for _, region, _ in rows
    ]
    questions = [
        (image, "What is {it}?", {"it": encoding})
        for (image, _, _), encoding in zip(rows, encodings, strict=True)
    ]
    answers = model.ask_all(questions, settings=dx.Generation(max_new_tokens=16))
    right = [a.text.strip() == name for a, (_, _, name) in zip(answers, rows, strict=True)]
    left = [
        Sight(model.vlm, image).survival(Mark(shape="rectangle", region=region, style=style))
        for image, region, _ in rows[:12]
    ]
    width = np.mean([one.width for one in left])
    return np.mean(right), width, np.mean([one.contrast for one in left])


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="nano")
    parser.add_argument("--count", type=int, default=60)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    logging.getLogger("deixis.ask.mark_visibility").setLevel(
        logging.ERROR
    )  # lost marks are the point
    model, rows = dx.load(arguments.model), asked(arguments.count)
    print(f"{arguments.model}, {len(rows)} pictures; right, width, contrast")
    for width in WIDTHS:
        found = measure(model, rows, Style(width=width, alpha=255, profile="plain"))
        print(f"  width {width:3}, alpha 255: {found[0]:5.0%}  {found[1]:5.2f}  {found[2]:5.0%}")
    for alpha in ALPHAS:
        found = measure(model, rows, Style(width=8, alpha=alpha, profile="plain"))
        print(f"  width   8, alpha {alpha:3}: {found[0]:5.0%}  {found[1]:5.2f}  {found[2]:5.0%}")


if __name__ == "__main__":
    main()
