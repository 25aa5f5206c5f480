"""The studio's own folder on this machine: pictures, histories and labels, for its owner alone."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.errors import UsageError

PRIVATE = 0o700
VARIABLE = "DEIXIS_STUDIO"


def home_folder() -> Path:
    """What is not made again is kept here: in $DEIXIS_STUDIO, or where the system has its users'
    data.
    """
    if told := os.environ.get(VARIABLE):
        return Path(told).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "deixis" / "studio"
    if sys.platform == "win32":
        data = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    else:
        data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "deixis" / "studio"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """That folder, with one folder in it for each part."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> "Home":
        """It is there now, and new folders in it are their owner's alone; UsageError where it can
        not be made, or is no folder.
        """
        place = folder.expanduser().absolute()
        _make(place)
        return cls(folder=place)

    def part(self, name: str) -> Path:
        """The folder of one part, which is there now."""
        place = self.folder / name
        _make(place)
        return place


def _make(place: Path) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.mkdir(mode=PRIVATE, exist_ok=True)
    except OSError as refusal:
        raise UsageError(f"cannot make {place}: {refusal.strerror or refusal}") from None
