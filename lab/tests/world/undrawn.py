"""Thousands of questions on pictures that are not drawn, as JSON: run as a process of its own.

The type checks of the test process make planning thirty times slower.
"""

import json
import sys

import numpy as np

from deixis.core.image import Image
from deixis_lab.things.names import thing_named
from deixis_lab.things.plan import ThingPlan
from deixis_lab.things.world import ThingWorld
from deixis_lab.world.questions import question_kinds
from deixis_lab.world.scene import Scene

BLANK = Image(pixels=np.zeros((1, 1, 3), dtype=np.uint8))
KINDS = ("counting", "presence")


def undrawn(index: int, plan: ThingPlan) -> Scene:
    """A scene of one row of pixels in which everything planned is seen."""
    owners = np.arange(len(plan.stuff) + len(plan.things), dtype=np.uint8)[None]
    return Scene(name=f"undrawn/{index}", image=BLANK, plan=plan, owners=owners)


def main(count: int) -> None:
    """Print the questions, and how many decoys of each sort share a group with the picture."""
    world = ThingWorld(art="small")
    makers = {kind: question_kinds.get(kind)() for kind in KINDS}
    asked: dict[str, list[list[str | None]]] = {kind: [] for kind in KINDS}
    near: dict[str, list[bool]] = {"alike": [], "others": []}
    for index in range(count):
        plan = world.plan(index)
        scene = undrawn(index, plan)
        for kind, maker in makers.items():
            question = maker.ask(scene, world.asking(index, kind))
            if question is not None:
                asked[kind].append([question.text, question.answer, question.variant])
        groups = {thing_named(name).category for name in plan.kinds}
        for sort, names in (("alike", plan.alike), ("others", plan.others)):
            decoys = [name for name in names if name not in plan.kinds]
            near[sort] += [thing_named(name).category in groups for name in decoys]
    shares = {sort: sum(held) / len(held) for sort, held in near.items()}
    sys.stdout.write(json.dumps({"asked": asked, "near": shares}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
