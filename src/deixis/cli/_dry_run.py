"""What `deixis ask` would send is shown, and nothing is sent."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deixis.core.errors import UsageError
from deixis.core.files import make_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deixis.ask.sent import Sent
    from deixis.core.image import Image


def check_dry_run(arguments: argparse.Namespace) -> None:
    """A dry run has no answer, so what is done with one makes no sense."""
    given = {
        "--stream": arguments.stream,
        "--cite": arguments.cite,
        "--replay": arguments.replay,
    }
    for option, value in given.items():
        if value:
            raise UsageError(f"--dry-run asks nothing; leave out {option}")


def run_dry(
    arguments: argparse.Namespace,
    image: "Image",
    how: dict[str, Any],  # Any: as `Model.preview` takes them
    loading: dict[str, Any],  # Any: as `load` takes them
) -> None:
    """The words and pictures are printed, with --out DIR written, with --save as they are replayed;
    of a checkpoint no weight is read.
    """
    from deixis.ask.loading import load_weightless

    sent = load_weightless(arguments.model, **loading).preview(image, arguments.question, **how)
    if arguments.save is not None:
        sent.save(arguments.save)
    paths = [] if arguments.out is None else _written(sent, arguments.out)
    if arguments.json:
        record = record_of(sent)
        for number, picture in enumerate(record["pictures"]):
            picture["file"] = str(paths[number]) if paths else None
        print(json.dumps(record, ensure_ascii=False))
        return
    print_model(sent)
    print_sent(sent, paths)


def record_of(sent: "Sent") -> dict[str, Any]:  # Any: JSON
    """All that would be sent but the pixels."""
    record: dict[str, Any] = json.loads(sent.to_json())
    for picture in record["pictures"]:
        del picture["png"]
    return record


def print_model(sent: "Sent") -> None:
    """Whom it would be sent to."""
    print(f"to {sent.model}, in {sent.dialect or 'an unknown dialect'}; nothing was sent")


def print_sent(sent: "Sent", paths: "Sequence[Path]" = ()) -> None:
    """What would be sent is printed, with the files that its pictures are in, if there are any."""
    for number, frame in enumerate(sent.frames):
        place = f": {paths[number]}" if paths else ""
        print(f"picture {number + 1}: {frame.image.size} of {frame.image.source}{place}")
    if sent.system:
        print(f"system: {sent.system}")
    for turn in sent.earlier:
        print(f"{turn.role}: {turn.text}")
    print(f"user: {sent.text}")


def _written(sent: "Sent", folder: Path) -> list[Path]:
    make_folder(folder)
    paths = [folder / f"picture-{number}.png" for number in range(1, len(sent.frames) + 1)]
    for frame, path in zip(sent.frames, paths, strict=True):
        path.write_bytes(frame.image.png())
    return paths
