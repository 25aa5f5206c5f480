"""Hostile pictures, names, labels and encodings: nothing runs, nothing leaves the folder, and the
studio answers the next one. Two hundred cases and some.
"""

import gzip
import io
import json
import os
import zipfile

import PIL.Image
import PIL.PngImagePlugin
import pytest

from tests.serve.raw import encoded, png
from tests.studio.running import Asked, file_of, pixels, studio

MARK = b"alert(document.domain)"
SCRIPT = b"<script>" + MARK + b"</script>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='" + MARK + b"'>" + SCRIPT + b"</svg>"
HTML = b"<!doctype html><html><body>" + SCRIPT + b"<img src=x onerror=" + MARK + b"></body></html>"
XXE = b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><svg>&e;</svg>"
KINDS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
SHOWN = ("image/png", "image/jpeg")
POINT = {"kind": "point", "point": [5, 6]}


def with_words(words):
    """Pictures that carry words where their format has a place for them."""
    info = PIL.PngImagePlugin.PngInfo()
    info.add_text("Comment", words.decode("latin-1"))
    info.add_text("XML:com.adobe.xmp", words.decode("latin-1"))
    array = pixels(24, 18)
    return {
        "a PNG's text": file_of(array, "PNG", pnginfo=info),
        "a JPEG's comment": file_of(array, "JPEG", comment=words),
        "a JPEG's EXIF": file_of(array, "JPEG", exif=b"Exif\0\0" + words),
        "a GIF's comment": file_of(array, "GIF", comment=words[:255]),
        "a WebP's XMP": file_of(array, "WEBP", xmp=words),
    }


def zipped():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../../../tmp/out.html", HTML)
    return buffer.getvalue()


NO_PICTURES = {
    "SVG": SVG,
    "SVG with a mark": b"\xef\xbb\xbf" + SVG,
    "SVG after blanks": b" \n\t" * 40 + SVG,
    "compressed SVG": gzip.compress(SVG),
    "XML that reads a file": XXE,
    "HTML": HTML,
    "HTML in UTF-16": HTML.decode().encode("utf-16"),
    "JavaScript": b"GIF89a=1;" + MARK,
    "PDF": b"%PDF-1.7\n1 0 obj<</S/JavaScript/JS(" + MARK + b")>>endobj",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file\n",
    "a zip that climbs": zipped(),
    "a pickle": b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x94\x85\x94R\x94.",
    "a path": b"/etc/passwd",
    "an address": b"file:///etc/passwd",
    "a data URL": b"data:text/html," + HTML,
    "nothing": b"",
    "a zero": b"\0",
    "a multipart form": b'--x\r\nContent-Disposition: form-data; name="f"; filename="../x"\r\n\r\n',
    "ImageMagick's language": b"push graphic-context\nfill 'url(https://x/\"|id\")'\n",
    "a link": b"[InternetShortcut]\nURL=file:///etc/passwd\n",
    "random bytes": os.urandom(5000),
}
POLYGLOTS = {
    **{
        f"{kind} and then {name}": encoded(kind) + after
        for kind in KINDS
        for name, after in {"HTML": HTML, "SVG": SVG, "a script": MARK, "a zip": zipped()}.items()
    },
    **{
        f"{name} with {words[:6]!r}": data
        for words in (SCRIPT, SVG, HTML, XXE)
        for name, data in with_words(words).items()
    },
}
BOMBS = {
    "a huge PNG": png(30_000, 30_000),
    "a long PNG": png(1, 2**31 - 1),
    "a PNG of nothing": png(2000, 2000),
    "a huge GIF": b"GIF89a\xff\xff\xff\xff" + encoded("GIF")[10:],
    "a huge WebP": b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\xff\xff\xff\x0f" + bytes(9),
    "a huge TIFF": encoded("TIFF").replace(b"\x28\0\0\0", b"\xff\xff\xff\x7f"),
    "too many bytes": png(1000, 1000, os.urandom(450_000)),
    **{f"{kind} that is cut": encoded(kind)[: len(encoded(kind)) // 2] for kind in KINDS},
    **{
        f"{kind} that is spoilt": bytes(
            255 - b if n % 7 == 3 else b for n, b in enumerate(encoded(kind))
        )
        for kind in KINDS
    },
}
WORDS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    "javascript:alert(1)", "'><script>alert(1)</script>", '"><b onmouseover=alert(1)>', "{{7*7}}",
    "${7*7}", "#{7*7}", "<%= 7*7 %>", "../../etc/passwd", "..\\..\\windows", "/etc/passwd", "C:\\x",
    "con", "nul.png", ".", "..", "~", "-rf", "--help", "a;id", "a|id", "$(id)", "`id`", "a&&id",
    "%00", "%2e%2e%2f", "%n%s%x", "' OR 1=1 --", '"; DROP TABLE history;--', "__proto__",
    "constructor", "prototype", "toString", "hasOwnProperty", "\u202egnp.exe", "a\u0000b",
    "\ud800", "a\r\nSet-Cookie: x=1", "\x1b[2J", "\ufeff", "é", "日本語", "🐈", "a" * 5000, "<!--",
    "]]>", "&lt;script&gt;", "<style>*{display:none}</style>", "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>", "<iframe srcdoc='<script>'>",
    "</title><script>alert(1)</script>", "\\u003cscript\\u003e", "data:text/html,x",
    "<math><mtext></table><mglyph><style><img src=x onerror=alert(1)>", "=cmd|' /C calc'!A1",
    "<a href=javascript:alert(1)>", "\u2028alert(1)", "<noscript><p title='</noscript><img>'>",
]  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with studio(tmp_path_factory.mktemp("outside") / "home") as found:
        yield found


def files_outside(made):
    """What lies beside the folder of pictures."""
    outside = made.home.folder.parent
    inside = made.pictures.folder
    return sorted(str(one) for one in outside.rglob("*") if inside not in one.parents)


def lives(visitor):
    return visitor.get("/api/start").status_code == 200


@pytest.mark.parametrize("case", NO_PICTURES)
def test_what_is_no_picture_is_refused(house, case):
    made, visitor, _ = house
    before = files_outside(made)
    for kind in ("image/png", "image/svg+xml", "text/html"):
        headers = {"Content-Type": kind}
        answer = visitor.post("/api/pictures", content=NO_PICTURES[case], headers=headers)
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/json"
        assert MARK not in answer.content
        assert b"root:" not in answer.content
    assert files_outside(made) == before
    assert lives(visitor)


@pytest.mark.parametrize("case", POLYGLOTS)
def test_of_what_is_two_things_at_once_the_pixels_alone_are_kept(house, case):
    made, visitor, _ = house
    before = files_outside(made)
    answer = visitor.post("/api/pictures", content=POLYGLOTS[case])
    if answer.status_code == 200:
        shown = visitor.get(answer.json()["url"])
        assert shown.headers["content-type"] in SHOWN
        assert shown.headers["x-content-type-options"] == "nosniff"
        kept = made.pictures.folder / answer.json()["id"]
        for content in (shown.content, *(one.read_bytes() for one in kept.iterdir())):
            assert MARK not in content
            assert b"passwd" not in content
    else:
        assert answer.status_code == 400
    assert files_outside(made) == before
    assert lives(visitor)


@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_ends_nothing(house, case):
    made, visitor, _ = house
    answer = visitor.post("/api/pictures", content=BOMBS[case])
    assert answer.status_code in (200, 400, 413)
    assert not list(made.pictures.folder.glob(".*"))
    assert lives(visitor)


@pytest.mark.parametrize("words", WORDS, ids=lambda words: ascii(words)[:30])
def test_no_name_of_a_picture_reaches_the_file_system(house, words):
    made, visitor, _ = house
    before = files_outside(made)
    name = json.dumps(words).encode()[1:-1].hex()
    headers = {"Content-Disposition": f"attachment; filename={name}", "X-File-Name": name}
    answer = visitor.post("/api/pictures", content=file_of(pixels()), headers=headers)
    assert answer.status_code == 200
    refused = visitor.post("/api/pictures", content=json.dumps({"url": words}).encode(),
                           headers={"Content-Type": "application/json"})  # fmt: skip
    assert refused.status_code == 400
    assert files_outside(made) == before


@pytest.fixture(scope="module")
def asked():
    """A person is asked, and never done."""
    found = Asked(file_of(pixels()), what=WORDS[0], name=WORDS[1])
    visitor = found.visitor()
    yield visitor
    visitor.post("/api/point/leave", json={})
    assert found.wait() is None


@pytest.mark.parametrize("words", WORDS, ids=lambda words: ascii(words)[:30])
def test_hostile_words_of_regions_are_refused_or_are_words(asked, words):
    outside = {"out": {"kind": "point", "point": [-900, 0]}}  # so that nothing is handed over
    for record in (
        {words: POINT},
        {"a": {**POINT, "label": words}},
        {"a": {**POINT, "encoding": words}},
        {"a": {**POINT, "kind": words}},
        {"a": {**POINT, words: 1}},
    ):
        answer = asked.post(
            "/api/point", content=json.dumps({"regions": record | outside}).encode()
        )
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()["error"]["message"].isprintable()
    told = asked.get("/api/point").json()
    assert (told["what"], told["name"]) == (WORDS[0], WORDS[1])


def test_these_are_two_hundred_cases():
    assert len(NO_PICTURES) + len(POLYGLOTS) + len(BOMBS) + 2 * len(WORDS) >= 200
