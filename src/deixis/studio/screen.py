"""A picture of the screen, where the system lets a program take one."""

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import ImageGrab

from deixis.core.errors import UsageError

SECONDS = 15.0
# commands that write the whole screen to a file, in the order in which they are tried
ON_WAYLAND: tuple[tuple[str, ...], ...] = (
    ("grim",),
    ("gnome-screenshot", "--file"),
    ("spectacle", "--background", "--nonotify", "--output"),
)
ON_X: tuple[tuple[str, ...], ...] = (
    ("maim",),
    ("scrot", "--overwrite"),
    ("import", "-window", "root"),
    *ON_WAYLAND[1:],
)
INSTEAD = "take a screenshot yourself, and pass its file: deixis point shot.png"


def screenshot() -> bytes:
    """The whole screen as a PNG file; UsageError where it cannot be had, and what to do then."""
    if not sys.platform.startswith("linux"):
        return _grabbed()
    if os.environ.get("WAYLAND_DISPLAY"):
        return _written(ON_WAYLAND)
    if not os.environ.get("DISPLAY"):
        raise UsageError(f"there is no screen here, as no display is set; {INSTEAD}")
    try:
        return _grabbed()
    except UsageError:  # a Pillow that was built without X
        return _written(ON_X)


def _grabbed() -> bytes:
    try:
        picture = ImageGrab.grab()
    except (OSError, ValueError, subprocess.SubprocessError) as refusal:
        raise UsageError(
            f"the system gives no picture of the screen ({refusal}); {INSTEAD}"
        ) from None
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, format="PNG", compress_level=1)
    return buffer.getvalue()


def _written(commands: Sequence[Sequence[str]]) -> bytes:
    there = [command for command in commands if shutil.which(command[0]) is not None]
    if not there:
        names = ", ".join(command[0] for command in commands)
        raise UsageError(f"a screenshot needs one of {names}, and none is installed; {INSTEAD}")
    with tempfile.TemporaryDirectory(prefix="deixis-") as folder:
        place = Path(folder) / "screen.png"
        for command in there:
            if content := _tried([*command, str(place)], place):
                return content
    names = ", ".join(command[0] for command in there)
    raise UsageError(f"{names} gave no picture of the screen; {INSTEAD}")


def _tried(command: Sequence[str], place: Path) -> bytes:
    """What a command wrote; nothing where it failed."""
    try:
        subprocess.run(command, capture_output=True, check=True, timeout=SECONDS)
        return place.read_bytes()
    except (OSError, subprocess.SubprocessError):
        return b""
