"""A tiny model as a checkpoint, which can be trained anew under the same name."""

from pathlib import Path

from deixis.testing import tiny


def tiny_folder(folder: Path, *, family: str = "llava", seed: int = 0) -> None:
    built = tiny.build(family, seed=seed)
    built.model.save_pretrained(folder)
    built.processor.save_pretrained(folder)
