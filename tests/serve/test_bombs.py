"""A picture that is too much takes neither the server nor its other clients with it."""

import json
import os
import signal
import threading
import zlib
from pathlib import Path

import pytest

from deixis.serve.settings import Limits
from deixis.testing import serve
from tests.serve.raw import encoded, plain, png, until, with_picture
from tests.serve.running import running, upstream

LIMITS = Limits(picture_pixels=6_000_000, picture_bytes=200_000)
MIB = 1 << 20


@pytest.fixture(scope="module")
def engine():
    with serve() as server:
        yield server


@pytest.fixture(scope="module")
def house(engine):
    with running(upstream(engine), limits=LIMITS) as server:
        yield server


@pytest.fixture(autouse=True)
def empty(engine):
    engine.requests.clear()


def rss():
    """Bytes of memory that this process, in which the server runs, holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


BOMBS = {
    "a huge PNG": png(30_000, 30_000),
    "a long PNG": png(1, 2**31 - 1),
    "a PNG that is cut": png(40, 40, bytes(40 * 121))[:60],
    "a PNG of nothing": png(2000, 2000),
    "a JPEG that is cut": encoded("JPEG")[:200],
    "a huge GIF": b"GIF89a\xff\xff\xff\xff" + encoded("GIF")[10:],
    "a GIF that is cut": encoded("GIF")[:20],
    "a huge WebP": b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\xff\xff\xff\x0f" + bytes(9),
    "a WebP that is cut": encoded("WEBP")[:40],
    "a TIFF that is cut": encoded("TIFF")[:60],
    "a huge TIFF": encoded("TIFF").replace(b"\x28\0\0\0", b"\xff\xff\xff\x7f"),
    "an AVIF that is cut": encoded("AVIF")[:200],
    "zeros": bytes(100_000),
    "words": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "too many bytes": png(1000, 1000, os.urandom(250_000)),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_picture_that_is_none_is_refused(house, engine, bomb):
    answer = house.post(with_picture(bomb))
    assert answer.status_code == 400
    assert answer.json()["error"]["param"].startswith("messages[0].content[0]")
    assert engine.requests == []


ADDRESSES = [
    "data:",
    "data:,",
    "data:/etc/hosts",
    "data:image/png,AA",
    "data:x;base64,@",
    "data:é,",
]


@pytest.mark.parametrize("url", ADDRESSES)
@pytest.mark.parametrize("points", [True, False], ids=["regions", "measured"])
def test_a_data_url_that_is_none_tells_nothing_of_this_machine(house, url, points):
    body = with_picture(url)
    if not points:
        part = body["messages"][0]["content"][0]
        del part["regions"]
        body["deixis"] = {}
    answer = house.post(body)
    assert answer.status_code == 400
    assert str(Path.cwd()) not in answer.text
    assert house.app.workers.num_ended == 0


MASKS = [
    {"size": [40_000, 40_000], "counts": [1_600_000_000]},
    {"size": [2**40, 2**40], "counts": "0"},
    {"size": [-1, 5], "counts": [5]},
    {"kind": "polygon", "outer": [[0, 0], [1e308, 1e308], [-1e308, 5]]},
    {"kind": "box", "box": [0, 0, 1e308, 1e308]},
    {"kind": "ellipse", "center": [1e300, 0], "radii": [1e300, 1e300]},
]


@pytest.mark.parametrize("region", MASKS, ids=range(len(MASKS)))
@pytest.mark.parametrize("way", ["said", "arrow"])
def test_a_monstrous_region_is_refused_in_little_memory(house, region, way):
    before = rss()
    told_region = {**region, "encoding": way}
    answer = house.post(with_picture(encoded("PNG", 400), regions={"it": told_region}))
    assert answer.status_code == 400
    assert rss() - before < 200 * MIB


@pytest.fixture(scope="module")
def strict(engine):
    """A server that gives a picture hardly any memory, though it may have many pixels."""
    limits = Limits(picture_pixels=400_000_000, picture_memory=64 * MIB)
    with running(upstream(engine), limits=limits) as server:
        yield server


def bomb_file():
    """A file of 60 kB that becomes 60 MB of pixels, and more while it is decoded."""
    return png(5000, 4000, bytes(4000 * 15_001))


def test_a_picture_that_takes_too_much_memory_ends_its_process_alone(strict, engine):
    data, before, ended = bomb_file(), rss(), strict.app.workers.num_ended
    assert len(data) < 500_000
    answer = strict.post(with_picture(data))
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "picture_too_costly"
    assert strict.app.workers.num_ended == ended + 1
    assert rss() - before < 150 * MIB
    assert strict.post(with_picture(encoded("PNG", 400))).status_code == 200


def test_a_process_that_dies_is_replaced_and_others_are_answered_meanwhile(strict):
    process = strict.app.workers._all[0]
    os.kill(process.start() and process._process.pid, signal.SIGSTOP)
    ended = strict.app.workers.num_ended
    stuck = threading.Thread(target=strict.post, args=(with_picture(encoded("PNG", 400)),))
    stuck.start()
    until(lambda: strict.app.workers.num_waiting == 1)
    assert strict.post(json.loads(plain())).status_code == 200
    os.kill(process._process.pid, signal.SIGKILL)
    stuck.join(60)
    assert strict.app.workers.num_ended == ended + 1
    assert strict.post(with_picture(encoded("PNG", 400))).status_code == 200


def test_a_picture_that_takes_too_long_is_given_up(engine):
    with running(upstream(engine), limits=Limits(picture_seconds=0.5)) as house:
        process = house.app.workers._all[0]
        process.start()
        os.kill(process._process.pid, signal.SIGSTOP)
        answer = house.post(with_picture(encoded("PNG", 400)))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "picture_too_costly")
    assert house.app.workers.num_ended == 1


def test_a_file_that_is_compressed_many_times_over_is_bounded(house):
    before = rss()
    data = png(1000, 1000, zlib.compress(bytes(10_000_000)))
    assert house.post(with_picture(data)).status_code == 400
    assert rss() - before < 150 * MIB
