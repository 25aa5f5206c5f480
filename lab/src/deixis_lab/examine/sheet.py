"""A sheet of scenes to look at: many pictures on one."""

from dataclasses import dataclass
from typing import final

import numpy as np
from PIL import Image as PIL
from PIL import ImageDraw, ImageFont

from deixis.core.image import Image
from deixis_lab.things.world import ThingWorld
from deixis_lab.world.scene import Scene

GAP, CAPTION = 6, 18
NAMED_SIDE = 288  # of a picture at least, in which things are named
LETTERS, NAMES = 13, 14  # font sizes of a picture's number, and of things
OUTLINES = ((255, 0, 255), (0, 255, 255), (255, 255, 0), (0, 255, 0), (255, 128, 0))


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A picture of many pictures, and a record of what each shows, in their order."""

    image: Image
    entries: tuple[dict[str, object], ...]


def scene_sheet(world: ThingWorld, *, first: int, count: int, show_regions: bool) -> Sheet:
    """Scenes in rows, each above its number; with `show_regions`, outlined and named."""
    times = -(-NAMED_SIDE // world.side) if show_regions else 1
    side = times * world.side
    columns = max(1, min(count, 1200 // (side + GAP)))
    rows = -(-count // columns)
    cell = side + GAP
    sheet = PIL.new("RGB", (columns * cell + GAP, rows * (cell + CAPTION) + GAP), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(LETTERS)
    entries = []
    for place in range(count):
        scene = world.scene(first + place)
        x, y = GAP + place % columns * cell, GAP + place // columns * (cell + CAPTION)
        sheet.paste(scene.image.pil().resize((side, side), PIL.Resampling.NEAREST), (x, y))
        draw.text((x, y + side + 1), f"{first + place}", fill="black", font=font)
        if show_regions:
            _outline(draw, scene, (x, y), times)
        entries.append(_entry(scene))
    return Sheet(image=Image(pixels=np.asarray(sheet), source="scenes"), entries=tuple(entries))


def _outline(draw: ImageDraw.ImageDraw, scene: Scene, corner: tuple[int, int], times: int) -> None:
    """Things are outlined, and named above or, at the upper edge, below; names are rimmed."""
    font = ImageFont.load_default(NAMES)
    x, y = corner
    for place, thing in enumerate(scene.things):
        colour = OUTLINES[place % len(OUTLINES)]
        box = thing.region.box()
        for ring in thing.region.polygon().rings:
            path = [(x + times * a, y + times * b) for a, b in (*ring, ring[0])]
            draw.line(path, fill=colour, width=2)
        named = thing.text or thing.name
        wide, high = font.getbbox(named)[2:]
        left = min(times * box.x0, times * scene.image.size.width - wide - 2)
        top = times * box.y0 - high - 3
        below = times * box.y1 + 2
        place_y = top if top >= 0 else min(below, times * scene.image.size.height - high - 2)
        draw.text(
            (x + max(2.0, left), y + place_y),
            named,
            fill=colour,
            font=font,
            stroke_width=2,
            stroke_fill="black",
        )


def _entry(scene: Scene) -> dict[str, object]:
    things = [
        {
            "name": thing.name,
            "colour": thing.colour,
            "style": thing.style,
            "text": thing.text,
            "artist": thing.artist,
            "box": list(thing.region.box().xyxy),
        }
        for thing in scene.things
    ]
    return {"scene": scene.name, "stuff": [s.name for s in scene.stuff], "things": things}
