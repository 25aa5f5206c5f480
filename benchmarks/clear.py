"""Clear marks and plain ones on 500 regions of 12 photographs, judged apart from the renderer.

    python benchmarks/clear.py [--count 500]

The regions, the bounds and the judge are those of `tests/marks/judge_clear.py`. The photographs
are those that scikit-image and scikit-learn bring (pip install scikit-image scikit-learn).
"""

import argparse
import collections
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.marks import judge_clear as judging

from deixis.marks import Mark, Style, draw, settled


def main():
    """Judge and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=judging.NUM_REGIONS)
    count = parser.parse_args().count
    pictures = {name: judging.photograph(name) for name in judging.PHOTOGRAPHS}
    pictures = {name: picture for name, picture in pictures.items() if picture is not None}
    sizes = {name: (one.size.width, one.size.height) for name, one in pictures.items()}
    placed = judging.placed_regions(count, sizes=sizes)
    print(f"{len(placed)} regions of {len(pictures)} photographs")
    for profile in ("clear", "plain"):
        names, out, both = (collections.Counter() for _ in range(3))
        for one in placed:
            image = pictures[one.photograph]
            style = Style(profile=profile)
            (mark,) = settled(image, [Mark(shape=one.shape, region=one.region, style=style)])
            alpha, is_cased = (255, True) if profile == "clear" else (mark.alpha, False)
            pixels = draw(image, [mark]).pixels
            verdicts = judging.judge(image.pixels, pixels, mark.style.rgb, alpha, is_cased=is_cased)
            names[mark.style.color.name] += 1
            for where, verdict in zip(("full size", "336 pixels"), verdicts, strict=True):
                out[where] += verdict.stands_out
                both[where] += verdict.stands_out and verdict.is_cased
        for where in out:
            apart, all_of_it = (100 * found[where] / len(placed) for found in (out, both))
            print(f"{profile:6} {where:10} stands out {apart:5.1f} %, and cased {all_of_it:5.1f} %")
        print(f"{profile:6} colours: {dict(names.most_common())}", flush=True)


if __name__ == "__main__":
    main()
