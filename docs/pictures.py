"""Draws the pictures of the pages, and the table of the gallery: python docs/pictures.py."""

import html
import io
import textwrap
from collections.abc import Callable
from pathlib import Path

from PIL import Image as PIL
from PIL import ImageDraw, ImageFont

import deixis as dx
from deixis.core import transform
from deixis.data.adapters import regions_of
from deixis.data.demo.pictures import demo_picture
from deixis.encodings import Encoding
from deixis.marks.sheet import contact_sheet
from deixis.marks.tagging import draw_tagged
from deixis.testing import serve

FOLDER = Path(__file__).parent
PHOTOGRAPHS = FOLDER / "photographs"
GALLERY = FOLDER / "gallery.md"
BEGIN, END = "<!-- dialects: made by python docs/pictures.py -->\n", "<!-- end -->\n"
INK, PAPER, PINK = "#222222", "#fdfcf9", "#c4005f"
SAID = ("qwen3_vl", "gemini", "paligemma", "padded_unit")
# on the cup of coffee: what is seen by people, and has no outline of its own in regions.jsonl
COFFEE = dx.ellipse(288, 145, 84, 52, label="coffee")
HANDLE = dx.box(193, 229, 262, 311, label="handle")
ENCODINGS: dict[str, Callable[[dx.Region], Encoding]] = {
    "said": dx.said,
    "drawn": lambda region: dx.drawn(region, "arrow"),
    "tagged": dx.tagged,
    "cropped": lambda region: dx.cropped(region, context=0.3),
    "dimmed": dx.dimmed,
    "masked": dx.masked,
    "blurred": dx.blurred,
}


def photograph(name: str) -> dx.Image:
    """One of the photographs, whose licences stand beside them."""
    return dx.open_image(PHOTOGRAPHS / f"{name}.jpg")


def regions(name: str) -> dict[str, dx.Region]:
    """What was outlined by hand on a photograph, by what it is."""
    rows = regions_of(PHOTOGRAPHS / "regions.jsonl")
    return {
        str(one.label): one for row in rows if row.image == f"{name}.jpg" for one in row.regions
    }


def pointing() -> PIL.Image:
    """One region, and what models are given instead of it."""
    photo, cup = photograph("coffee"), regions("coffee")["cup"]
    sheet = _sheet(1280, 590)
    _write(sheet, (20, 16), "a region, in pixels of the original", size=24)
    _paste(sheet, photo.with_({"cup": cup}).image, (20, 56, 660))
    _write(sheet, (20, 512), 'model.ask(photo, "What is {cup} made of?", cup=cup)', size=24)
    _write(sheet, (20, 550), "answer.text   answer.regions   answer.sent", size=24)
    shown = {
        "drawn": dx.draw(photo, [dx.drawn(cup, "arrow")]),
        "dimmed": dx.dimmed(cup).paint(photo),
        "cropped": dx.cropped(cup).own_picture(photo).image,
    }
    for number, (words, one) in enumerate(shown.items()):
        _write(sheet, (710 + 205 * number, 16), words, size=24)
        _paste(sheet, one, (710 + 205 * number, 56, 190 if words != "cropped" else 127))
    _write(sheet, (710, 216), "said, as each model was taught", size=24)
    for number, name in enumerate(SAID):
        _write(sheet, (710, 262 + 78 * number), name, size=20, fill=PINK)
        said = dx.dialects.get(name)().say([cup], photo.size)
        _write(sheet, (710, 288 + 78 * number), said, size=20)
    return sheet


def misread() -> PIL.Image:
    """Answers, read as they were meant, and as they are often taken."""
    photo, cup = photograph("coffee"), regions("coffee")["cup"]
    said = {name: dx.dialects.get(name)().say([cup], photo.size) for name in SAID}
    (swapped,) = dx.dialects.get("qwen3_vl")().read(said["gemini"], photo.size).regions
    (unpadded,) = dx.dialects.get("unit")().read(said["padded_unit"], photo.size).regions
    raw = dx.box(287, 45, 687, 715)  # the numbers of qwen3_vl
    panels = (
        ("gemini", {"read with y first": cup, "with x first": swapped}),
        ("qwen3_vl", {"read as thousandths": cup, "as pixels": raw}),
        ("padded_unit", {"read as of the padded square": cup, "of the picture": unpadded}),
    )
    small = photo.resize(width=400)
    to_small = transform.resize(photo.size, small.size)
    sheet = _sheet(1280, 360)
    for number, (name, read) in enumerate(panels):
        x = 20 + 420 * number
        _write(sheet, (x, 12), name, size=18, fill=PINK)
        _write(sheet, (x, 36), said[name], size=16)
        moved = {words: to_small.region(region) for words, region in read.items()}
        _paste(sheet, small.with_(moved).image, (x, 70, 400))
    return sheet


def encodings() -> PIL.Image:
    """Each encoding: the picture as it was sent, and the words that were sent with it."""
    photo, there = photograph("coffee"), regions("coffee")
    cup, spoon = there["cup"], there["spoon"]
    asked = {name: ("What is {it}?", {"it": encode(cup)}) for name, encode in ENCODINGS.items()} | {
        "two at once": ("Is {a} in {b}?", {"a": dx.drawn(spoon, "contour"), "b": dx.said(cup)})
    }
    sheet = _sheet(1280, 606)
    with serve(*("a cup" for _ in asked)) as server:
        model = dx.load(f"openai:Qwen/Qwen3-VL-8B-Instruct@{server.url}")
        for number, (name, (question, pointed)) in enumerate(asked.items()):
            sent = model.ask(photo, question, regions=pointed).sent
            x, y = 20 + 316 * (number % 4), 12 + 290 * (number // 4)
            _write(sheet, (x, y), name, size=18, fill=PINK)
            shown = sent.frames[-1].image
            width = round(min(300, 200 * shown.size.width / shown.size.height))
            _paste(sheet, shown, (x, y + 26, width))
            _write(sheet, (x, y + 232), "\n".join(textwrap.wrap(sent.text, 42)), size=14)
    return sheet


def tags() -> PIL.Image:
    """Five things of a photograph with numbers beside them; the one within another has a line."""
    photo, there = photograph("coffee"), regions("coffee")
    saucer = dx.ellipse(278, 228, 202, 160, label="saucer")
    tagged = [there["cup"], there["spoon"], COFFEE, HANDLE, saucer]
    return draw_tagged(photo, list(zip("12345", tagged, strict=True))).pil()


def marks(name: str) -> PIL.Image:
    """The regions of a photograph under each of the eight shapes, above the first one's phrase."""
    chosen = list(regions(name).values())
    return contact_sheet(photograph(name), chosen, dx.Style(), side=300).pil()


def pictures() -> dict[str, PIL.Image]:
    """Every picture that is drawn on photographs, by its file's name."""
    return {
        "pointing.jpg": pointing(),
        "misread.jpg": misread(),
        "encodings.jpg": encodings(),
        "tags.jpg": tags(),
        "marks.jpg": marks("coffee"),
        "marks-cat.jpg": marks("cat"),
        "marks-rocket.jpg": marks("rocket"),
    }


def jpeg(picture: PIL.Image) -> bytes:
    """A small file of the picture."""
    file = io.BytesIO()
    picture.save(file, format="JPEG", quality=80, optimize=True, progressive=True)
    return file.getvalue()


def table() -> str:
    """Each dialect is a row of Markdown: the cup of coffee in its words."""
    photo, cup = photograph("coffee"), regions("coffee")["cup"]
    lines = ["| dialect | the cup |", "| --- | --- |"]
    for name in dx.dialects.names():
        said = dx.dialects.get(name)().say([cup], photo.size)
        words = html.escape(said, quote=False).replace("|", "&#124;")
        lines.append(f"| `{name}` | <code>{words}</code> |")
    return "".join(f"{line}\n" for line in lines)


def with_table(page: str) -> str:
    """The page with the table as the dialects are now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


def main() -> None:
    """Write all of them, and two of the demo, which tests use too."""
    for name, picture in pictures().items():
        (FOLDER / name).write_bytes(jpeg(picture))
    GALLERY.write_text(with_table(GALLERY.read_text(encoding="utf-8")), encoding="utf-8")
    demo_picture("still_life").image.pil().save(FOLDER / "still-life.png")
    (FOLDER / "scene.png").write_bytes(demo_picture("crown").image.png())


def _sheet(width: int, height: int) -> PIL.Image:
    return PIL.new("RGB", (width, height), PAPER)


def _paste(sheet: PIL.Image, image: dx.Image, place: tuple[int, int, int]) -> None:
    """The image is laid at x and y, as wide as the third number."""
    x, y, width = place
    height = round(width * image.size.height / image.size.width)
    sheet.paste(image.pil().resize((width, height), PIL.Resampling.LANCZOS), (x, y))


def _write(
    sheet: PIL.Image, at: tuple[int, int], words: str, *, size: int, fill: str = INK
) -> None:
    ImageDraw.Draw(sheet).text(at, words, fill=fill, font=ImageFont.load_default(size))


if __name__ == "__main__":
    main()
