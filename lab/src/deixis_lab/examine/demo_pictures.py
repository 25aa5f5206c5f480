"""The drawn part of the pictures that ship with Deixis: scenes of Things, with their truth and
questions.
"""

from typing import Any

import numpy as np

from deixis.core import region_json
from deixis.data.demo.pictures import FOLDER
from deixis_lab.examine.naming import colour_over
from deixis_lab.things.art import SMALL
from deixis_lab.things.artists import artist_named
from deixis_lab.things.world import ThingWorld
from deixis_lab.world.scene import Scene
from deixis_lab.zoo.training.marked_scenes import markable_things
from deixis_lab.zoo.training.scene_mark import KINDS

WORLD = ThingWorld(seed=1, side=448, split="test", exponent=0.0, art=SMALL)
INDICES = {"crown": 40, "envelope": 23, "books": 54, "frog": 112, "penguin": 75}
TOUR = "crown"  # the one that `deixis demo` asks about
ENCODED = ("cropped", "dimmed", "masked", "blurred", "tagged")
Record = dict[str, Any]  # Any: what JSON holds


def demo_record(name: str) -> Record:
    """A picture's entry in `deixis/data/demo/pictures.json`."""
    scene = WORLD.scene(INDICES[name])
    return {
        "name": name,
        "file": f"{name}.png",
        "source": scene.image.source,
        "credit": _credit(scene),
        "regions": [region_json.to_record(region) for region in scene.regions],
        "asked": _asked(scene) if name == TOUR else [],
    }


def write_demo_pictures() -> None:
    """The pictures themselves, where they ship."""
    for name, index in INDICES.items():
        (FOLDER / f"{name}.png").write_bytes(WORLD.scene(index).image.png())


def _credit(scene: Scene) -> str:
    """Whose drawings are in it."""
    names = dict.fromkeys(thing.artist for thing in scene.things if thing.artist is not None)
    artists = [artist_named(name) for name in names]
    told = ", ".join(f"{one.author} ({one.name}, {one.licence})" for one in artists)
    return f"Drawings by {told}."


def _asked(scene: Scene) -> list[Record]:
    """A question under each kind of mark, one about what a sign says, one by a said box, and one by
    each of the other encodings.
    """
    things = markable_things(scene)
    named = [thing for thing in things if thing.text is None]
    draws = np.random.default_rng(WORLD.seed)
    place = {thing.depth: scene.regions.index(thing.region) for thing in things}
    asked: list[Record] = []
    for turn, kind in enumerate(KINDS):
        thing = named[turn % len(named)]
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
    for turn, way in enumerate(("said", *ENCODED)):
        thing = named[turn % len(named)]
        told = {"way": way, "text": "What is {it}?", "truth": thing.name}
        asked.append({**told, "region": place[thing.depth]})
    return asked
