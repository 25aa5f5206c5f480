"""The tour: one picture, pointed at in every way there is, as a page."""

from pathlib import Path

import numpy as np

from deixis.ask.compose import compose
from deixis.ask.loading import load
from deixis.coordinates import conventions
from deixis.core.files import make_folder, write_text
from deixis.core.shapes import Box
from deixis.encodings.cropped import cropped
from deixis.encodings.dimmed import dimmed
from deixis.lab import page
from deixis.lab.picture import Still, still_life
from deixis.nn.grid import TokenGrid
from deixis.nn.interface import Generation

LOOKERS = ("llava", "qwen2_5_vl", "internvl", "idefics3")
ASKED = "tiny:qwen2_5_vl"


def write_tour(folder: Path) -> Path:
    """The page, `index.html` in that folder."""
    still = still_life()
    parts = (_regions(still), _said(still), _shown(still), _asked(still), _looks(still))
    make_folder(folder)
    path = folder / "index.html"
    lead = "Point at part of an image, and have any multimodal model understand."
    write_text(path, page.page("Deixis", lead, parts))
    return path


def _regions(still: Still) -> str:
    things = (still.cup, still.ball, still.book, still.plant)
    caption = "A box, an ellipse, a polygon and a stroke, in pixels of the original."
    return page.section("A region is an object", page.picture(still.image, caption, regions=things))


def _said(still: Still) -> str:
    rows = [
        (name, conventions.get(name)().say([still.cup], still.image.size))
        for name in conventions.names()
    ]
    answer = 'Sure! ```json\n[{"bbox_2d": [672, 762, 922, 886], "label": "book"}]\n```'
    reading = conventions.get("qwen3_vl")().read(answer, still.image.size)
    return page.section(
        "It can be said, in the words of each model family, and read back",
        page.table(("convention", "the cup"), rows),
        page.text("And from an answer back to the picture:"),
        page.code(answer),
        page.picture(still.image, "What was read.", regions=reading.regions, width=420),
    )


def _shown(still: Still) -> str:
    crop = cropped(still.cup).own_picture(still.image)
    dark = dimmed(still.book).paint(still.image)
    return page.section(
        "It can be cropped, or all the rest dimmed",
        page.picture(crop.image, "The cup, cropped with a quarter of context.", width=200),
        page.picture(dark, "The book, the rest dimmed.", width=420),
    )


def _asked(still: Still) -> str:
    model = load(ASKED)
    question = "What is {cup} standing next to, and is {ball} in front of it?"
    pointed = {"cup": still.cup, "ball": still.ball}
    asked = compose(still.image, question, pointed, model.convention)
    settings = Generation(max_new_tokens=16)
    answer = model.ask(still.image, question, settings=settings, cup=still.cup, ball=still.ball)
    return page.section(
        "A model is asked",
        page.text(f'"{question}" becomes, for {ASKED}:'),
        page.code(asked.text),
        page.text(
            "The weights of tiny:FAMILY are random, so its answer is noise; the code is the same "
            "for a real checkpoint. It said:"
        ),
        page.code(answer.text),
    )


def _looks(still: Still) -> str:
    place = still.ball.centre()
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
