"""Scenes whose things are drawn as other hands might have drawn them, as the tower met them."""

import dataclasses
from typing import final

import numpy as np
import torch
from jaxtyping import UInt8

from deixis.core.image import Image
from deixis_lab.things.art import Art
from deixis_lab.things.paint import paint_things
from deixis_lab.things.plan import PlannedDrawing, ThingPlan
from deixis_lab.things.told_colours import told_colour
from deixis_lab.things.world import ThingWorld
from deixis_lab.towers.drawings_source import BLACK, COARSE, FINE
from deixis_lab.towers.restyle import redrawn
from deixis_lab.world.plan import SIDE
from deixis_lab.world.scene import Scene

ENLARGED = 96  # pixels of a scene's largest frame to which the coarse one may be enlarged
UNTOUCHED = 0.3  # of the scenes, and of the drawings of the others


def restyled_scene(world: ThingWorld, index: int, draws: np.random.Generator) -> Scene:
    """A scene of the world, most of its drawings restyled; its colours are told anew."""
    if draws.random() < UNTOUCHED:
        return world.scene(index)
    plan = world.plan(index)
    places = [i for i, thing in enumerate(plan.things) if isinstance(thing, PlannedDrawing)]
    if not places:
        return world.scene(index)
    again = _Again(world.drawings, plan, places, world.side)
    plan, art = again.drawn(draws)
    painted = paint_things(plan, art, world.side)
    name = f"{world.split}/{world.seed}/{index} restyled"
    return Scene(name=name, image=Image(pixels=painted.pixels), plan=plan, owners=painted.owners)


@final
class _Again:
    """The drawings of one plan, and the plan with others in their places."""

    def __init__(self, art: Art, plan: ThingPlan, places: list[int], side: int) -> None:
        self.plan, self.places = plan, places
        things = [plan.things[place] for place in places]
        self.things = [thing for thing in things if isinstance(thing, PlannedDrawing)]
        largest = max(thing.side for thing in self.things) * side // SIDE
        self.side = COARSE if largest <= ENLARGED else FINE
        self.level = art.levels[self.side]
        self.digest = art.digest

    def drawn(self, draws: np.random.Generator) -> tuple[ThingPlan, Art]:
        """Most of them restyled, by lot."""
        pixels = np.stack([self.level[thing.drawing.place] for thing in self.things])
        black = torch.tensor([thing.artist in BLACK for thing in self.things])
        restyled = redrawn(
            torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255,
            black,
            generator=torch.Generator().manual_seed(int(draws.integers(1 << 62))),
        )
        again = (restyled * 255).round().byte().permute(0, 2, 3, 1).numpy()
        touched = draws.random(len(pixels)) >= UNTOUCHED
        pixels[touched] = again[touched]
        things = list(self.plan.things)
        for row, (place, thing) in enumerate(zip(self.places, self.things, strict=True)):
            things[place] = _in_its_place(thing, row, pixels[row])
        plan = dataclasses.replace(self.plan, things=tuple(things))
        return plan, Art(digest=self.digest, drawings=(), levels={self.side: pixels})


def _in_its_place(
    thing: PlannedDrawing, row: int, pixels: UInt8[np.ndarray, "side side 4"]
) -> PlannedDrawing:
    drawing = dataclasses.replace(thing.drawing, place=row)
    colour = thing.colour if thing.artist in BLACK else told_colour(pixels[::2, ::2])
    return dataclasses.replace(thing, drawing=drawing, colour=colour)
