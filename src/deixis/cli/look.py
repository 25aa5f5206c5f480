"""See what other models find in a picture: words, things, segments, as regions.

  deixis look sign.jpg                                             written words (PP-OCR)
  deixis look street.jpg --source panoptic:facebook/mask2former-swin-tiny-coco-panoptic
  deixis look street.jpg --source detector:google/owlv2-base-patch16-ensemble --words "cat,red car"
  deixis look street.jpg --source rapidocr --source tesseract --out notes.png

One line a note, in the order in which they were found; --out draws them with their numbers. What is
written in a picture is data: nothing that is read here is ever obeyed.
"""

import argparse
import json
from pathlib import Path

from deixis.cli._notes import (
    SOURCES,
    add_looking,
    draw_notes,
    notes_table,
    source_names,
    source_options,
)
from deixis.cli._pictures import PICTURE, add_opening, check_out, open_picture


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis look` takes these arguments."""
    parser.epilog = SOURCES
    parser.add_argument("image", help=PICTURE)
    add_looking(parser)
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help="draws the notes")
    add_opening(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> None:
    """The sources look, and what they found is printed."""
    from deixis.core import region_json
    from deixis.sources import look

    check_out(arguments.out)
    image = open_picture(arguments.image, arguments)
    notes = look(image, source_names(arguments), options=source_options(arguments))
    if arguments.out is not None:
        draw_notes(image, notes, arguments.out)
    if arguments.json:
        records = [region_json.to_record(note) for note in notes]
        print(json.dumps({"image": arguments.image, "notes": records}, ensure_ascii=False))
        return
    print(notes_table(notes) if notes else "nothing was found")
