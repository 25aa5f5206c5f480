"""Small files in the published forms of every task that reads some."""

import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image as PIL

from deixis.data.tasks import TaskOptions

CIFAR_NAMES = ("airplane", "automobile", "bird")


def pixels(seed: int, width: int = 32, height: int = 32) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def write_picture(path: Path, seed: int, width: int = 14, height: int = 10) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.fromarray(pixels(seed, width, height)).save(path)


def cifar(folder: Path, files: dict[str, int], names_file: str, num_labels: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / names_file).write_text("\n".join(CIFAR_NAMES) + "\n")
    seed = 0
    for name, count in files.items():
        records = b""
        for _ in range(count):
            labels = bytes([9] * (num_labels - 1) + [seed % 3])
            records += labels + pixels(seed).transpose(2, 0, 1).tobytes()
            seed += 1
        (folder / name).write_bytes(records)


def element(kind: int, body: bytes) -> bytes:
    return struct.pack("<II", kind, len(body)) + body + b"\0" * (-len(body) % 8)


def matrix(name: str, values: np.ndarray, *, compressed: bool) -> bytes:
    kinds = {"uint8": 2, "float64": 9}
    body = element(6, struct.pack("<II", 0, 0))
    body += element(5, np.array(values.shape, dtype="<i4").tobytes())
    # a name of up to four letters lies in its own tag
    body += struct.pack("<HH", 1, len(name)) + name.encode().ljust(4, b"\0")
    body += element(kinds[values.dtype.name], values.tobytes(order="F"))
    whole = element(14, body)
    if not compressed:
        return whole
    packed = zlib.compress(whole)
    return struct.pack("<II", 15, len(packed)) + packed


def mat(path: Path, arrays: dict[str, np.ndarray], *, compressed: bool = True) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    header = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
    path.write_bytes(
        header + b"".join(matrix(n, v, compressed=compressed) for n, v in arrays.items())
    )


def svhn(folder: Path, part: str = "test") -> None:
    stacked = np.stack([pixels(i) for i in range(4)], axis=-1)
    mat(folder / f"{part}_32x32.mat", {"X": stacked, "y": np.array([[1.0], [9.0], [10.0], [3.0]])})


def classes(folder: Path, names: tuple[str, ...]) -> None:
    for place, name in enumerate(names):
        for number in range(2 + place):
            write_picture(folder / name / f"{number}.png", seed=10 * place + number)
    (folder / names[0] / "notes.txt").write_text("no picture")


def published(root: Path) -> dict[str, TaskOptions]:
    """The files of every task under a folder, and how each is opened."""
    batches = {f"data_batch_{number}.bin": 2 for number in range(1, 6)} | {"test_batch.bin": 4}
    cifar(root / "cifar10", batches, "batches.meta.txt", 1)
    cifar(root / "cifar100", {"train.bin": 4, "test.bin": 3}, "fine_label_names.txt", 2)
    svhn(root / "svhn")
    classes(root / "folder", ("red_cup", "greenBall"))
    classes(root / "eurosat", ("AnnualCrop", "Forest", "SeaLake"))
    classes(root / "imagenette" / "val", ("n01440764", "n03888257"))
    for number in range(3):
        write_picture(root / "clevr_counts" / "images" / "val" / f"{number}.png", seed=number)
        write_picture(root / "hateful_memes" / "img" / f"{number}.png", seed=number)
        write_picture(root / "json_rows" / f"{number}.png", seed=number)
    scenes = [{"image_filename": f"{n}.png", "objects": [{}] * (n + 3)} for n in range(3)]
    (root / "clevr_counts" / "scenes").mkdir()
    (root / "clevr_counts" / "scenes" / "CLEVR_val_scenes.json").write_text(
        json.dumps({"scenes": scenes})
    )
    memes = [
        {"id": n, "img": f"img/{n}.png", "label": n % 2, "text": f"look  at\n{n}"} for n in range(3)
    ]
    (root / "hateful_memes" / "dev_seen.jsonl").write_text("\n".join(map(json.dumps, memes)))
    rows = [
        {"image": f"{n}.png", "question": "What?", "answer": "a", "choices": ["a", "b"]}
        for n in range(3)
    ]
    (root / "json_rows" / "test.json").write_text(json.dumps(rows))
    parts = {"imagenette": "val"}
    names = ("cifar10", "cifar100", "svhn", "folder", "eurosat", "imagenette")
    names += ("clevr_counts", "hateful_memes", "json_rows")
    return {name: TaskOptions(data=root / name, split=parts.get(name)) for name in names}
