"""The screen is pictured where the system lets a program do so; elsewhere it is told why not."""

import stat
import sys

import pytest

from deixis.core.errors import UsageError
from deixis.studio.screen import screenshot
from tests.studio.running import file_of, pixels

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of Linux's displays")


@pytest.fixture(autouse=True)
def no_display(tmp_path, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))


def command(folder, name, code):
    place = folder / name
    place.write_text(f"#!/bin/sh\n{code}\n")
    place.chmod(place.stat().st_mode | stat.S_IXUSR)


def test_without_a_display_it_is_told_what_to_do():
    with pytest.raises(UsageError, match=r"no screen here.*deixis point shot.png"):
        screenshot()


def test_on_wayland_a_command_that_is_installed_takes_it(tmp_path, monkeypatch):
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    (tmp_path / "screen").write_bytes(file_of(pixels()))
    command(tmp_path, "grim", "exit 1")
    command(tmp_path, "gnome-screenshot", f'/bin/cp "{tmp_path}/screen" "$2"')
    assert screenshot() == file_of(pixels())


def test_where_none_is_installed_they_are_named(monkeypatch):
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with pytest.raises(UsageError, match="one of grim, gnome-screenshot, spectacle"):
        screenshot()


def test_where_none_gives_a_picture_they_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    command(tmp_path, "grim", "exit 1")
    with pytest.raises(UsageError, match="grim gave no picture"):
        screenshot()


def test_on_x_a_command_takes_it_where_pillow_cannot(tmp_path, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":97")  # where nobody listens
    (tmp_path / "screen").write_bytes(file_of(pixels()))
    command(tmp_path, "scrot", f'/bin/cp "{tmp_path}/screen" "$2"')
    assert screenshot() == file_of(pixels())
