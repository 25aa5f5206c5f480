"""Pictures of the Scenes world a second, against the same plans drawn with Pillow.

  python benchmarks/scenes.py

Pillow draws less: the grounds without tilt and tint, and each thing as one turned text in its
colour; no paper, no styles, no panels, and no owner of each pixel, so no truth. One core; glyphs,
fonts and textures are prepared before.
"""

import importlib.util
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from deixis_lab.world.colours import colour_named
from deixis_lab.world.paint import paint
from deixis_lab.world.plan import SIDE, Plan
from deixis_lab.world.questions import questions
from deixis_lab.world.textures import texture
from deixis_lab.world.world import SceneWorld

NUM = 600
SIDES = (96, 224, 448)
FONT = (
    Path(importlib.util.find_spec("matplotlib").origin).parent / "mpl-data/fonts/ttf/DejaVuSans.ttf"
)


def main() -> None:
    """Print the table."""
    for side in SIDES:
        world = SceneWorld(side=side)
        plans = [world.plan(index) for index in range(NUM)]
        ours = rate(lambda place, plans=plans, side=side: paint(plans[place], side))
        pillow = rate(lambda place, plans=plans, side=side: with_pillow(plans[place], side))
        whole = rate(world.scene)
        regions = rate(lambda place, world=world: world.scene(place).regions)
        asked = rate(lambda place, world=world: questions(world, place))
        print(
            f"{side:4} px: {whole:6.0f} scenes/s, painting alone {ours:6.0f}/s, with Pillow "
            f"{pillow:6.0f}/s (ratio {ours / pillow:.2f}); with all masks {regions:5.0f}/s, "
            f"with ten kinds of questions {asked:5.0f}/s"
        )


def rate(make: Callable[[int], object]) -> float:
    """Calls a second of processor time, after one round to prepare."""
    for place in range(NUM):
        make(place)
    start = time.process_time()
    for place in range(NUM):
        make(place)
    return NUM / (time.process_time() - start)


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font that our outlines come from."""
    return ImageFont.truetype(str(FONT), size, layout_engine=ImageFont.Layout.BASIC)


def with_pillow(plan: Plan, side: int) -> np.ndarray:
    """The plan's grounds, pictograms and signs by Pillow's own calls."""
    picture = Image.new("RGB", (side, side))
    for stuff in plan.stuff:
        top, left = stuff.offset_y * side // SIDE, stuff.offset_x * side // SIDE
        tile = Image.fromarray(texture(stuff.name, side)[top : top + side, left : left + side])
        picture.paste(tile, (0, stuff.left * side // SIDE))
    for thing in plan.things:
        size = max(thing.side * side // SIDE, 4)
        words = thing.text or thing.symbol
        width = 2 * thing.half_width * side // SIDE if thing.text else size
        stamp = Image.new("L", (width, size))
        pen = ImageDraw.Draw(stamp)
        pen.text((width // 2, size // 2), words, fill=255, font=font(size), anchor="mm")
        turned = stamp.rotate(-thing.degrees, Image.Resampling.BILINEAR, expand=True)
        middle = thing.x * side // SIDE, thing.y * side // SIDE
        place = middle[0] - turned.width // 2, middle[1] - turned.height // 2
        picture.paste(colour_named(thing.colour).ink, place, turned)
    return np.asarray(picture)


if __name__ == "__main__":
    main()
