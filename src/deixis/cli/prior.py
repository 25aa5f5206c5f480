"""Find what a vision encoder has never seen, what that costs a model, and repair it.

  deixis prior rank photos/ --encoder dual:openai/clip-vit-base-patch32 --out ranks
  deixis prior rank scenes --encoder model:nano --out ranks

photos/ has a folder of pictures for each entity, named like it. Every part has its own --help, and
--json; docs/priors.md has the rest.
"""

import argparse
import json
from pathlib import Path

from deixis.cli._entities import add_entities, band_counts, entities_of, left_out_lines
from deixis.cli._parts import add_part
from deixis.cli._table import table
from deixis.core.errors import UsageError
from deixis.core.files import cache_folder

LEAST_KNOWN = 10
RANK = """\
Rank each picture's entity among all candidates by an encoder, and write Rank_e of every entity.

  deixis prior rank photos/ --encoder dual:openai/clip-vit-base-patch32 --out ranks
  deixis prior rank list.json --encoder vision:facebook/dinov2-base --out ranks
  deixis prior rank scenes --encoder model:nano --out ranks
  deixis prior rank coco.json --format coco_instances --encoder tower:MODEL --out ranks

Encoders: dual and open_clip (with a text tower), vision (without: by prototypes of held-out
pictures), tower:MODEL (a multimodal model's own), model:MODEL (with its projector and words).
A list has rows {"entity": NAME, "image": FILE}. Missing, broken, tiny and duplicate pictures are
left out, and listed.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `deixis prior` takes."""
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    _add_rank(add_part(parts, "rank", "Rank_e of every entity", RANK))


def run(arguments: argparse.Namespace) -> None:
    """Do that part."""
    arguments.do(arguments)


def _add_rank(parser: argparse.ArgumentParser) -> None:
    add_entities(parser)
    parser.add_argument("--encoder", required=True, metavar="KIND:WHICH", help="dual:FOLDER …")
    parser.add_argument("--candidates", type=Path, metavar="FILE", help="names, one a line or JSON")
    parser.add_argument("--template", action="append", default=[], help='"a photo of a {}."')
    parser.add_argument(
        "--edges", default="2,10,50", metavar="RANKS", help="of the bands (default 2,10,50)"
    )
    parser.add_argument("--workers", type=int, default=1, help="threads that count (default 1)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for ranks.json")
    parser.set_defaults(do=_rank)


def _rank(arguments: argparse.Namespace) -> None:
    from deixis.ask.ranking import encoder_of
    from deixis.priors.candidates import read_candidates
    from deixis.priors.ranking import RankOptions, rank
    from deixis.priors.ranking_json import save_ranking, to_record
    from deixis.priors.ranks import Blocks

    names = () if arguments.candidates is None else read_candidates(arguments.candidates)
    options = RankOptions(
        names=names,
        templates=tuple(arguments.template),
        edges=numbers_of(arguments.edges),
        cache=cache_folder() / "priors",
        blocks=Blocks(workers=arguments.workers),
    )
    ranking = rank(entities_of(arguments), encoder_of(arguments.encoder), options)
    path = save_ranking(ranking, arguments.out)
    if arguments.json:
        print(json.dumps(to_record(ranking), ensure_ascii=False))
        return
    rows = [
        [one.name, f"{one.mean:.1f} ({one.low:.1f} to {one.high:.1f})", str(len(one.ranks))]
        for one in ranking.entities[:LEAST_KNOWN]
    ]
    print(table(["least known", f"mean rank of {ranking.num_candidates}", "pictures"], rows))
    for band, count in band_counts(ranking).items():
        print(f"{count:>8}  {band}")
    print("\n".join([*left_out_lines(ranking.left_out), f"All of it is in {path}."]))


def numbers_of(text: str) -> tuple[float, ...]:
    """Numbers with commas between."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"--edges are numbers with commas between, got {text!r}") from None
