"""The tour: a scene that the embedded model is asked about in every way, and more, as a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

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
from deixis.encodings.cropped import cropped
from deixis.encodings.dimmed import dimmed
from deixis.encodings.drawn import Drawn
from deixis.marks import Mark, Style, color_of, draw
from deixis.models.interface import Generation
from deixis.reports import page

LOOKERS = ("llava", "qwen2_5_vl", "internvl", "idefics3")
MODEL = "nano"
SCENE, STILL = "scene_108", "still_life"
SETTINGS = Generation(max_new_tokens=16)
SHOWN_WIDTH = 192  # twice that of the scene, so that its pixels stay sharp
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
    still, scene = demo_picture(STILL), demo_picture(SCENE)
    pointings = tuple(point(load(MODEL), scene))
    parts = (
        _answered(scene, pointings),
        _regions(still),
        _said(still),
        _shown(still),
        _looks(still),
    )
    make_folder(folder)
    lead = "Point at part of an image, and have any multimodal model understand."
    write_text(path, page.page(TITLE, lead, parts))
    return Tour(page=path, pointings=pointings)


def point(model: Model, scene: DemoPicture) -> list[Pointing]:
    """Ask all questions about a picture: under each kind of mark, and by a said box."""
    images = [_marked(scene.image, one) for one in scene.questions]
    asked = zip(images, scene.questions, strict=True)
    answers = model.ask_all(
        [(image, one.text, {"it": _pointed(one)}) for image, one in asked], settings=SETTINGS
    )
    return [
        Pointing(
            way=one.way,
            image=image,
            question=answer.sent.text,
            answer=answer.text,
            truth=one.truth,
        )
        for image, one, answer in zip(images, scene.questions, answers, strict=True)
    ]


def _marked(image: Image, question: DemoQuestion) -> Image:
    if question.shape is None:
        return image
    return draw(image, [Mark(shape=question.shape, region=question.region, style=_style(question))])


def _pointed(question: DemoQuestion) -> Region | Drawn:
    if question.shape is None:
        return Region(shape=question.region.box())
    return Drawn(
        region=question.region,
        shape=question.shape,
        style=_style(question),
        any_color=False,
        any_style=False,
    )


def _style(question: DemoQuestion) -> Style:
    colour = None if question.colour is None else color_of(question.colour)
    return Style(profile="plain", color=colour)  # as nano was taught


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
        "A model is asked, pointed at things in ten ways",
        page.text(
            "The model is nano: a few million weights that ship inside the package and know the "
            "Scenes, a small world drawn by code, and nothing else. Its card tells how often it is "
            "right; larger models are asked by the same line with another name."
        ),
        page.picture(scene.image, "What the world drew.", width=SHOWN_WIDTH * 2),
        page.cards(figures),
    )


def _regions(still: DemoPicture) -> str:
    caption = "A box, an ellipse, a polygon and a stroke, in pixels of the original."
    shown = page.picture(still.image, caption, regions=still.regions)
    return page.section("A region is an object", shown)


def _said(still: DemoPicture) -> str:
    rows = [
        (name, dialects.get(name)().say([still.region("cup")], still.image.size))
        for name in dialects.names()
    ]
    answer = 'Sure! ```json\n[{"bbox_2d": [672, 762, 922, 886], "label": "book"}]\n```'
    reading = dialects.get("qwen3_vl")().read(answer, still.image.size)
    return page.section(
        "It can be said, in the words of each model family, and read back",
        page.table(("dialect", "the cup"), rows),
        page.text("And from an answer back to the picture:"),
        page.code(answer),
        page.picture(still.image, "What was read.", regions=reading.regions, width=420),
    )


def _shown(still: DemoPicture) -> str:
    crop = cropped(still.region("cup")).own_picture(still.image)
    dark = dimmed(still.region("book")).paint(still.image)
    return page.section(
        "It can be cropped, or all the rest dimmed",
        page.picture(crop.image, "The cup, cropped with a quarter of context.", width=200),
        page.picture(dark, "The book, the rest dimmed.", width=420),
    )


def _looks(still: DemoPicture) -> str:
    place = still.region("ball").centre()
    figures = []
    for name in LOOKERS:
        grid = load(f"tiny:{name}").vlm.token_grid(still.image.size)
        cells = [_box(grid, token) for token in grid.tokens_at(place.x, place.y)]
        caption = f"{name}: {len(cells)} of {grid.num_tokens} vision tokens look at the ball."
        figures.append(page.picture(still.image, caption, cells=cells, width=300))
    return page.section("It is known which vision tokens look there", *figures)


def _box(grid: TokenGrid, token: int) -> Box:
    x0, y0, x1, y1 = np.asarray(grid.boxes[token], dtype=float).tolist()
    return Box(x0=x0, y0=y0, x1=x1, y1=y1)
