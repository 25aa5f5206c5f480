"""Pictures of the Things world a second of processor time.

  python benchmarks/things.py

One core; levels, fonts and textures are prepared before. Of five rounds the fastest counts, since
others may use the machine.
"""

import time
from collections.abc import Callable

from deixis_lab.things.art import SMALL, WHOLE, is_fetched
from deixis_lab.things.world import ThingWorld
from deixis_lab.world.questions import questions

NUM, ROUNDS = 100, 5
SIDES = (96, 224, 448)


def main() -> None:
    """Print the table."""
    art = WHOLE if is_fetched() else SMALL
    print(f"the {art} art")
    for side in SIDES:
        world = ThingWorld(side=side, art=art)
        drawn, asked = rates(world.scene, lambda index, world=world: questions(world, index))
        print(f"{side:4} px: {drawn:6.0f} scenes/s, {asked:6.0f}/s with all questions")


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
