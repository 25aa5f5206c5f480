"""Fetching the artists' packages from npm, and drawing all that is in them."""

import hashlib
import io
import json
import os
import tarfile
from dataclasses import replace

import pytest

from deixis.core.errors import UsageError
from deixis.core.progress import Silent
from deixis_lab.things import build, fetch
from deixis_lab.things.art import art_key, open_art
from deixis_lab.things.artists import artist_named

DISC = '<circle cx="{x}" cy="16" r="{r}" fill="{fill}"/>'
NPM = """\
#!/bin/sh
echo "$@" >> "$LOG"
[ -n "$FAILS" ] && echo "npm error network unreachable" >&2 && exit 1
while [ "$1" != "--pack-destination" ]; do shift; done
cp "$PACKED" "$2/any.tgz"
"""


def packed(path, icons):
    """A package as npm has it."""
    content = json.dumps({"icons": icons, "width": 32, "height": 32}).encode()
    with tarfile.open(path, "w:gz") as tar:
        member = tarfile.TarInfo("package/icons.json")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """An npm that brings the same small package for every name, and an artist who has it."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/npm"
    program.write_text(NPM)
    program.chmod(0o755)
    body = DISC.format(x=16, r=8, fill="#d00")
    square = '<path d="M4 4h20v24h-20z" fill="#07c"/>'
    icons = {"dog": {"body": square}, "cat-face": {"body": body}, "no-such-thing": {"body": body}}
    checksum = packed(tmp_path / "packed.tgz", icons)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    monkeypatch.setenv("PACKED", str(tmp_path / "packed.tgz"))
    monkeypatch.setenv("DEIXIS_CACHE", str(tmp_path / "cache"))
    return replace(artist_named("twemoji"), sha256=checksum)


def test_a_package_is_fetched_once_by_name_and_version(npm, tmp_path):
    for _ in range(2):
        fetch.fetch(tmp_path / "packages", Silent(), (npm,))
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert line.startswith(f"pack @iconify-json/twemoji@{npm.version} ")
    assert "CC-BY-4.0" in (tmp_path / "packages/CREDITS.md").read_text()


def test_what_came_only_in_part_is_fetched_anew(npm, tmp_path):
    (tmp_path / npm.tarball).write_bytes(b"half")
    fetch.fetch(tmp_path, Silent(), (npm,))
    assert fetch.checksum(tmp_path / npm.tarball) == npm.sha256


def test_a_wrong_checksum_is_refused_and_thrown_away(npm, tmp_path):
    wrong = replace(npm, sha256="0" * 64)
    with pytest.raises(UsageError, match="its SHA-256 is"):
        fetch.fetch(tmp_path / "packages", Silent(), (wrong,))
    assert not list((tmp_path / "packages").glob("**/*.tgz"))


def test_what_npm_says_is_told(npm, tmp_path, monkeypatch):
    monkeypatch.setenv("FAILS", "1")
    with pytest.raises(UsageError, match="network unreachable"):
        fetch.fetch(tmp_path, Silent(), (npm,))


def test_no_npm_is_told_with_what_to_do(npm, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match=r"install Node\.js"):
        fetch.fetch(tmp_path, Silent(), (npm,))


@pytest.fixture
def built(npm, monkeypatch):
    """A way to build art of one artist's small package."""
    monkeypatch.setattr(build, "ARTISTS", (npm,))
    monkeypatch.setattr(build, "fetch", lambda folder, say: fetch.fetch(folder, say, (npm,)))
    monkeypatch.setattr(build, "PART", 1)
    return lambda **more: build.build_art(Silent(), processes=1, **more)


@pytest.mark.long
def test_other_pixels_than_the_pinned_are_refused_unless_asked_for(built):
    with pytest.raises(UsageError, match="is not what resvg-py"):
        built()
    folder = built(any_renderer=True)
    assert "-resvg-" in folder.name
    art = open_art.__wrapped__("whole")
    assert {drawing.name: drawing.colour for drawing in art.drawings} == {
        "dog": "blue",
        "cat": "red",
    }
    assert not list(folder.glob("part-*"))


@pytest.mark.long
def test_the_pinned_pixels_are_kept_under_their_own_name(built, monkeypatch):
    folder = built(any_renderer=True)
    digest = json.loads((folder / "index.json").read_text())["digest"]
    monkeypatch.setattr(build, "PINNED", digest)
    assert built().name == art_key()
    assert built().name == art_key()  # nothing is left to do


@pytest.mark.long
def test_a_stopped_build_goes_on_where_it_was(built, monkeypatch):
    parts_done = []

    def stopping(parts, processes):
        parts_done.append(len(parts))
        for part in parts:
            yield build.draw_part(part)
            if len(parts_done) == 1:
                raise KeyboardInterrupt

    monkeypatch.setattr(build, "_drawn_parts", stopping)
    with pytest.raises(KeyboardInterrupt):
        built(any_renderer=True)
    built(any_renderer=True)
    assert parts_done == [2, 1]
