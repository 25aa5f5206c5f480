"""Under a JSON schema a simulated model fills the fields that the schema has."""

import json

import numpy as np
import pytest

import deixis as dx
from deixis.core.image import Image
from deixis.models.interface import Generation, Question
from deixis.testing import serve
from deixis.testing.simulated import simulated

PICTURE = Image(pixels=np.full((500, 1000, 3), 200, np.uint8))
TRUTH = {PICTURE: [dx.box(100, 50, 300, 150, label="cup").named(text="HOT")]}
NUMBER, WORDS = {"type": "integer"}, {"type": "string"}
FOUR = {"type": "array", "items": NUMBER, "minItems": 4, "maxItems": 4}
TWO = {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}


def of(**fields):
    return {"type": "object", "properties": fields, "required": list(fields)}


def listed(item):
    return {"type": "array", "items": item}


def ask(kind, schema, text="Give the bounding box of the cup."):
    question = Question(pictures=(PICTURE,), text=text)
    settings = Generation(schema=json.dumps(schema))
    return json.loads(simulated(kind, TRUTH).generate([question], settings)[0].text)


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        (
            of(detections=listed(of(label=WORDS, box_2d=FOUR))),
            {"detections": [{"label": "cup", "box_2d": [100, 50, 300, 150]}]},
        ),
        (
            of(x_min=NUMBER, y_min=NUMBER, x_max=NUMBER, y_max=NUMBER),
            {"x_min": 100, "y_min": 50, "x_max": 300, "y_max": 150},
        ),
        (
            of(x0=NUMBER, y0=NUMBER, x1=NUMBER, y1=NUMBER),
            {"x0": 100, "y0": 50, "x1": 300, "y1": 150},
        ),
        (
            of(x1=NUMBER, y1=NUMBER, x2=NUMBER, y2=NUMBER),
            {"x1": 100, "y1": 50, "x2": 300, "y2": 150},
        ),
        (
            of(left=NUMBER, top=NUMBER, right=NUMBER, bottom=NUMBER),
            {"left": 100, "top": 50, "right": 300, "bottom": 150},
        ),
        (of(found={"type": "boolean"}, point=TWO), {"found": True, "point": [200, 100]}),
        (of(x=NUMBER, y=NUMBER), {"x": 200, "y": 100}),
        (listed(of(box=FOUR)), [{"box": [100, 50, 300, 150]}]),
    ],
)
def test_fields_get_the_numbers_of_their_names(schema, answer):
    assert ask("pixels", schema) == answer


def test_lists_of_numbers_keep_the_model_s_order():
    schema = listed(of(box_2d=FOUR, label=WORDS))
    assert ask("gemini", schema) == [{"box_2d": [100, 100, 300, 300], "label": "cup"}]
    assert ask("gemini", listed(of(point=TWO)), "Point to the cup.") == [{"point": [200, 200]}]


def test_an_answer_in_words_stands_beside_its_place():
    text = "What does the cup say? Give the box of the region that the answer rests on."
    schema = of(answer=WORDS, box=FOUR)
    assert ask("pixels", schema, text) == {"answer": "HOT", "box": [100, 50, 300, 150]}


def test_what_is_not_there_leaves_a_list_empty():
    crop = Image(pixels=PICTURE.pixels[400:, 800:])
    model = simulated("pixels", {**TRUTH, crop: []})
    question = Question(pictures=(crop,), text="Give the bounding box of the cup.")
    settings = Generation(schema=json.dumps(of(detections=listed(of(box=FOUR)))))
    assert json.loads(model.generate([question], settings)[0].text) == {"detections": []}


def test_what_is_written_without_numbers_takes_no_schema():
    settings = Generation(schema=json.dumps(of(box=FOUR)))
    question = Question(pictures=(PICTURE,), text="Give the bounding box of the cup.")
    told = simulated("kosmos2", TRUTH).generate([question], settings)[0].text
    assert told.startswith("<phrase>cup</phrase>")


def test_a_server_is_sent_the_schema():
    schema = json.dumps(of(x=NUMBER, y=NUMBER))
    with serve(answer=simulated("pixels", TRUTH).reply) as server:
        model = dx.load(f"openai:any@{server.url}", dialect="pixels")
        told = model.ask(PICTURE, "Point to the cup.", settings=Generation(schema=schema))
    assert json.loads(told.text) == {"x": 200, "y": 100}
