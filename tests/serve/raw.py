"""Bytes on a socket, as no client of HTTP would send them, and pictures that are too much."""

import base64
import io
import json
import re
import socket
import struct
import time
import zlib
from contextlib import closing
from urllib.parse import urlsplit

from PIL import Image as PIL

PATIENCE = 60.0  # seconds
BOX = {"kind": "box", "box": [181, 164, 335, 308]}
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


def connected(url):
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE)


def sent(url, *pieces, pause=0.0):
    """What came for these bytes until the server closed."""
    with closing(connected(url)) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
        except OSError:
            pass
        return until_closed(connection)


def until_closed(connection):
    got = b""
    try:
        while piece := connection.recv(65_536):
            got += piece
    except ConnectionError:
        pass
    return got


def statuses(answer):
    return [int(one) for one in STATUS.findall(answer)]


def post(body, *headers, path="/v1/chat/completions", length=None, closes=True):
    """A request's bytes."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", *headers]
    lines += [f"Content-Length: {len(body) if length is None else length}"] if length != "" else []
    lines += ["Connection: close"] if closes else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def plain(text="hello", **more):
    messages = [{"role": "user", "content": text}]
    return json.dumps({"model": "qwen", "messages": messages, **more}).encode()


def until(is_so, seconds=PATIENCE):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to be so"
        time.sleep(0.02)


def png(width, height, data=b"", kind=2):
    """A PNG that declares these sides, and holds these pixels' bytes."""

    def chunk(name, body):
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    parts = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def encoded(kind, side=40):
    """A small picture as a file of this kind."""
    file = io.BytesIO()
    PIL.new("RGB", (side, side + 1), "red").save(file, kind)
    return file.getvalue()


def with_picture(data, kind="png", regions=None, **more):
    """A request with a picture, of a file's bytes or an address, and a region on it."""
    url = data
    if not isinstance(data, str):
        url = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    part = {"type": "image_url", "image_url": {"url": url}, "regions": regions or {"it": BOX}}
    content = [part, {"type": "text", "text": "{it}"}]
    return {"model": "qwen", "messages": [{"role": "user", "content": content}], **more}
