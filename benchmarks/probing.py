"""How often `probe` finds the dialect, the order and the space of simulated models.

    python benchmarks/probing.py                        # every kind, 100 seeds each
    python benchmarks/probing.py --kinds gemini,gpt --seeds 20
    python benchmarks/probing.py --noise --mixed        # only what must be refused

The simulators are `deixis.testing.simulated`: they know the truth of the pictures and nothing of
the likelihood. Errors are 1, 2 or 3 % of the side, a tenth of the answers is about another thing, a
tenth is refused, and how the provider resizes is not told. A kind counts as found where its dialect
is the one that is named, or among those that its answers cannot tell from it, where the axes are in
its order, and where no place of the pictures lies more than 1 % of the side from where its own
space puts it. Kinds that no dialect writes count as found where that is said, with their order and
space. Answers of noise, and of servers that mix two kinds, count where nothing is told.
"""

import argparse
import os
import time
from collections import Counter

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import numpy as np

from deixis.ask.probe.asking import ProbeAsker
from deixis.ask.probe.places import ask_places, pool
from deixis.ask.probe.posterior import posterior
from deixis.testing.simulated import Manner, kinds, simulated

PICTURES = 4  # sets of pictures that seeds go round
ERRORS = (0.01, 0.02, 0.03)
NEAR = 0.0101  # of the side
MIXED = (("permille", "pixels"), ("gemini", "qwen3_vl"), ("unit", "permille"), ("gpt", "gpt_unit"))
NOISE = ("permille", "pixels", "unit", "gemini", "qwen2_5_vl", "molmo", "kosmos2", "gpt")
ENDS = {"0-1": 1.0, "0-999": 999.0, "0-1000": 1000.0, "percent": 100.0, "0-1023": 1024.0}
ENDS |= {"bins of 1000": 1000.0, "bins of 999": 999.0}


def truths(cache, seed):
    """What stands where on all pictures of a seed."""
    if seed not in cache:
        cache[seed] = {
            one.image: [thing.box_region() for thing in one.things] for one in pool(seed)
        }
    return cache[seed]


def probed(name, seed, cache, **manner):
    """A simulated model of a kind, probed once."""
    chosen = Manner(error=ERRORS[seed % 3], wrong=0.1, refused=0.1, **manner)
    model = simulated(name, truths(cache, seed % PICTURES), manner=chosen, seed=seed)
    return ask_places(ProbeAsker(vlm=model), seed=seed % PICTURES)


def line_of(kind, size):
    """The kind's own space: number = share · step + start, on each axis; None: it is another."""
    if kind.space == "pixels":
        seen = kind.provider(size)
        return np.array([seen.width, seen.height, 0.0, 0.0])
    if kind.space == "0-1, padded":
        square = max(size.width, size.height)
        sides = np.array([size.width, size.height])
        return np.concatenate([sides / square, (square - sides) / 2 / square])
    last = ENDS.get(kind.space)
    return None if last is None else np.array([last, last, 0.0, 0.0])


def is_near(kind, found):
    """Whether the space that was found puts places where the kind's own does."""
    meaning = found.verdict.meaning
    if meaning.space is None:
        return meaning.dialect == kind.dialect
    for size in {answer.picture.size for answer in found.answers}:
        line, own = np.array(meaning.space.line(size)), line_of(kind, size)
        if own is None:
            return False
        for share in (0.0, 1.0):
            there = (share * own[:2] + own[2:] - line[2:]) / line[:2]
            if np.abs(there - share).max() > NEAR:
                return False
    return True


def is_found(kind, found):
    """Whether dialect, order and space are those of the kind."""
    verdict = found.verdict
    if verdict.meaning is None or not is_near(kind, found):
        return False
    if verdict.meaning.space is not None and verdict.order != f"{kind.order} first":
        return False
    if not kind.dialect:
        return verdict.reason == "unreadable"
    return verdict.is_told and kind.dialect in verdict.dialects


def told(found):
    """The verdict in few words."""
    verdict = found.verdict
    meaning = "" if verdict.meaning is None else verdict.meaning.told
    return f"{verdict.reason or 'told'}: {'/'.join(verdict.dialects)}, {meaning}"


def finding(names, num_seeds, cache):
    """A line for each kind: how many of the seeds find it, in how many calls."""
    for name in names:
        kind, calls, others, right = kinds()[name], [], Counter(), 0
        for seed in range(num_seeds):
            found = probed(name, seed, cache)
            calls.append(len(found.answers))
            is_right = is_found(kind, found)
            right += is_right
            others[told(found)] += not is_right
        wrong = "; ".join(f"{count} x {words}" for words, count in others.most_common(3) if count)
        mean = sum(calls) / len(calls)
        print(
            f"{name:20} {right:3} of {num_seeds}  {mean:4.1f} calls, at most {max(calls)}  {wrong}"
        )


def refusing(title, chosen, num_seeds, cache):
    """A line for each kind whose answers must be refused."""
    for name, manner in chosen:
        reasons = Counter()
        for seed in range(num_seeds):
            found = probed(name, seed, cache, **manner)
            reasons[found.verdict.reason or told(found)] += 1
        right = num_seeds - sum(n for reason, n in reasons.items() if reason.startswith("told"))
        label = f"{title} {name} {manner.get('mixes', '')}".strip()
        print(f"{label:28} {right:3} of {num_seeds} refused  {dict(reasons)}")


def timed(cache):
    """How long it takes to weigh 24 answers under every hypothesis."""
    found = probed("permille", 0, cache)
    answers = [type(one)(**vars(one)) for one in (*found.answers, *found.answers)[:24]]
    begun = time.perf_counter()
    weighed = posterior(answers)
    seconds = time.perf_counter() - begun
    num = len(weighed.hypotheses.meanings)
    print(f"{len(answers)} answers under {num} hypotheses: {seconds:.2f} s")


def main():
    """What is asked for is measured and printed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", help="only these, with commas between")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--noise", action="store_true")
    parser.add_argument("--mixed", action="store_true")
    arguments = parser.parse_args()
    cache = {}
    timed(cache)
    only = arguments.noise or arguments.mixed
    if not only or arguments.kinds:
        names = arguments.kinds.split(",") if arguments.kinds else list(kinds())
        finding(names, arguments.seeds, cache)
    if arguments.noise or not (only or arguments.kinds):
        refusing("noise", [(name, {"is_noise": True}) for name in NOISE], arguments.seeds, cache)
    if arguments.mixed or not (only or arguments.kinds):
        refusing("mixed", [(one, {"mixes": two}) for one, two in MIXED], arguments.seeds, cache)


if __name__ == "__main__":
    main()
