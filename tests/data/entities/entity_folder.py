"""A folder of entities with every mistake that a folder can have."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from deixis.core import region_json
from deixis.core.region import box


def noise(seed: int, size: tuple[int, int] = (40, 33)) -> Image.Image:
    """A picture of its own."""
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def good_folder(folder: Path, *, per_entity: int = 3) -> Path:
    """Three entities without a mistake; those of an entity are alike."""
    for number, name in enumerate(("red_fox", "tea pot", "zebra")):
        (folder / name).mkdir(parents=True)
        for place in range(per_entity):
            base = np.asarray(noise(number)).astype(int)
            own = np.asarray(noise(100 + 10 * number + place)).astype(int) // 4
            pixels = (base * 3 // 4 + own).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{place}.png")
    return folder


def bad_folder(folder: Path) -> Path:
    """The same with a broken, a tiny, a duplicate, a shared picture, and an empty entity."""
    good_folder(folder)
    (folder / "zebra" / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    noise(50, (40, 5)).save(folder / "zebra" / "tiny.png")
    (folder / "zebra" / "again.png").write_bytes((folder / "zebra" / "0.png").read_bytes())
    noise(51).save(folder / "zebra" / "shared.png")
    noise(51).save(folder / "tea pot" / "shared.png")
    (folder / "zebra" / "notes.txt").write_text("no picture")
    (folder / "yak").mkdir()
    (folder / ".hidden").mkdir()
    return folder


def good_list(folder: Path) -> Path:
    """The good folder's pictures as a list, one with a region."""
    good_folder(folder)
    rows = [
        {"entity": "fox", "images": ["red_fox/0.png", "red_fox/1.png"]},
        {"entity": "pot", "image": "tea pot/0.png"},
        {
            "entity": "pot",
            "image": "tea pot/1.png",
            "region": region_json.to_record(box(2, 3, 30, 31)),
        },
        {"entity": "pot", "image": "tea pot/missing.png"},
    ]
    file = folder / "list.json"
    file.write_text(json.dumps(rows))
    return file
