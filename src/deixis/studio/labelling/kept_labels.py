"""What people say of a folder's pictures is kept, a file a picture, and nobody's work is lost.

A file is `FOLDER/NAME.regions.jsonl`, one row of docs/data.md. It is written whole or not at all,
and only by who has seen what is there: who has not is refused, gets to see it, and what was refused
is kept beside it until its writer has decided. Several servers may keep one folder.
"""

import contextlib
import glob
import hashlib
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

from deixis.core.errors import UsageError
from deixis.core.files import alone, make_folder, read_bytes, write_bytes
from deixis.core.folder_ownership import claim
from deixis.data.adapters.regions import ONE_PICTURE
from deixis.studio.labelling.labelled import NO_REVISION, Labelled, read_labelled, revision_of
from deixis.studio.labelling.picture_list import key_of

OURS = "studio"  # as the folder's marker says
SUFFIX, REFUSED = ONE_PICTURE, ".refused.jsonl"
LONGEST = 180  # bytes of a file's name that a picture's may be the beginning of
MOST_BYTES = 2**26


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class KeptLabelling:
    """What is kept of a picture, and the revision that a later save has to know."""

    labelled: Labelled
    revision: str


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class SaveResult:
    """What is kept now. `refused` is what was not: it was based on another revision."""

    kept: KeptLabelling
    refused: Labelled | None = None


@final
class KeptLabels:
    """The files of a folder. Safe with threads, with other processes and with kill -9."""

    def __init__(self, folder: Path) -> None:
        claim(folder, OURS)
        self.folder = folder
        self._stamps: dict[Path, tuple[tuple[int, int, int], bool]] = {}

    def get(self, image: str) -> KeptLabelling | None:
        """What is kept of a picture; UsageError where its file is broken."""
        path = self.path(image)
        try:
            file = read_bytes(path, most=MOST_BYTES)
        except FileNotFoundError:
            return None
        except OSError as refusal:
            raise UsageError(f"cannot read {path}: {refusal.strerror or refusal}") from None
        return KeptLabelling(
            labelled=read_labelled(file, name=str(path)), revision=revision_of(file)
        )

    def save(self, new: Labelled, *, based_on: str, writer: str) -> SaveResult:
        """Keep what is said of a picture; it is on the disk when this returns.

        `based_on` is the revision that was seen, and `writer` a session: where another revision is
        there, that stays, and what was to be saved is kept as this writer's.
        """
        new = replace(new, at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
        mine = self._refused_path(new.image, who_of(writer))
        with alone(self.folder):
            there = self.get(new.image)
            if there is not None and there.labelled.says_the_same(new):
                mine.unlink(missing_ok=True)
                return SaveResult(kept=there)
            if there is not None and there.revision != based_on:
                self._write(mine, new.file())
                return SaveResult(kept=there, refused=new)
            file = new.file()
            self._write(self.path(new.image), file)
            mine.unlink(missing_ok=True)
            return SaveResult(kept=KeptLabelling(labelled=new, revision=revision_of(file)))

    def refused(self, image: str) -> dict[str, Labelled]:
        """What could not be saved of a picture, and nobody has decided about, by who it is of."""
        stem = self._stem(image)
        found = {}
        for path in sorted(stem.parent.glob(f"{glob.escape(stem.name)}.*{REFUSED}")):
            who = path.name.removeprefix(f"{stem.name}.").removesuffix(REFUSED)
            with contextlib.suppress(OSError, UsageError):  # decided meanwhile, or broken
                found[who] = read_labelled(read_bytes(path, most=MOST_BYTES), name=str(path))
        return {who: one for who, one in found.items() if one.image == image}

    def decide(self, image: str, who: str) -> None:
        """What was refused of a writer is no longer wanted."""
        if who in self.refused(image):
            with alone(self.folder):
                self._refused_path(image, who).unlink(missing_ok=True)

    def progress(self) -> dict[str, bool]:
        """The files that are there, by their path seen from the folder: whether each is done.

        Only what has changed since the last time is read; what is broken is not done.
        """
        found = {}
        for path in self.folder.rglob(f"*{SUFFIX}"):
            with contextlib.suppress(OSError):
                state = path.stat()
                stamp = (state.st_mtime_ns, state.st_size, state.st_ino)
                known = self._stamps.get(path)
                if known is None or known[0] != stamp:
                    known = (stamp, _is_done(path))
                    self._stamps[path] = known
                found[path.relative_to(self.folder).as_posix()] = known[1]
        return found

    def path(self, image: str) -> Path:
        """The file of a picture."""
        return self.folder / self.file_name(image)

    @staticmethod
    def file_name(image: str) -> str:
        """The name of a picture's file: its own, or where that would be too long, its key."""
        last = image.rpartition("/")[2]
        begin = image if len(last.encode()) <= LONGEST else f"{image[: -len(last)]}{key_of(image)}"
        return f"{begin}{SUFFIX}"

    def _stem(self, image: str) -> Path:
        return self.folder / self.file_name(image).removesuffix(SUFFIX)

    def _refused_path(self, image: str, who: str) -> Path:
        stem = self._stem(image)
        return stem.with_name(f"{stem.name}.{who}{REFUSED}")

    def _write(self, path: Path, file: bytes) -> None:
        make_folder(path.parent)
        write_bytes(path, file)


def who_of(writer: str) -> str:
    """A writer is told from others by this, which gives nothing of a session's key away."""
    return hashlib.sha256(f"writer:{writer}".encode()).hexdigest()[:8]


def kept_revision(kept: KeptLabelling | None) -> str:
    """The revision that a save has to be based on."""
    return NO_REVISION if kept is None else kept.revision


def _is_done(path: Path) -> bool:
    try:
        return read_labelled(read_bytes(path, most=MOST_BYTES), name="").is_done
    except (UsageError, OSError):
        return False
