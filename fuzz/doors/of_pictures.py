"""Pictures, what is drawn on them and how a region reaches a model: their doors."""

import deixis as dx
from fuzz.doors.door import Door, door
from fuzz.doors.good_values import (
    COLOUR,
    MARKED,
    PICTURE,
    PLACE,
    SIDES,
    SIZE,
    a_region,
    a_size,
    always,
    an_answer,
    an_image,
)


def of_pictures() -> list[Door]:
    """Pictures, answers and readings, and what they do."""
    answer, sent = an_answer(), an_answer().sent
    dialect = dx.dialects.get("qwen3_vl")()
    return [
        door(
            "Image",
            dx.Image,
            words={"pixels": ("an image is", "an image needs")},
            pixels=lambda: an_image().pixels,
            source=always("a"),
        ),
        door("Image.save", an_image().save, words={"path": ("file",)}, path=always("a.png")),
        door("Image.crop", an_image().crop, words={"region": PLACE}, region=a_region),
        door("Image.resize", an_image().resize, size=a_size),
        door(
            "Image.resize to a side",
            an_image().resize,
            words=SIDES,
            width=always(9),
            height=always(8),
        ),
        door(
            "Image.with_", an_image().with_, words={"regions": PLACE}, regions=lambda: [a_region()]
        ),
        door("Sent.save", sent.save, path=always("s.json")),
        door(
            "Sent.load",
            dx.Sent.load,
            by_place=1,
            words={"path": ("cannot read", "record")},
            path=always("none.json"),
        ),
        door("Sent.from_json", dx.Sent.from_json, words={"text": ("record",)}, text=sent.to_json),
        door("Answer.picture", answer.picture),
        door(
            "dialects.get",
            dx.dialects.get,
            by_place=1,
            words={"name": ("dialect",)},
            name=always("qwen3_vl"),
        ),
        door(
            "Dialect.say",
            dialect.say,
            words=SIZE | {"regions": PLACE},
            regions=lambda: [a_region()],
            size=a_size,
        ),
        door("Dialect.read", dialect.read, text=always("[1, 2, 3, 4]"), size=a_size),
        door("Dialect.reader", dialect.reader, size=a_size),
        door("Reader.feed", dialect.reader(a_size()).feed, by_place=1, text=always("[1, 2")),
    ]


def of_pointing() -> list[Door]:
    """Marks and encodings."""
    look = {"color": always("red"), "alpha": always(200), "width": always(3), "seed": always(4)}
    share = {"strength": always(0.5)}
    words = {"region": PLACE, "color": COLOUR}
    return [
        door(
            "Style",
            dx.Style,
            words={"color": COLOUR},
            color=always("red"),
            alpha=always(3),
            width=always(4),
            profile=always("plain"),
            seed=always(3),
            article=always(True),
        ),
        door("Mark", dx.Mark, words=MARKED, shape=always("arrow"), region=a_region, style=dx.Style),
        door(
            "draw",
            dx.draw,
            by_place=2,
            words={"image": PICTURE, "marks": ("mark", *PLACE)},
            image=an_image,
            marks=lambda: [a_region()],
        ),
        door(
            "drawn",
            dx.drawn,
            by_place=2,
            words=MARKED,
            region=a_region,
            shape=always("arrow"),
            **look,
        ),
        door("said", dx.said, by_place=1, words=words, region=a_region),
        door(
            "tagged",
            dx.tagged,
            by_place=1,
            words=words | {"text": ("tag",)},
            region=a_region,
            text=always("A"),
        ),
        door(
            "cropped",
            dx.cropped,
            by_place=1,
            words=words,
            region=a_region,
            context=always(0.5),
            beside=always(False),
        ),
        door("masked", dx.masked, by_place=1, words=words, region=a_region, color=always("red")),
        door("dimmed", dx.dimmed, by_place=1, words=words, region=a_region, **share),
        door("blurred", dx.blurred, by_place=1, words=words, region=a_region, **share),
        door(
            "look",
            dx.look,
            by_place=2,
            words={
                "image": (*PICTURE, "none.json"),
                "sources": ("source",),
                "options": ("none.json",),
            },
            image=an_image,
            sources=always(["coco:none.json"]),
            options=always(None),
        ),
    ]
