"""Pictures of the Things world a second of processor time, beside those of the Scenes world.

  python benchmarks/things.py

One core; levels, fonts and textures are prepared before. The two are drawn in turn, and of five
rounds the fastest of each counts, since others may use the machine.
"""

import time
from collections.abc import Callable

from deixis_lab.things.art import SMALL, WHOLE, is_fetched
from deixis_lab.things.world import ThingWorld
from deixis_lab.world.questions import questions
from deixis_lab.world.world import SceneWorld

NUM, ROUNDS = 100, 5
SIDES = (96, 224, 448)


def main() -> None:
    """Print the table."""
    art = WHOLE if is_fetched() else SMALL
    print(f"the {art} art")
    for side in SIDES:
        things, scenes = ThingWorld(side=side, art=art), SceneWorld(side=side)
        makers = (things.scene, lambda index, world=things: questions(world, index), scenes.scene)
        ours, asked, before = rates(*makers)
        print(
            f"{side:4} px: {ours:6.0f} scenes/s, {asked:6.0f}/s with all questions; "
            f"of the Scenes {before:6.0f}/s (ratio {ours / before:.2f})"
        )


def rates(*makers: Callable[[int], object]) -> list[float]:
    """Each one's calls a second, in the fastest of some rounds; the first only prepares."""
    least = [float("inf")] * len(makers)
    for _ in range(ROUNDS + 1):
        for place, make in enumerate(makers):
            start = time.process_time()
            for index in range(NUM):
                make(index)
            least[place] = min(least[place], time.process_time() - start)
    return [NUM / seconds for seconds in least]


if __name__ == "__main__":
    main()
