"""The tour: a scene that the embedded model is asked about in every way, a photograph, and more, as
a page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from deixis.ask.composer import Pointed
from deixis.ask.loading import load
from deixis.ask.model import Model
from deixis.coordinates import dialects
from deixis.core.errors import UsageError
from deixis.core.files import make_folder, read_text, write_text
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.shapes import Box
from deixis.core.token_grid import TokenGrid
from deixis.data.demo.pictures import DemoPicture, DemoQuestion, demo_picture
from deixis.encodings.blurred import blurred
from deixis.encodings.cropped import cropped
from deixis.encodings.dimmed import dimmed
from deixis.encodings.drawn import Drawn
from deixis.encodings.masked import masked
from deixis.encodings.said import Said
from deixis.encodings.tagged import tagged
from deixis.marks import Mark, Style, color_of, draw
from deixis.models.interface import Generation
from deixis.reports import page

LOOKERS = ("llava", "qwen2_5_vl", "internvl", "idefics3")
MODEL = "nano"
SCENE, PHOTOGRAPH = "crown", "coffee"
SETTINGS = Generation(max_new_tokens=16)
ENCODINGS: dict[str, Callable[[Region], Pointed]] = {
    "cropped": cropped,
    "dimmed": dimmed,
    "masked": masked,
    "blurred": blurred,
    "tagged": tagged,
}
SHOWN_WIDTH = 224  # half of the scene's own
TITLE, HEAD = "Deixis", 1000  # letters of a page in which its title stands


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Pointing:
    """One question about one place: the picture that is sent, the words, the answer, the truth."""

    way: str
    image: Image
    question: str
    answer: str
    truth: str

    @property
    def is_right(self) -> bool:
        """Whether the answer is the truth."""
        return self.answer.strip() == self.truth


@final
@dataclass(frozen=True, kw_only=True)
class Tour:
    """The page, and what was asked on the way."""

    page: Path
    pointings: tuple[Pointing, ...]


def write_tour(folder: Path) -> Tour:
    """The page, `index.html` in that folder."""
    path = folder / "index.html"
    if path.exists() and f"<title>{TITLE}</title>" not in read_text(path)[:HEAD]:
        raise UsageError(f"{path} is another page, and would be lost; give another folder (--out)")
    photograph, scene = demo_picture(PHOTOGRAPH), demo_picture(SCENE)
    pointings = tuple(point(load(MODEL), scene))
    parts = (
        _answered(scene, pointings),
        _regions(photograph),
        _said(photograph),
        _shown(photograph),
        _looks(photograph),
    )
    make_folder(folder)
    lead = "Point at part of an image, and have any multimodal model understand."
    write_text(path, page.page(TITLE, lead, parts))
    return Tour(page=path, pointings=pointings)


def point(model: Model, scene: DemoPicture) -> list[Pointing]:
    """Ask all questions about a picture: under each kind of mark, by a said box, and by each of the
    other encodings.
    """
    answers = model.ask_all(
        [(scene.image, one.text, {"it": _pointed(one)}) for one in scene.questions],
        settings=SETTINGS,
    )
    return [
        Pointing(
            way=one.way,
            image=answer.sent.frames[0].image,
            question=answer.sent.text,
            answer=answer.text,
            truth=one.truth,
        )
        for one, answer in zip(scene.questions, answers, strict=True)
    ]


def _pointed(question: DemoQuestion) -> Pointed:
    if question.way in ENCODINGS:
        return ENCODINGS[question.way](question.region)
    if question.shape is None:
        return Said(region=Region(shape=question.region.box()))
    return Drawn(
        region=question.region,
        shape=question.shape,
        style=_style(question),
        any_color=False,
        any_style=False,
    )


def _style(question: DemoQuestion) -> Style:
    colour = None if question.colour is None else color_of(question.colour)
    return Style(profile="clear", color=colour)


def _answered(scene: DemoPicture, pointings: Sequence[Pointing]) -> str:
    figures = [
        page.picture(
            one.image,
            f"{one.question} {one.answer} {'✓' if one.is_right else f'✗ ({one.truth})'}",
            width=SHOWN_WIDTH,
        )
        for one in pointings
    ]
    return page.section(
        f"A model is asked, pointed at things in {len(pointings)} ways",
        page.text(
            "The model is nano: a few million weights that ship inside the package, and know some "
            "nine hundred things as a dozen artists draw them, no photographs. Its card tells how "
            "often it is right; larger models are asked by the same line with another name. Each "
            "picture is the one that was sent."
        ),
        page.picture(scene.image, f"The scene. {scene.credit}", width=SHOWN_WIDTH * 2),
        page.cards(figures),
    )


def _regions(photograph: DemoPicture) -> str:
    caption = f"Boxes, ellipses and a stroke, in pixels of the original. {photograph.credit}"
    shown = page.picture(photograph.image, caption, regions=photograph.regions)
    return page.section("A region is an object", shown)


def _said(photograph: DemoPicture) -> str:
    rows = [
        (name, dialects.get(name)().say([photograph.region("cup")], photograph.image.size))
        for name in dialects.names()
    ]
    answer = 'Sure! ```json\n[{"bbox_2d": [327, 580, 437, 770], "label": "handle"}]\n```'
    reading = dialects.get("qwen3_vl")().read(answer, photograph.image.size)
    return page.section(
        "It can be said, in the words of each model family, and read back",
        page.table(("dialect", "the cup"), rows),
        page.text("And from an answer back to the picture:"),
        page.code(answer),
        page.picture(photograph.image, "What was read.", regions=reading.regions, width=420),
    )


def _shown(photograph: DemoPicture) -> str:
    image = photograph.image
    crop = cropped(photograph.region("espresso")).own_picture(image)
    dark = dimmed(photograph.region("cup")).paint(image)
    arrow = draw(image, [Mark(shape="arrow", region=photograph.region("spoon"))])
    return page.section(
        "It can be marked, cropped, or all the rest dimmed",
        page.picture(arrow, "An arrow to the spoon.", width=300),
        page.picture(crop.image, "The espresso, cropped with a quarter of context.", width=260),
        page.picture(dark, "The cup, the rest dimmed.", width=300),
    )


def _looks(photograph: DemoPicture) -> str:
    place = photograph.region("spoon").centre()
    figures = []
    for name in LOOKERS:
        grid = load(f"tiny:{name}").vlm.token_grid(photograph.image.size)
        cells = [_box(grid, token) for token in grid.tokens_at(place.x, place.y)]
        caption = f"{name}: {len(cells)} of {grid.num_tokens} vision tokens look at the spoon."
        figures.append(page.picture(photograph.image, caption, cells=cells, width=300))
    return page.section("It is known which vision tokens look there", *figures)


def _box(grid: TokenGrid, token: int) -> Box:
    x0, y0, x1, y1 = np.asarray(grid.boxes[token], dtype=float).tolist()
    return Box(x0=x0, y0=y0, x1=x1, y1=y1)
