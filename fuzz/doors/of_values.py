"""Regions, masks, frames and limits: the doors of the core."""

import deixis as dx
from fuzz.doors.door import Door, Make, door
from fuzz.doors.good_values import (
    BOX,
    PICTURE,
    PLACE,
    SIDES,
    SIZE,
    TURN,
    a_mask,
    a_region,
    a_size,
    a_transform,
    always,
    an_image,
    inside,
    ring,
)


def of_values() -> list[Door]:
    """Regions, masks, sizes, transforms and limits."""
    edges = {"x0": always(1), "y0": always(2), "x1": always(3), "y1": always(4)}
    oval = {"cx": always(9), "cy": always(9), "rx": always(3), "ry": always(2)}
    extent = {"x": always(1), "y": always(2), "width": always(3), "height": always(4)}
    more = {"points": ("points", "a point", "a polygon", "a stroke"), "width": ("a stroke",)}
    return [
        door(
            "open_image",
            dx.open_image,
            by_place=1,
            words={"image": PICTURE},
            image=an_image,
            limits=dx.ImageLimits,
            fetch=always(None),
        ),
        door(
            "box", dx.box, by_place=4, words=BOX, **edges, format=always("xyxy"), label=always("a")
        ),
        door(
            "box in a row",
            dx.box,
            by_place=1,
            words=BOX,
            numbers=always((0.1, 0.2, 0.3, 0.4)),
            format=always("xywh"),
            size=a_size,
        ),
        door("box_xywh", dx.box_xywh, words=BOX, **extent, label=always("a")),
        door("point", dx.point, by_place=2, words=BOX, x=always(1), y=always(2), label=always("a")),
        door("ellipse", dx.ellipse, words=TURN, **oval, angle=always(0), label=always("a")),
        door(
            "polygon",
            dx.polygon,
            by_place=2,
            words=more | {"more": more["points"]},
            points=ring,
            more=ring,
            label=always("a"),
        ),
        door("stroke", dx.stroke, words=more, points=ring, width=always(3), label=always("a")),
        door("mask", dx.mask, words={"inside": ("mask",)}, inside=inside, label=always("a")),
        door("iou", dx.iou, words={"one": PLACE, "other": PLACE}, one=a_region, other=a_region),
        door(
            "Region",
            dx.Region,
            shape=lambda: a_region().shape,
            label=always("a"),
            text=always("b"),
            score=always(0.5),
            source=always("c"),
        ),
        door("Region.mask", a_region().mask, words=SIZE, size=a_size),
        door("Region.within", a_region().within, words=SIZE, size=a_size),
        door(
            "Region.named",
            a_region().named,
            label=always("a"),
            text=always("b"),
            source=always("c"),
        ),
        door(
            "Size",
            dx.Size,
            words=SIDES,
            width=always(3),
            height=always(4),
        ),
        door(
            "Mask",
            dx.Mask,
            words=SIZE | {"counts": ("counts", "run lengths")},
            size=a_size,
            counts=lambda: a_mask().counts,
        ),
        door("Mask.from_array", dx.Mask.from_array, words={"inside": ("mask",)}, inside=inside),
        door(
            "Mask.from_runs",
            dx.Mask.from_runs,
            words=SIZE | {"runs": ("run lengths",)},
            size=a_size,
            runs=always([10, 20, 738]),
        ),
        door("Mask.nearest", a_mask().nearest, x=always(3), y=always(4)),
        door(
            "ImageLimits",
            dx.ImageLimits,
            words=dict.fromkeys(LIMITS, ("limits",)),
            **{name: always(100) for name in LIMITS},
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
            before=a_size,
            after=a_size,
            **{name: always(1.0) for name in MOVES},
        ),
        door("Transform.then", a_transform().then, following=a_transform),
        door("Transform.xy", a_transform().xy, x=always(1), y=always(2)),
        door("Transform.box", a_transform().box, box=lambda: a_region().shape),
        door("Transform.region", a_transform().region, words={"region": PLACE}, region=a_region),
    ]


LIMITS = ("max_bytes", "max_pixels", "max_side")
MOVES = ("scale_x", "scale_y", "shift_x", "shift_y")
POLICY = (
    *("max_bytes", "max_redirects", "connect_timeout", "read_timeout", "total_timeout"),
    *("allowed_ports", "allowed_domains", "allowed_networks", "ca_file", "resolver"),
)


def _of(name: str) -> Make:
    return lambda: getattr(dx.FetchPolicy(), name)
