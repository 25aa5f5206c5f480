"""What several parts of `deixis prior` are told alike: the entities, and settings of their runs."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deixis.data.entities.entity_set import Entities, LeftOut
    from deixis.data.entities.named import EntitySource

SHOWN = 10  # entities left out that are listed


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Each of a repair's two stages takes settings."""
    for stage in ("encoder", "answers"):
        add_setting(parser, stage, f"of the stage that trains the {stage}")


def add_setting(parser: argparse.ArgumentParser, name: str, words: str) -> None:
    """One run takes settings, as often as they are given."""
    parser.add_argument(
        f"--set-{name}", action="append", default=[], metavar="NAME=VALUE", help=words
    )


def add_entities(parser: argparse.ArgumentParser) -> None:
    """Arguments choose the entities."""
    parser.add_argument(
        "entities",
        metavar="FOLDER|LIST|NAME",
        help="a folder per entity, a JSON list, or what draws them (scenes, of deixis-lab)",
    )
    parser.add_argument("--images", type=Path, metavar="FOLDER", help="folder of a list's pictures")
    parser.add_argument("--format", metavar="NAME", help="take a data set's regions (`data cards`)")
    parser.add_argument("--split", metavar="NAME", help="a part of that data set")
    parser.add_argument(
        "--least-side",
        type=int,
        default=16,
        metavar="PIXELS",
        help="smaller regions are tiny (default 16)",
    )
    parser.add_argument(
        "--per-entity", type=int, default=8, metavar="N", help="pictures drawn of each (default 8)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of drawn pictures (default 1)")


def entities_of(arguments: argparse.Namespace) -> "Entities":
    """The chosen entities are read from files, or drawn."""
    return source_of(arguments).entities()


def source_of(arguments: argparse.Namespace) -> "EntitySource":
    """The arguments say where the entities come from."""
    from deixis.data.entities.named import EntitySource

    return EntitySource(
        what=arguments.entities,
        images=arguments.images,
        form=arguments.format,
        split=arguments.split,
        least_side=arguments.least_side,
        per_entity=arguments.per_entity,
        seed=arguments.seed,
    )


def left_out_lines(left_out: "Sequence[LeftOut]") -> list[str]:
    """Each entity or picture that was left out gets a line with the reason."""
    lines = [f"left out: {one.picture or one.entity}: {one.reason}" for one in left_out[:SHOWN]]
    if len(left_out) > SHOWN:
        lines.append(f"… and {len(left_out) - SHOWN} more left out (--json lists all)")
    return lines
