"""The doors of what is public: each with a good call, whose values `wrong_types` replaces."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, final

import numpy as np

import deixis as dx
from deixis.testing.simulated import scene, simulated

Make = Callable[[], Any]  # Any: of whatever type the argument is
NUM_POSITIONAL = "#"  # argument names that begin with it are given by their place


@final
@dataclass(frozen=True, kw_only=True)
class Door:
    """A function or a method, and a call of it that is right."""

    name: str
    function: Callable[..., object]
    good: Mapping[str, Make]  # in their order; those of `by_place` come first
    by_place: int = 0
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # what messages call them

    def call(self, arguments: Mapping[str, Any]) -> object:
        """Call it, and take what comes to its end."""
        values = list(arguments.items())
        placed = [value for _, value in values[: self.by_place]]
        found = self.function(*placed, **dict(values[self.by_place :]))
        if hasattr(found, "__next__"):
            return list(found)
        return found


def _image() -> dx.Image:
    return dx.open_image(np.full((24, 32, 3), 90, dtype=np.uint8))


def _region() -> dx.Region:
    return dx.box(4, 3, 12, 9, label="cup")


def _mask() -> dx.Mask:
    return _region().mask(dx.Size(width=32, height=24))


def _size() -> dx.Size:
    return dx.Size(width=32, height=24)


def _transform() -> dx.Transform:
    return dx.Transform(before=_size(), after=_size())


@cache
def model() -> dx.Model:
    """A model that answers at once."""
    return dx.Model(simulated("qwen3_vl", scene(dx.Size(width=320, height=240)).truth))


def _answer() -> dx.Answer:
    return model().ask(_image(), "What is {cup}?", cup=_region())


def doors() -> list[Door]:
    """All of them."""
    return [*_core(), *_values(), *_pointing(), *_asking()]


def door(
    name: str,
    function: Callable[..., object],
    /,
    *,
    by_place: int = 0,
    words: Mapping[str, tuple[str, ...]] | None = None,
    **good: Make,
) -> Door:
    """A row of the table."""
    return Door(name=name, function=function, good=good, by_place=by_place, words=words or {})


PICTURE = ("an image is", "cannot open", "URLs", "picture", "an array", "a tensor", "data URL")
NUMBERS = ("a box", "a point", "an ellipse", "numbers")
PLACE = ("region", "a box", "a point", "outline", "mask", "a score")
COLOUR = ("colour", "color")
TURNS = dict.fromkeys(("scale_x", "scale_y", "shift_x", "shift_y"), ("scale", "shift"))
TURNS |= dict.fromkeys(("before", "after"), ("a size",))
SIZE = {"size": ("picture", "sum to")}
SIDES = dict.fromkeys(("width", "height"), ("a size", "size is"))
BOX = dict.fromkeys(("x0", "y0", "x1", "y1", "x", "y", "width", "height", "numbers"), NUMBERS)
BOX |= {"size": ("size", "shares")}
TURN = dict.fromkeys(("cx", "cy", "rx", "ry", "angle"), NUMBERS)
MARKED = {"region": PLACE, "color": COLOUR, "shape": ("mark", "shape"), "seed": ("seed",)}


def _one(value: object) -> Make:
    return lambda: value


def _ring() -> list[tuple[float, float]]:
    return [(1, 1), (9, 1), (9, 9)]


def _inside() -> np.ndarray:
    return np.eye(24, 32, dtype=bool)


def _core() -> list[Door]:
    edges = {"x0": _one(1), "y0": _one(2), "x1": _one(3), "y1": _one(4)}
    oval = {"cx": _one(9), "cy": _one(9), "rx": _one(3), "ry": _one(2)}
    extent = {"x": _one(1), "y": _one(2), "width": _one(3), "height": _one(4)}
    more = {"points": ("points", "a point", "a polygon", "a stroke"), "width": ("a stroke",)}
    return [
        door(
            "open_image",
            dx.open_image,
            by_place=1,
            words={"image": PICTURE},
            image=_image,
            limits=dx.ImageLimits,
            fetch=_one(None),
        ),
        door("box", dx.box, by_place=4, words=BOX, **edges, format=_one("xyxy"), label=_one("a")),
        door(
            "box in a row",
            dx.box,
            by_place=1,
            words=BOX,
            numbers=_one((0.1, 0.2, 0.3, 0.4)),
            format=_one("xywh"),
            size=_size,
        ),
        door("box_xywh", dx.box_xywh, words=BOX, **extent, label=_one("a")),
        door("point", dx.point, by_place=2, words=BOX, x=_one(1), y=_one(2), label=_one("a")),
        door("ellipse", dx.ellipse, words=TURN, **oval, angle=_one(0), label=_one("a")),
        door(
            "polygon",
            dx.polygon,
            by_place=2,
            words=more | {"more": more["points"]},
            points=_ring,
            more=_ring,
            label=_one("a"),
        ),
        door("stroke", dx.stroke, words=more, points=_ring, width=_one(3), label=_one("a")),
        door("mask", dx.mask, words={"inside": ("mask",)}, inside=_inside, label=_one("a")),
        door("iou", dx.iou, words={"one": PLACE, "other": PLACE}, one=_region, other=_region),
        door(
            "Region",
            dx.Region,
            shape=lambda: _region().shape,
            label=_one("a"),
            text=_one("b"),
            score=_one(0.5),
            source=_one("c"),
        ),
        door("Region.mask", _region().mask, words=SIZE, size=_size),
        door("Region.within", _region().within, words=SIZE, size=_size),
        door("Region.named", _region().named, label=_one("a"), text=_one("b"), source=_one("c")),
        door(
            "Size",
            dx.Size,
            words=SIDES,
            width=_one(3),
            height=_one(4),
        ),
        door(
            "Mask",
            dx.Mask,
            words=SIZE | {"counts": ("counts", "run lengths")},
            size=_size,
            counts=lambda: _mask().counts,
        ),
        door("Mask.from_array", dx.Mask.from_array, words={"inside": ("mask",)}, inside=_inside),
        door(
            "Mask.from_runs",
            dx.Mask.from_runs,
            words=SIZE | {"runs": ("run lengths",)},
            size=_size,
            runs=_one([10, 20, 738]),
        ),
        door("Mask.nearest", _mask().nearest, x=_one(3), y=_one(4)),
        door(
            "ImageLimits",
            dx.ImageLimits,
            words=dict.fromkeys(LIMITS, ("limits",)),
            **{name: _one(100) for name in LIMITS},
        ),
        door(
            "FetchPolicy",
            dx.FetchPolicy,
            words=dict.fromkeys(POLICY, ("policy", "network")),
            **{name: _of(name) for name in POLICY},
        ),
        door(
            "Transform",
            dx.Transform,
            words=dict.fromkeys(MOVES, ("scale", "shift"))
            | {"before": ("a size",), "after": ("a size",)},
            before=_size,
            after=_size,
            **{name: _one(1.0) for name in MOVES},
        ),
        door("Transform.then", _transform().then, following=_transform),
        door("Transform.xy", _transform().xy, x=_one(1), y=_one(2)),
        door("Transform.box", _transform().box, box=lambda: _region().shape),
        door("Transform.region", _transform().region, words={"region": PLACE}, region=_region),
    ]


LIMITS = ("max_bytes", "max_pixels", "max_side")
MOVES = ("scale_x", "scale_y", "shift_x", "shift_y")
POLICY = (
    *("max_bytes", "max_redirects", "connect_timeout", "read_timeout", "total_timeout"),
    *("allowed_ports", "allowed_domains", "allowed_networks", "ca_file", "resolver"),
)


def _of(name: str) -> Make:
    return lambda: getattr(dx.FetchPolicy(), name)


def _values() -> list[Door]:
    """Pictures, answers and readings, and what they do."""
    answer, sent = _answer(), _answer().sent
    dialect = dx.dialects.get("qwen3_vl")()
    return [
        door(
            "Image",
            dx.Image,
            words={"pixels": ("an image is", "an image needs")},
            pixels=lambda: _image().pixels,
            source=_one("a"),
        ),
        door("Image.save", _image().save, words={"path": ("file",)}, path=_one("a.png")),
        door("Image.crop", _image().crop, words={"region": PLACE}, region=_region),
        door("Image.resize", _image().resize, size=_size),
        door("Image.resize to a side", _image().resize, words=SIDES, width=_one(9), height=_one(8)),
        door("Image.with_", _image().with_, words={"regions": PLACE}, regions=lambda: [_region()]),
        door("Sent.save", sent.save, path=_one("s.json")),
        door(
            "Sent.load",
            dx.Sent.load,
            by_place=1,
            words={"path": ("cannot read",)},
            path=_one("none.json"),
        ),
        door("Sent.from_json", dx.Sent.from_json, words={"text": ("record",)}, text=sent.to_json),
        door("Answer.picture", answer.picture),
        door(
            "dialects.get",
            dx.dialects.get,
            by_place=1,
            words={"name": ("dialect",)},
            name=_one("qwen3_vl"),
        ),
        door(
            "Dialect.say",
            dialect.say,
            words=SIZE | {"regions": PLACE},
            regions=lambda: [_region()],
            size=_size,
        ),
        door("Dialect.read", dialect.read, text=_one("[1, 2, 3, 4]"), size=_size),
        door("Dialect.reader", dialect.reader, size=_size),
        door("Reader.feed", dialect.reader(_size()).feed, by_place=1, text=_one("[1, 2")),
    ]


def _pointing() -> list[Door]:
    """Marks and encodings."""
    look = {"color": _one("red"), "alpha": _one(200), "width": _one(3), "seed": _one(4)}
    share = {"strength": _one(0.5)}
    words = {"region": PLACE, "color": COLOUR}
    return [
        door(
            "Style",
            dx.Style,
            words={"colour": COLOUR},
            color=_one("red"),
            alpha=_one(3),
            width=_one(4),
            profile=_one("plain"),
            seed=_one(3),
            article=_one(True),
        ),
        door("Mark", dx.Mark, words=MARKED, shape=_one("arrow"), region=_region, style=dx.Style),
        door(
            "draw",
            dx.draw,
            by_place=2,
            words={"image": PICTURE, "marks": ("mark", *PLACE)},
            image=_image,
            marks=lambda: [_region()],
        ),
        door(
            "drawn", dx.drawn, by_place=2, words=MARKED, region=_region, shape=_one("arrow"), **look
        ),
        door("said", dx.said, by_place=1, words=words, region=_region),
        door(
            "tagged",
            dx.tagged,
            by_place=1,
            words=words | {"text": ("tag",)},
            region=_region,
            text=_one("A"),
        ),
        door(
            "cropped",
            dx.cropped,
            by_place=1,
            words=words,
            region=_region,
            context=_one(0.5),
            beside=_one(False),
        ),
        door("masked", dx.masked, by_place=1, words=words, region=_region, color=_one("red")),
        door("dimmed", dx.dimmed, by_place=1, words=words, region=_region, **share),
        door("blurred", dx.blurred, by_place=1, words=words, region=_region, **share),
        door(
            "look",
            dx.look,
            by_place=2,
            words={
                "image": (*PICTURE, "none.json"),
                "sources": ("source",),
                "options": ("none.json",),
            },
            image=_image,
            sources=_one(["coco:none.json"]),
            options=_one(None),
        ),
    ]


def _asking() -> list[Door]:
    """A model and all that it is asked."""
    asked = model()
    common = {"image": _image, "question": _one("What is {cup}?")}
    how = {
        **{"regions": lambda: {"cup": _region()}, "history": _one(()), "system": _one("Be brief.")},
        **{"settings": _one(None), "max_new_tokens": _one(9), "temperature": _one(0.0)},
        **{"top_p": _one(None), "seed": _one(3), "stop": _one(()), "strict": _one(False)},
    }
    words = {"image": PICTURE, "question": ("question",), "regions": ("cup", *PLACE)}
    words |= {"what": ("a thing", "what", "question"), "cup": ("cup", *PLACE)}
    words |= {"prompts": ("cannot read",)}
    load = {"dialect": _one(None), "contract": _one(None), "knowledge": _one(None)}
    load |= {"sources": _one(None), "looking": _one(None), "pixel": _one(None)}
    found = {"kind": _one("point"), "many": _one(False), "refine": _one(0), "scale": _one(1.0)}
    name = "openai:gpt-4o@http://127.0.0.1:9/v1"
    return [
        door("Model.ask", asked.ask, by_place=2, words=words, **common, **how),
        door("Model.ask by name", asked.ask, by_place=2, words=words, **common, cup=_region),
        door("Model.stream", asked.stream, by_place=2, words=words, **common, **how),
        door(
            "Model.ask_all",
            asked.ask_all,
            by_place=1,
            words={"questions": ("question",)},
            questions=lambda: [(_image(), "What?")],
            on_error=_one("raise"),
        ),
        door(
            "Model.ask_all of one",
            lambda **one: asked.ask_all([one]),
            words=words,
            **common,
            regions=how["regions"],
        ),
        door(
            "Model.find",
            asked.find,
            by_place=2,
            words=words,
            image=_image,
            what=_one("cup"),
            **found,
            prompt=_one(None),
            prompts=_one(None),
        ),
        door("Model.session", asked.session, by_place=1, words=words, image=_image),
        door(
            "Session.ask",
            asked.session(_image()).ask,
            by_place=1,
            words=words,
            question=_one("What is {cup}?"),
            regions=how["regions"],
        ),
        door("Model.replay", asked.replay, by_place=1, sent=lambda: _answer().sent),
        door(
            "Model",
            dx.Model,
            by_place=1,
            vlm=lambda: asked.vlm,
            dialect=_one(None),
            contract=_one(None),
        ),
        door(
            "load",
            dx.load,
            by_place=1,
            words={"name": ("model", "checkpoint")},
            name=_one(name),
            **load,
        ),
        door(
            "Generation",
            dx.Generation,
            words={"stop": ("stop",)},
            max_new_tokens=_one(3),
            temperature=_one(0.5),
            top_p=_one(0.5),
            seed=_one(3),
            stop=_one(()),
        ),
        door("Question", dx.Question, images=lambda: (_image(),), text=_one("a")),
    ]
