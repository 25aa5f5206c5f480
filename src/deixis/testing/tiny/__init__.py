"""Tiny random models of every family's real classes, for tests, dry runs, `load("tiny:llava")`."""

from pathlib import Path
from types import FunctionType

from deixis.core.catalog import ObjectCatalog
from deixis.models.processors import save_processor
from deixis.testing.tiny.assembly import Tiny

__all__ = ["Tiny", "build", "builders", "names", "save"]

_FILES = {
    "any_shape": ("mistral3", "pixtral", "qwen2_5_vl", "qwen2_vl", "qwen3_vl"),
    "llava": ("fast_vlm", "llava", "llava_next", "llava_onevision", "vipllava"),
    "one_view": ("blip_2", "gemma3", "instructblip", "paligemma"),
    "tiled": ("idefics3", "internvl", "molmo2", "smolvlm"),
}
builders: ObjectCatalog[FunctionType] = ObjectCatalog(
    kind="tiny model",
    package="deixis.testing.tiny",
    group="deixis.tiny_models",
    interface=FunctionType,
    attribute="build",
    rows={name: f"{file}:{name}" for file, names in _FILES.items() for name in names},
    besides=("assembly", "opening", "settings", "tokenizers"),
)


def names() -> list[str]:
    """Every family's name; none of them is imported."""
    return builders.names()


def build(name: str, *, seed: int = 0) -> Tiny:
    """A tiny model of that family comes with its processor; a seed gives the same weights."""
    return builders.get(name)(seed)


def save(name: str, folder: Path, *, seed: int = 0) -> None:
    """A tiny model and its processor are written as a checkpoint that `from_pretrained` reads."""
    tiny = build(name, seed=seed)
    tiny.model.save_pretrained(folder)
    save_processor(tiny.processor, folder)
