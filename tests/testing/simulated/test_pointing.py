"""A simulated model names what it is shown, in the ways that it follows and in no others."""

import numpy as np
import pytest

import deixis as dx
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.testing import serve
from deixis.testing.simulated import Manner, scene, simulated

SCENE = scene(Size(width=660, height=480), num_things=6, seed=3)
WAYS = {
    "said": dx.said,
    "cropped": dx.cropped,
    "dimmed": dx.dimmed,
    "blurred": dx.blurred,
    "masked": dx.masked,
    "tagged": dx.tagged,
    **{
        shape: (lambda region, shape=shape: dx.drawn(region, shape))
        for shape in (
            "rectangle",
            "ellipse",
            "arrow",
            "triangle",
            "point",
            "scribble",
            "contour",
            "mask",
        )
    },
}


def named(model, way, thing):
    shown = WAYS[way](dx.Region(shape=thing.shape))
    return dx.Model(model).ask(SCENE.image, "What is {it}? Answer with its name.", it=shown).text


@pytest.mark.parametrize("way", WAYS)
def test_each_thing_is_named_when_it_is_pointed_at(way):
    model = simulated("permille", SCENE.truth)
    assert [named(model, way, thing) for thing in SCENE.things] == [t.label for t in SCENE.things]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_not_followed_is_not_followed(way):
    model = simulated("permille", SCENE.truth, manner=Manner(follows=set(WAYS) - {way}), seed=1)
    told = [named(model, way, thing) for thing in SCENE.things]
    assert told != [t.label for t in SCENE.things]


def test_a_mark_is_told_from_a_thing_of_its_name():
    image = Image(pixels=np.full((300, 400, 3), 240, np.uint8))
    cup, red = (
        dx.box(40, 50, 120, 140, label="cup"),
        dx.box(250, 150, 330, 260, label="red triangle"),
    )
    model = dx.Model(simulated("permille", {image: [cup, red]}))
    for thing in (cup, red):
        mark = dx.drawn(dx.Region(shape=thing.shape), "triangle", color="red")
        assert model.ask(image, "What is {it}?", it=mark).text == thing.label


def test_two_marks_of_different_colours_are_told_apart():
    model = dx.Model(simulated("permille", SCENE.truth))
    one, other = SCENE.things[:2]
    for place, thing in (("a", one), ("b", other)):
        text = f"What is {{{place}}}? Not {{{'b' if place == 'a' else 'a'}}}."
        told = model.ask(
            SCENE.image,
            text,
            a=dx.drawn(dx.Region(shape=one.shape), color="red"),
            b=dx.drawn(dx.Region(shape=other.shape), color="blue"),
        )
        assert told.text == thing.label


@pytest.mark.parametrize("way", ["rectangle", "arrow", "tagged"])
@pytest.mark.parametrize("options", [{"image_format": "jpeg"}, {"longest_side": 500}], ids=str)
def test_marks_are_seen_in_what_a_server_receives(way, options):
    with serve(answer=simulated("permille", SCENE.truth).reply) as server:
        model = dx.load(f"openai:any@{server.url}", dialect="permille", **options)
        told = [
            model.ask(SCENE.image, "What is {it}?", it=WAYS[way](dx.Region(shape=thing.shape))).text
            for thing in SCENE.things[:3]
        ]
    assert told == [thing.label for thing in SCENE.things[:3]]


def test_tags_beside_each_other_are_told_apart():
    model = dx.Model(simulated("permille", SCENE.truth))
    one, other = (dx.tagged(dx.Region(shape=thing.shape)) for thing in SCENE.things[:2])
    for text, thing in zip(("{a}, not {b}", "{b}, not {a}"), SCENE.things[:2], strict=True):
        told = model.ask(SCENE.image, f"What is {text}?", a=one, b=other)
        assert told.text == thing.label
