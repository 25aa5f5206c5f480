"""Commands about notes share how sources are chosen, and how notes are shown."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.cli._pictures import write_picture
from deixis.cli.parsers import add_placing
from deixis.cli.terminal import printable, table

if TYPE_CHECKING:
    from deixis.core.image import Image
    from deixis.core.region import Region
    from deixis.sources import SourceOptions

SOURCES = """\
Sources: rapidocr, tesseract (written words), panoptic:CHECKPOINT (segments), detector:CHECKPOINT
(boxes; --words says what an open-vocabulary one looks for), sam3:CHECKPOINT, coco:FILE and
regions:FILE (published notes), store:FOLDER (extracted before); other packages add more.
"""


def add_sources(parser: "argparse._ActionsContainer") -> None:
    """Arguments choose the sources, and what they look for."""
    parser.add_argument(
        "--source",
        action="append",
        metavar="NAME",
        help="a source that looks; may be repeated (default rapidocr)",
    )
    parser.add_argument(
        "--least-score",
        type=float,
        metavar="SHARE",
        help="leave out notes that are less sure (0 to 1)",
    )
    parser.add_argument("--words", help="what to look for, separated by commas: 'cat,red car'")
    parser.add_argument("--language", help="language of words, as a source names it: eng, ch …")


def add_looking(parser: argparse.ArgumentParser) -> None:
    """A command whose only models are its sources also says where they are loaded."""
    add_sources(parser)
    add_placing(parser.add_argument_group("loading a checkpoint that looks"))


def source_names(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The sources come as they were given."""
    return tuple(arguments.source or ("rapidocr",))


def source_options(arguments: argparse.Namespace) -> "SourceOptions":
    """The arguments ask this of the sources."""
    from deixis.sources import SourceOptions

    words = [word.strip() for word in arguments.words.split(",")] if arguments.words else []
    return SourceOptions(
        least_score=arguments.least_score, words=tuple(words), language=arguments.language
    )


def has_source_options(arguments: argparse.Namespace) -> bool:
    """The arguments ask something of the sources."""
    given = (arguments.least_score, arguments.words, arguments.language)
    return any(one is not None for one in given)


def notes_table(notes: "Sequence[Region]") -> str:
    """Each note has a line, under the number that stands on the picture."""
    rows = [
        [
            str(number),
            note.kind,
            printable(note.label or ""),
            "" if note.text is None else repr(note.text),
            "" if note.score is None else f"{note.score:.2f}",
            ",".join(f"{value:.0f}" for value in note.box().xyxy),
            printable(note.source or ""),
        ]
        for number, note in enumerate(notes, start=1)
    ]
    return table(["", "kind", "label", "text", "score", "box", "source"], rows)


def draw_notes(image: "Image", notes: "Sequence[Region]", path: Path) -> None:
    """Each note is outlined and numbered on the picture, which is made as large as the numbers
    need.
    """
    write_picture(_numbered(image, notes) if notes else image, path)


def _numbered(image: "Image", notes: "Sequence[Region]") -> "Image":
    from deixis.marks.tag import numbered
    from deixis.marks.tagging import tagged_copy

    return tagged_copy(image, list(zip(numbered(len(notes)), notes, strict=True)))
