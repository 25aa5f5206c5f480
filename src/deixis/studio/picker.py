"""A person is asked to point in a picture: from Python (`dx.point_on`), and for agents over MCP.

The window is served by a process of its own, so that neither a notebook's loop nor a script's own
processes are in its way. It ends with whoever asked.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, final

from deixis.core import given
from deixis.core.errors import DeixisError, UsageError
from deixis.core.image import Image
from deixis.core.images import ImageLike, open_image
from deixis.core.region import Region
from deixis.core.region_json import from_record
from deixis.studio.browser import can_open
from deixis.studio.point_given import checked_tools, file_bytes


def point_on(
    image: ImageLike, what: str = "", *, tools: Sequence[str] = ()
) -> dict[str, Region] | None:
    """A person draws regions on the picture, in a window of their browser; None where they leave.

    `what` is what they are asked to point at, and `tools` are those that they have: box, point,
    ellipse, polygon, lasso, scribble, brush, arrow; all by default. Where no window can be opened,
    the link to open is written on standard error. It waits for them.
    """
    what = given.text("what", what)
    chosen = checked_tools(tools)
    with tempfile.TemporaryDirectory(prefix="deixis-") as folder:
        if isinstance(image, str | os.PathLike) and Path(os.fsdecode(image)).is_file():
            place = Path(os.fsdecode(image)).absolute()
        else:
            place = Path(folder) / "picture.png"
            picture: Image = open_image(image)
            place.write_bytes(picture.png())
        return _asked({"path": str(place), "what": what, "tools": chosen})


@final
class PersonPicker:
    """Shows a picture to the person at this machine, as `deixis.mcp` asks for it."""

    def pick(self, picture: Path, what: str) -> Mapping[str, Region] | None:
        """The regions by their names, once the person is done; None where they left. UsageError
        where no window can be opened, as an agent could only wait for ever.
        """
        if not can_open():
            raise UsageError(
                "no window can be opened on this machine; have the person run `deixis point "
                "PICTURE --json` in a terminal, which prints a link, or ask for places in words"
            )
        return point_on(picture, what)


def person_picker() -> PersonPicker:
    """How a person points on this machine."""
    return PersonPicker()


def _asked(task: Mapping[str, object]) -> dict[str, Region] | None:
    command = [sys.executable, "-m", "deixis.studio.picker"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(task).encode() + b"\n")
        process.stdin.flush()
        told: Any = json.loads(process.stdout.readline() or b"{}")  # Any: what JSON holds
    except BrokenPipeError:
        told = {}
    finally:
        process.stdin.close()  # which ends it
        process.stdout.close()
        process.wait()
    if "error" in told:
        raise UsageError(told["error"])
    if "regions" not in told:
        raise DeixisError("the window's process ended before anybody was done")
    if told["regions"] is None:
        return None
    return {name: from_record(record) for name, record in told["regions"].items()}


def _answer() -> None:
    """The process: a task is read, and what the person drew is written."""
    from deixis.core.optional_parts import named_extras
    from deixis.studio.point_window import pointed_in

    # unbuffered: the rest of it says by its end that whoever asked is gone
    with os.fdopen(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as asker:
        task = json.loads(asker.readline())
    is_done = threading.Event()
    threading.Thread(target=_end_with_asker, args=(is_done,), daemon=True).start()
    try:
        data = file_bytes(Path(task["path"]))
        options = {"name": Path(task["path"]).name, "what": task["what"]}
        with (
            named_extras("pointing"),
            pointed_in(data, **options, tools=tuple(task["tools"]), tell=_tell) as found,
        ):
            regions = None
            if found is not None:
                drawing = found.drawing.items()
                regions = {name: one.record(with_encoding=False) for name, one in drawing}
            is_done.set()
            _write({"regions": regions})
    except DeixisError as error:
        is_done.set()
        _write({"error": str(error)})
    except KeyboardInterrupt:
        pass


def _tell(link: str, is_shown: bool) -> None:
    if not is_shown:
        sys.stderr.write(f"open this link to point in the picture; it works once: {link}\n")
        sys.stderr.flush()


def _write(record: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


def _end_with_asker(is_done: threading.Event) -> None:
    """Whoever asked is gone: there is nobody to wait for."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    if not is_done.is_set():
        os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    _answer()
