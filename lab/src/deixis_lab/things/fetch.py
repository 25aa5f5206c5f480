"""The artists' packages come from npm by name and version, and are held to their checksums."""

import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deixis.core.errors import UsageError
from deixis.core.files import make_folder, write_text
from deixis.core.progress import Reporter
from deixis_lab.things.artists import ARTISTS, Artist

CREDITS = "CREDITS.md"
PATIENCE = 600  # seconds for one package
SHOWN = 400  # characters of npm's complaint
ICONS, ABOUT = "package/icons.json", "package/info.json"
INTRODUCTION = """\
# Credits

The drawings here were made by the artists below, and fetched from npm. Each may be used, changed
and passed on under its own licence, whose terms stand behind its link. What is share-alike
(CC-BY-SA) is used for tests alone.

"""
MIT = """
## The MIT License

Copyright (c) {owner}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT
OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def fetch(folder: Path, reporter: Reporter, artists: tuple[Artist, ...] = ARTISTS) -> None:
    """The artists' packages lie in this folder, whole, with credits beside them. What is there
    already stays; what is damaged or only a part is fetched anew.
    """
    make_folder(folder)
    for artist in artists:
        path = folder / artist.tarball
        if path.exists() and checksum(path) == artist.sha256:
            continue
        reporter.say(f"Fetching {artist.package} {artist.version} from npm.")
        _pack(artist, path)
    write_text(folder / CREDITS, credits_of(artists))


def credits_of(artists: tuple[Artist, ...]) -> str:
    """A page in Markdown that names each artist, licence, source and package."""
    page = INTRODUCTION + "".join(f"- {artist.credit}.\n" for artist in artists)
    owners = dict.fromkeys(artist.author for artist in artists if artist.licence == "MIT")
    return page + "".join(MIT.format(owner=owner) for owner in owners)


def checksum(path: Path) -> str:
    """The file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def icons_of(artist: Artist, folder: Path) -> dict[str, Any]:  # Any: JSON of the package
    """What the package's list of icons says, once `fetch` has brought it."""
    path = folder / artist.tarball
    with tarfile.open(path) as packed:
        member = packed.extractfile(ICONS)
        if member is None:
            raise UsageError(f"{path} has no {ICONS}; delete it and fetch again")
        return json.load(member)


def _pack(artist: Artist, path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise UsageError(
            "the things' drawings come from npm, and there is no npm on this machine: install "
            "Node.js (https://nodejs.org), or copy the packages' .tgz files into "
            f"{path.parent} by hand ({artist.tarball}, …)"
        )
    named = f"{artist.package}@{artist.version}"
    # beside its place, so that it can be renamed; npm may be killed at any time
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".npm-") as draft:
        command = [npm, "pack", named, "--pack-destination", draft, "--silent", "--ignore-scripts"]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=PATIENCE, cwd=draft, check=False
            )
        except subprocess.TimeoutExpired:
            raise UsageError(f"npm brought no {named} within {PATIENCE} seconds") from None
        arrived = next(_tarballs(Path(draft)), None)
        if done.returncode or arrived is None:
            said = " ".join((done.stderr or done.stdout).split())[-SHOWN:] or "npm said nothing"
            raise UsageError(f"npm could not bring {named}: {said}")
        found = checksum(arrived)
        if found != artist.sha256:
            raise UsageError(
                f"npm brought another {named} than is known here: its SHA-256 is {found}, expected "
                f"{artist.sha256}; it was thrown away. Try again; if it stays so, do not use it"
            )
        arrived.replace(path)


def _tarballs(folder: Path) -> Iterator[Path]:
    return folder.glob("*.tgz")
