"""Draws the pictures of the pages: python docs/pictures.py."""

from pathlib import Path

from PIL import Image as PIL
from PIL import ImageDraw, ImageFont

import deixis as dx
from deixis.data.demo.pictures import DemoPicture, demo_picture
from deixis.marks import Style
from deixis.marks.sheet import contact_sheet
from deixis.marks.tagging import draw_tagged
from deixis_lab.world.world import SceneWorld

FOLDER = Path(__file__).parent
SAID = ("qwen3_vl", "gemini", "paligemma", "padded_unit")
INK, PAPER, PINK = "#222222", "#fdfcf9", "#e6007e"


def outlined(still: DemoPicture) -> PIL.Image:
    """The still life with the cup's box drawn on it."""
    picture = still.image.pil()
    ImageDraw.Draw(picture).rectangle(still.region("cup").box().xyxy, outline=PINK, width=4)
    return picture


def main() -> None:
    """Write still-life.png, scene.png, pointing.png, marks.png and tags.png."""
    still = demo_picture("still_life")
    cup, ball = still.region("cup"), still.region("ball")
    still.image.pil().save(FOLDER / "still-life.png")
    scene = SceneWorld(seed=1, split="test", side=336).scene(200)
    (FOLDER / "scene.png").write_bytes(scene.image.png())
    sheet = PIL.new("RGB", (1280, 640), PAPER)
    pen = ImageDraw.Draw(sheet)
    font, small = ImageFont.load_default(24), ImageFont.load_default(20)
    crop = dx.cropped(cup).own_picture(still.image).image.pil()
    dark = dx.dimmed(cup).paint(still.image).pil().resize((320, 210))
    sheet.paste(outlined(still), (20, 60))
    sheet.paste(crop.resize((210, 210)), (700, 60))
    sheet.paste(dark, (940, 60))
    for x, words in ((20, "a region"), (700, "cropped"), (940, "dimmed around"), (700, "")):
        pen.text((x, 20), words, fill=INK, font=font)
    pen.text((700, 300), "said, in each model's own words", fill=INK, font=font)
    for i, name in enumerate(SAID):
        words = dx.dialects.get(name)().say([cup], still.image.size)
        pen.text((700, 345 + 68 * i), name, fill=PINK, font=small)
        pen.text((700, 370 + 68 * i), words, fill=INK, font=small)
    pen.text((20, 500), 'model.ask(image, "What is {cup} next to?", cup=cup)', INK, font)
    pen.text((20, 545), "answer.text   answer.regions   answer.sent", INK, font)
    sheet.save(FOLDER / "pointing.png", optimize=True)
    marks = contact_sheet(still.image, [cup, ball], Style(), side=224)
    marks.pil().quantize(128).save(FOLDER / "marks.png", optimize=True)
    window, shine, book = (
        dx.box(430, 40, 580, 190),
        dx.ellipse(330, 304, 11, 11),
        still.region("book"),
    )
    tagged = list(zip("12345", (cup, ball, window, shine, book), strict=True))
    tags = draw_tagged(still.image, tagged).pil()
    tags.quantize(128).save(FOLDER / "tags.png", optimize=True)


if __name__ == "__main__":
    main()
