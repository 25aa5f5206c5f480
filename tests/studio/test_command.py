"""`deixis studio` from the shell: what it opens with, where it listens, and how it ends."""

import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.studio.running import Visitor, file_of, pixels

pytestmark = pytest.mark.long


@contextmanager
def command(home, *words):
    """(the process, what it told in JSON)"""
    told = ["--json", "--no-browser", "--home", str(home)]
    process = subprocess.Popen(
        [sys.executable, "-m", "deixis", "studio", *map(str, words), *told],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process, json.loads(process.stdout.readline() or "{}")
    finally:
        process.kill()
        process.communicate()


def test_it_opens_with_pictures_and_ends_by_ctrl_c(tmp_path):
    place = tmp_path / "cup.png"
    place.write_bytes(file_of(pixels()))
    with command(tmp_path / "home", place) as (process, told):
        visitor = Visitor(told["url"])
        assert visitor.open(told["link"]).status_code == 200
        (picture,) = visitor.get("/api/start").json()["pictures"]
        assert picture["name"] == "cup.png"
        assert visitor.get("/").headers["content-type"].startswith("text/html")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


def test_a_folder_is_labelled(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/cup.png").write_bytes(file_of(pixels()))
    with command(tmp_path / "home", tmp_path / "photos") as (_, told):
        visitor = Visitor(told["url"])
        visitor.open(told["link"])
        assert visitor.get("/api/start").json()["folder"] == "photos"


def test_where_its_usual_port_is_taken_it_takes_another(tmp_path):
    with command(tmp_path / "a") as (_, first), command(tmp_path / "b") as (_, second):
        assert first["url"] != second["url"]


def test_a_port_that_is_asked_for_is_had_or_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with command(tmp_path, "--port", port) as (process, told):
            assert process.wait(60) == 2
            assert told == {}
            assert f"cannot listen at 127.0.0.1, port {port}" in process.stderr.read()


WRONG = {
    "no file": (["none.png"], "there is no none.png"),
    "two folders": ([".", ".."], "one folder"),
    "beyond this machine without keys": (["--host", "0.0.0.0"], "clients need keys"),
    "no settings": (["--config", "none.toml"], "there is no file none.toml"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_told_in_one_line(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words, why = WRONG[case]
    with command(tmp_path / "home", *words) as (process, _):
        assert process.wait(60) == 2
        told = process.stderr.read()
    assert why in told
    assert told.count("\n") == 1
