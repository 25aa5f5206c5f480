"""How much nearer the places of `find` come when it looks again, what misleading crops cost, and
whether `cite` tells a model that looks from one that does not. On simulated models, which know the
truth: python benchmarks/finding.py --count 1000 --cited 300

The alternative beside it believes the last crop, whatever it says.
"""

import argparse
from collections import Counter
from dataclasses import dataclass, field
from itertools import product

import numpy as np

import deixis as dx
from deixis.core.size import Size
from deixis.evals.intervals import wilson
from deixis.testing.simulated import Manner, scene, simulated

UHD = Size(width=3840, height=2160)
KINDS = ("qwen3_vl", "gemini", "claude")
MISLED = 0.2
PRINTED = "{:<22} {:>6} {:>6} {:>17} {:>6} {:>13} {:>20} {:>20} {:>5}"


def targets(count: int, seed: int) -> list[dx.Region]:
    """Things of 16 to 300 pixels, anywhere on the screen."""
    lot, found = np.random.default_rng(seed), []
    for number in range(count):
        side, shape = np.exp(lot.uniform(np.log(16), np.log(300))), np.exp(lot.uniform(-0.7, 0.7))
        width, height = min(side * shape, 400), min(side / shape, 400)
        x, y = lot.uniform(0, UHD.width - width), lot.uniform(0, UHD.height - height)
        edges = (float(edge) for edge in (x, y, x + width, y + height))
        found.append(dx.box(*edges, label=f"thing {number:04d}"))
    return found


@dataclass
class Tally:
    """What became of the targets, of one way to take the answers."""

    away: list[float] = field(default_factory=list)
    hits: list[bool] = field(default_factory=list)

    def add(self, place, target: dx.Region) -> None:
        """One place that was found for a target."""
        box = target.box()
        middle = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
        self.away.append(float(np.hypot(place.x - middle[0], place.y - middle[1])))
        self.hits.append(box.x0 <= place.x <= box.x1 and box.y0 <= place.y <= box.y1)


def lost(before: Tally, after: Tally) -> str:
    """The share of what was hit before that is hit no more, with its 95 % interval."""
    gone = sum(was and not now for was, now in zip(before.hits, after.hits, strict=True))
    hit = sum(before.hits)
    around = wilson(gone, hit)
    return f"{gone / hit:.2%} ({around.low:.1%}-{around.high:.1%})"


def found(kind: str, asked: str, manner: Manner, things: list[dx.Region], image) -> None:
    """Print a row: one kind of model, one manner of erring."""
    model = dx.Model(simulated(kind, {image: things}, manner=manner, seed=7))
    first, last, believing = Tally(), Tally(), Tally()
    calls, unfound = 0, 0
    for thing in things:
        result = model.find(image, thing.label, kind=asked, refine=2)
        calls = max(calls, result.num_calls)
        if not result.regions:
            unfound += 1
            continue
        first.add(result.trace[0].regions[0].centre(), thing)
        last.add(result.points[0], thing)
        crops = [look for look in result.trace if look.regions]
        believing.add(crops[-1].regions[0].centre(), thing)
    before, after = np.median(first.away), np.median(last.away)
    print(
        PRINTED.format(
            f"{kind} {asked}",
            f"{manner.error:.1%}",
            f"{manner.misled:.0%}",
            f"{before:.1f} -> {after:.1f} px",
            f"{before / after:.1f}x",
            f"{np.mean(first.hits):.0%} -> {np.mean(last.hits):.0%}",
            lost(first, last),
            lost(first, believing),
            calls,
        )
        + (f"  ({unfound} not found at first)" if unfound else ""),
        flush=True,
    )


def written(count: int, seed: int) -> list[dx.Region]:
    """Signs with a word on each."""
    lot, signs = np.random.default_rng(seed), []
    for thing in targets(count, seed):
        word = "".join(lot.choice(list("abcdefghkmnprstuvwz"), 6))
        named = thing.named(label=thing.label.replace("thing", "sign"), text=word)
        signs.append(named)
    return signs


def cited(kind: str, way: str, manner: Manner, count: int, image) -> None:
    """Print a row: how often each verdict was given on one manner of looking."""
    signs = written(count, seed=3)
    model = dx.Model(simulated(kind, {image: signs}, manner=manner, seed=7))
    verdicts = Counter(
        model.ask(image, f"What does {sign.label} say?", cite=True).cited.verdict for sign in signs
    )
    around = wilson(verdicts["confirmed"], count)
    share = f"{verdicts['confirmed'] / count:.1%} ({around.low:.1%}-{around.high:.1%})"
    print(f"{kind:<12} {way:<34} {share:<22} {dict(verdicts)}", flush=True)


def main() -> None:
    """Both measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="targets of each row")
    parser.add_argument("--cited", type=int, default=100, help="questions of each row")
    parser.add_argument("--kinds", default=",".join(KINDS), help="kinds of simulated models")
    parser.add_argument("--asked", default="point,box", help="what is asked for")
    parser.add_argument("--errors", default="0.01,0.02", help="errors, as shares of what is seen")
    arguments = parser.parse_args()
    kinds = arguments.kinds.split(",")
    errors = [float(error) for error in arguments.errors.split(",")]
    image = scene(UHD, num_things=1, seed=3).image
    things = targets(arguments.count, seed=1)
    print(f"find --refine 2 on {UHD}, {len(things)} targets a row; lost: of those hit at first")
    columns = ("model", "error", "misled", "median error", "cut", "hits", "lost")
    print(PRINTED.format(*columns, "believing crops", "calls"))
    for kind in kinds if arguments.count else ():
        for asked, error, misled in product(arguments.asked.split(","), errors, (0.0, MISLED)):
            found(kind, asked, Manner(error=error, misled=misled), things, image)
    if not arguments.cited:
        return
    print(f"\ncite, {arguments.cited} questions a row; the share that is confirmed")
    for kind in kinds:
        for way, manner in (
            ("looks, errs by 1 %", Manner(error=0.01)),
            ("looks, errs by 2 %", Manner(error=0.02)),
            ("looks, makes its regions up", Manner(makes_up_places=True)),
            ("answers from memory", Manner(looks=False)),
        ):
            cited(kind, way, manner, arguments.cited, image)


if __name__ == "__main__":
    main()
