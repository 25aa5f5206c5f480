"""A disk may have no room: here is told what could not be written, and how much is missing."""

import errno
import re
import shutil
from pathlib import Path

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
IN_RUST = re.compile(r"\(os error (\d+)\)")  # as safetensors and tokenizers tell it
UNITS = ("bytes", "kB", "MB", "GB")


def is_full(error: BaseException) -> bool:
    """Whether a write failed since there is no room; libraries tell it in errors of their own."""
    if isinstance(error, OSError) and error.errno in FULL:
        return True
    told = IN_RUST.search(str(error))
    return told is not None and int(told[1]) in FULL


def missing_room(folder: Path, num_bytes: int) -> str:
    """These words tell how much a write of so many bytes lacks in a folder, and what to do."""
    free = shutil.disk_usage(folder).free
    takes = f"it takes {size_words(num_bytes)}, {size_words(free)} are free"
    if free < num_bytes:
        return f"{takes}: make {size_words(num_bytes - free)} free and give the same command again"
    return f"{takes}: make room there (a quota?) and give the same command again"


def size_words(num_bytes: int) -> str:
    """A number of bytes is written for people."""
    number, unit = float(num_bytes), 0
    while number >= 1000 and unit + 1 < len(UNITS):
        number, unit = number / 1000, unit + 1
    return f"{number:.1f} {UNITS[unit]}" if unit else f"{num_bytes} bytes"
