"""Reading takes a time linear in the length: what doubling the length of a hostile text costs.

    python benchmarks/reading_length.py [--longest 1000000] [--share 16] [--dialects NAME,NAME]

The texts are the units of tests/coordinates/hostile_texts.py and below, each repeated to a length;
lengths double up to a share of the longest for all of them (`--share 1` is for the patient), and up
to the longest for brackets, quotes, tags, digits and nested JSON. A step's cost is the ratio of the
least processor times of a few readings. The bar is for the median of the doublings of a dialect;
texts whose own doublings cost more than it are told. One process, one thread.
"""

import argparse
import importlib.util
import statistics
import time
from pathlib import Path

from deixis.coordinates import Dialect, dialects
from deixis.core.size import Size

SIZE = Size(width=1280, height=720)
TEXTS = Path(__file__).parents[1] / "tests" / "coordinates" / "hostile_texts.py"
BAR = 2.3
ROUNDS, STEPS = 3, 4  # readings of a length, lengths of a unit
LONG = {  # up to the longest
    "brackets": "[",
    "brackets of all kinds": "[({",
    "closed brackets": "[]",
    "lists": "[1, 2, 3, 4], ",
    "quotes": '"',
    "escaped quotes": '\\"',
    "tags": "<box>",
    "closed tags": "<point>500 300</point>",
    "digits": "9",
    "numbers": "9 ",
    "nested JSON": '{"bbox_2d": [',
    "nested objects": '{"a":',
    "JSON in strings": '"[1, 2, 3]", ',
}
MORE = (
    *("<", "<|box_start|>", "<bbox>1 2 ", "<point>1", "<165>", "<165><132>", "click(", "click(1, "),
    *('click(start_box="(', "pyautogui.click(x=1, ", "point='", "x=1, y=2, ", '{"x": 1, ', '"x": '),
    *("```", "```json\n", "<think>", "</think>", "<think></think>", "<POINT_1>", "$", "\\(", "，"),
    *(
        '{\\"a\\": ',
        '{"label": "',
        "<ref>",
        "a [",
        "1, ",
        "1,2;",
        "-",
        "1-2 ",
        ".",
        "e9",
        " ",
        "\n",
    ),
)


def main() -> None:
    """A line for each dialect, and what costs more than the bar."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--longest", type=int, default=1_000_000)
    parser.add_argument("--share", type=int, default=16)
    parser.add_argument("--dialects", default=",".join(dialects.names()))
    arguments = parser.parse_args()
    short = [*dict.fromkeys((*hostile_units(), *MORE))]
    for name in arguments.dialects.split(","):
        dialect = dialects.get(name)()
        longest = arguments.longest
        steps = {
            **{repr(unit): doublings(dialect, unit, longest // arguments.share) for unit in short},
            **{what: doublings(dialect, unit, longest) for what, unit in LONG.items()},
        }
        show(name, steps)


def hostile_units() -> tuple[str, ...]:
    """Those of the tests, which are no package here."""
    spec = importlib.util.spec_from_file_location("hostile_texts", TEXTS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.UNITS


def doublings(dialect: Dialect, unit: str, longest: int) -> list[tuple[int, float, float]]:
    """The length, the seconds and the cost of each doubling up to a length."""
    lengths = [longest >> step for step in reversed(range(STEPS))]
    taken = [seconds(dialect, (unit * (length // len(unit) + 1))[:length]) for length in lengths]
    return [
        (length, after, after / before)
        for length, before, after in zip(lengths[1:], taken[:-1], taken[1:], strict=True)
    ]


def seconds(dialect: Dialect, text: str) -> float:
    """The least of a few readings."""
    taken = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        dialect.read(text, SIZE)
        taken.append(time.process_time() - begin)
    return max(min(taken), 1e-6)


def show(name: str, steps: dict[str, list[tuple[int, float, float]]]) -> None:
    """The median doubling, the slowest reading, and what costs more than the bar."""
    costs = [cost for found in steps.values() for _, _, cost in found]
    slowest = max(steps, key=lambda what: steps[what][-1][1] / steps[what][-1][0])
    length, took, _ = steps[slowest][-1]
    median = statistics.median(costs)
    kept = "kept" if median <= BAR else "NOT KEPT"
    print(
        f"{name:18} doubling costs {median:.2f} times in the median (bar {BAR:g}: {kept}); "
        f"slowest {slowest}: {took:.2f} s for {length:,}",
        flush=True,
    )
    for what, found in steps.items():
        worst = statistics.median(cost for _, _, cost in found)
        if worst > BAR:
            told = ", ".join(f"{length:,}: {took:.2f} s" for length, took, _ in found)
            print(f"    {what}: {worst:.2f} times ({told})", flush=True)


if __name__ == "__main__":
    main()
