"""Rows of conversations and their pictures."""

import json

import numpy as np
from PIL import Image

CUP = {"kind": "box", "box": [1, 2, 20, 15]}


def row(number, **changes):
    said = [
        {"from": "human", "value": "<image>\nWhat is this?"},
        {"from": "gpt", "value": "A cup."},
    ]
    return {"id": str(number), "image": f"{number % 3}.png", "conversations": said} | changes


def more_turns(*values):
    """Conversations of these words, human first."""
    speakers = ("human", "gpt")
    return [{"from": speakers[i % 2], "value": value} for i, value in enumerate(values)]


def write_rows(folder, rows, name="data.json"):
    """The file and the folder of pictures."""
    pictures = folder / "pictures"
    pictures.mkdir(exist_ok=True)
    for i in range(3):
        pixels = np.random.default_rng(i).integers(0, 256, (24 + i, 30, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(pictures / f"{i}.png")
    (pictures / "broken.png").write_bytes(b"no picture")
    file = folder / name
    lines = [one if isinstance(one, str) else json.dumps(one) for one in rows]
    whole = "\n".join(lines) if name.endswith(".jsonl") else f"[{','.join(lines)}]"
    file.write_text(whole)
    return file, pictures
