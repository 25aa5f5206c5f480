"""The Scenes' part of the pictures that ship with Deixis: drawn, with their truth and questions."""

from typing import Any

import numpy as np

from deixis.core import region_json
from deixis_lab.examine.naming import colour_over
from deixis_lab.world.scene import Scene
from deixis_lab.world.world import SceneWorld
from deixis_lab.zoo.training.marked_scenes import markable_things
from deixis_lab.zoo.training.scene_mark import KINDS

WORLD = SceneWorld(seed=1, split="test")
INDICES = (108, 0, 1, 2, 5)
TOUR = 108  # the one that `deixis demo` asks about
Record = dict[str, Any]  # Any: what JSON holds


def demo_record(index: int) -> Record:
    """A picture's entry in `deixis/data/demo/pictures.json`."""
    scene = WORLD.scene(index)
    return {
        "name": f"scene_{index}",
        "source": scene.image.source,
        "regions": [region_json.to_record(region) for region in scene.regions],
        "asked": _asked(scene) if index == TOUR else [],
    }


def _asked(scene: Scene) -> list[Record]:
    """A question under each kind of mark, one about what a sign says, one by a said box."""
    things = markable_things(scene)
    draws = np.random.default_rng(WORLD.seed)
    place = {thing.depth: scene.regions.index(thing.region) for thing in things}
    asked: list[Record] = []
    for turn, kind in enumerate(KINDS):
        thing = things[turn % len(things)]
        asked.append(
            {
                "way": kind,
                "text": "What is {it}?",
                "truth": thing.name,
                "region": place[thing.depth],
                "shape": kind,
                "colour": colour_over(thing, draws),
            }
        )
    sign = next(thing for thing in things if thing.text is not None)
    asked.append(
        {
            "way": "read",
            "text": "What does {it} say?",
            "truth": sign.text,
            "region": place[sign.depth],
            "shape": "ellipse",
            "colour": colour_over(sign, draws),
        }
    )
    first = things[0]
    said = {"way": "said", "text": "What is {it}?", "truth": first.name}
    return [*asked, {**said, "region": place[first.depth]}]
