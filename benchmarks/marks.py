"""Marks against copying the frame, Pillow as research code draws, and supervision's annotators.

    python benchmarks/marks.py

Each side gets the same fresh copy of the frame, and the copy is part of its time. Pillow draws on
an RGBA canvas of the frame's size and lays it over with `alpha_composite`, as ViP-LLaVA's code
does. supervision draws opaque marks without smoothing, ours then are opaque too; it is measured
where it is installed (pip install supervision). One thread, medians of its own processor time, in
which other work on the machine hardly counts; every round on another place. Clear marks stand
beside plain ones of ours, by the least of several turns.
"""

import gc
import importlib.util
import os
import statistics
import time
import tracemalloc
from functools import partial

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import numpy as np
from PIL import Image as PIL
from PIL import ImageDraw

import deixis as dx
from deixis.core.mask import Mask
from deixis.marks import Mark, Style, color_of, draw, shapes

SIZES = ((1920, 1080), (336, 336))
ROUNDS = 31
TURNS = 12
RED = (255, 0, 0)
BARS = {"rectangle": 1.5, "ellipse": 1.5, "point": 1.5, "arrow": 1.5}


def frame(width, height):
    """Random pixels."""
    generator = np.random.default_rng(0)
    return dx.Image(pixels=generator.integers(0, 256, (height, width, 3), dtype=np.uint8))


def places(width, height):
    """Boxes of 300 x 200 at 1080p, and as much of other sizes, one for each round."""
    generator = np.random.default_rng(1)
    wide, high = width * 300 / 1920, height * 200 / 1080
    lefts = generator.uniform(0.05 * width, 0.75 * width, ROUNDS)
    tops = generator.uniform(0.05 * height, 0.75 * height, ROUNDS)
    return [(x, y, x + wide, y + high) for x, y in zip(lefts, tops, strict=True)]


def ellipse_mask(box, width, height):
    """The mask of an ellipse in the box."""
    x0, y0, x1, y1 = box
    size = dx.Size(width=width, height=height)
    return dx.ellipse((x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2).mask(size)


def region(shape, box, width, height):
    """What a shape is drawn for: a mask where it wants one."""
    if shape in ("mask", "contour"):
        return dx.Region(shape=ellipse_mask(box, width, height))
    return dx.box(*box)


def medians(*sides):
    """Median processor seconds of each side; they take turns at being first, so that all have the
    same weather.
    """
    taken = [[] for _ in sides]
    for number in range(ROUNDS):
        first = number % len(sides)
        for which in (*range(first, len(sides)), *range(first)):
            side, seconds = sides[which], taken[which]
            side(number)  # the one before may have left caches and memory in another state
            begin = time.thread_time()
            side(number)
            seconds.append(time.thread_time() - begin)
    return [statistics.median(seconds) for seconds in taken]


def pillow_side(shape, image, boxes, alpha):
    """As research code draws: an RGBA canvas of the frame's size, laid over a copy."""
    width, height = image.size.width, image.size.height
    scale = max(width, height) / 336
    line = max(1, int(shapes.get(shape).usual_width * scale))
    ink = (*RED, alpha)

    def side(number):
        x0, y0, x1, y1 = box = boxes[number]
        base = PIL.fromarray(image.pixels).convert("RGBA")
        canvas = PIL.new("RGBA", base.size, (0, 0, 0, 0))
        pen = ImageDraw.Draw(canvas)
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        corners = [(middle[0], y0), (x1, y1), (x0, y1)]
        if shape == "rectangle":
            pen.rectangle(box, outline=ink, width=line)
        elif shape in ("ellipse", "contour"):
            pen.ellipse(box, outline=ink, width=line)
        elif shape == "mask":
            pen.ellipse(box, fill=ink)
        elif shape == "point":
            pen.ellipse(
                [middle[0] - line, middle[1] - line, middle[0] + line, middle[1] + line], fill=ink
            )
        elif shape == "triangle":
            pen.line([*corners, *corners[:2]], fill=ink, width=line, joint="curve")
        elif shape == "scribble":
            curve = [
                (x0 + (x1 - x0) * k / 1000, middle[1] + 40 * np.sin(k / 100)) for k in range(1001)
            ]
            pen.line(curve, fill=ink, width=line, joint="curve")
        else:
            pen.line([(x0, y0), middle], fill=ink, width=line)
            pen.polygon(
                [middle, (middle[0] - 60, middle[1]), (middle[0], middle[1] - 60)], fill=ink
            )
        return np.asarray(PIL.alpha_composite(base, canvas).convert("RGB"))

    return side


def supervision_side(shape, image, boxes):
    """Its annotator of the same shape, or None."""
    if importlib.util.find_spec("supervision") is None:
        return None
    import cv2
    import supervision as sv

    cv2.setNumThreads(1)
    width, height = image.size.width, image.size.height
    scale = max(width, height) / 336
    line = max(1, int(shapes.get(shape).usual_width * scale))
    color = sv.Color(*RED)
    wide, high = (round(end - start) for start, end in zip(boxes[0][:2], boxes[0][2:], strict=True))
    annotators = {
        "rectangle": lambda: sv.BoxAnnotator(color=color, thickness=line),
        "ellipse": lambda: sv.EllipseAnnotator(color=color, thickness=line),
        "point": lambda: sv.DotAnnotator(color=color, radius=line),
        "triangle": lambda: sv.TriangleAnnotator(color=color, base=wide, height=high),
        "mask": lambda: sv.MaskAnnotator(color=color, opacity=0.5),
        "contour": lambda: sv.PolygonAnnotator(color=color, thickness=2 * line + 1),
    }
    if shape not in annotators:
        return None
    annotator = annotators[shape]()
    needs_mask = shape in ("mask", "contour")
    found = [
        sv.Detections(
            xyxy=np.array([box]),
            mask=ellipse_mask(box, width, height).to_array()[None] if needs_mask else None,
            class_id=np.array([0]),
        )
        for box in boxes
    ]
    return lambda number: annotator.annotate(image.pixels.copy(), found[number])


def compare(width, height):
    """A line for each shape."""
    image = frame(width, height)
    boxes = places(width, height)
    print(
        f"{width}x{height}   times the copy: ours, bar | Pillow takes | supervision takes (opaque)"
    )
    for shape in shapes.names():
        alpha = 88 if shape == "mask" else 160
        marks = {
            a: [
                Mark(
                    shape=shape,
                    region=region(shape, box, width, height),
                    style=Style(color=color_of(RED), alpha=a, profile="plain"),
                )
                for box in boxes
            ]
            for a in (alpha, 128 if shape == "mask" else 255)
        }
        ours, opaque = (partial(drawn_by, image, listed) for listed in marks.values())
        theirs = supervision_side(shape, image, boxes)
        copy, mine, solid, other = medians(
            lambda _: image.pixels.copy(), ours, opaque, theirs or (lambda _: None)
        )
        # by itself: the memory that it gives back would slow down who comes next
        beside_pillow, pillow = medians(ours, pillow_side(shape, image, boxes, alpha))
        bar = f"(bar {BARS.get(shape, 3.0)})" if width > 1000 else ""
        beside = f"{pillow / beside_pillow:6.1f}x ours | "
        beside += f"{other / solid:5.2f}x ours" if theirs else "-"
        print(f"  {shape:10} {mine / copy:6.2f} {bar:10} | {beside}")


def compare_clear(width, height):
    """A line for each shape of clear marks with everything, the choice of the colour too."""
    image = frame(width, height)
    boxes = places(width, height)
    print(f"{width}x{height}   clear marks: times a plain one (bar 1.6), and with a colour given")
    for shape in shapes.names():
        regions = [region(shape, box, width, height) for box in boxes]
        styles = (Style(profile="plain"), Style(), Style(color=color_of("red")))
        sides = [
            partial(drawn_by, image, [Mark(shape=shape, region=r, style=style) for r in regions])
            for style in styles
        ]
        plain, clear, given = least(*sides)
        print(f"  {shape:10} {clear / plain:6.2f} | {given / plain:5.2f} | {plain * 1e6:5.0f} us")


def least(*sides):
    """Least processor seconds of each side, summed over the places, in turns."""
    taken = np.full((len(sides), ROUNDS), np.inf)
    for _ in range(TURNS):
        for number in range(ROUNDS):
            for which, side in enumerate(sides):
                begin = time.thread_time()
                side(number)
                taken[which, number] = min(taken[which, number], time.thread_time() - begin)
    return taken.mean(axis=1)


def drawn_by(image, marks, number):
    """One round."""
    return draw(image, [marks[number]])


def many_masks():
    """Thirty masks on one frame: time and memory beyond the copy."""
    width, height = SIZES[0]
    image = frame(width, height)
    generator = np.random.default_rng(2)
    marks = []
    for number in range(30):
        side_x, side_y = generator.uniform(60, 240, 2)
        x, y = generator.uniform(0, width - side_x), generator.uniform(0, height - side_y)
        mask: Mask = ellipse_mask((x, y, x + side_x, y + side_y), width, height)
        colour = color_of(("red", "lime", "blue")[number % 3])
        style = Style(alpha=88, color=colour, profile="plain")
        marks.append(Mark(shape="mask", region=dx.Region(shape=mask), style=style))
    copy, whole = medians(lambda _: image.pixels.copy(), lambda _: draw(image, marks))
    tracemalloc.start()
    draw(image, marks)
    gc.collect()
    tracemalloc.reset_peak()
    draw(image, marks)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    extra = (peak - image.pixels.nbytes) / 2**20
    print(
        f"30 masks of 60 to 240 pixels at 1080p: {(whole - copy) * 1e3:.1f} ms beyond the copy "
        f"(bar 10), {whole / copy:.1f} times the copy, {extra:.1f} MB beyond it (bar 2; "
        "what C holds is not in it: at most 64 KB at once)"
    )


def main():
    """Measure and print."""
    for width, height in SIZES:
        compare(width, height)
        compare_clear(width, height)
    many_masks()


if __name__ == "__main__":
    main()
