"""Eight small models in the real classes of transformers, each as different as the papers' are.

One file is one architecture. All share a kind of vocabulary (`tokenizer`), 12 x 12 patches of 16
pixels, and a language side of four layers. `build` gives them untrained; the recipes teach them.
The default is trained and ships with the product as "nano", its readers with the laboratory.
"""

from collections.abc import Sequence
from pathlib import Path
from types import FunctionType

from torch import Tensor
from transformers import EfficientNetModel

from deixis.core.catalog import ObjectCatalog
from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.files import cache_folder
from deixis.models.load_by_name import SHIPPED, shipped_folder
from deixis.models.processors import save_processor
from deixis_lab.towers.lite import gate_weights
from deixis_lab.zoo.nano._nano import PATCH, PATCHES, SIDE, Nano
from deixis_lab.zoo.nano._tokenizer import tokenizer

__all__ = [
    "PATCH",
    "PATCHES",
    "SIDE",
    "Nano",
    "build",
    "cache",
    "called",
    "folder_of",
    "names",
    "pack",
    "save",
    "tokenizer",
]

READERS = Path(__file__).parents[1] / "readers"  # that the default's training left
DEFAULT = "fast_vlm"
PREFIX = f"{SHIPPED}:"


architectures: ObjectCatalog[FunctionType] = ObjectCatalog(
    kind="nano architecture",
    package="deixis_lab.zoo.nano",
    group="deixis.nano_architectures",
    interface=FunctionType,
    attribute="build",
)


def names() -> list[str]:
    """Every architecture; imports none of them."""
    return architectures.names()


def cache() -> Path:
    """Where the other architectures lie once `deixis lab build` has made them."""
    return cache_folder() / "nano"


def called(architecture: str) -> str:
    """The name by which an architecture's trained model is loaded."""
    return SHIPPED if architecture == DEFAULT else PREFIX + architecture


def folder_of(name: str) -> Path:
    """The checkpoint that "nano", "nano:ARCHITECTURE" or a folder's path means: one that was built
    here comes before the one that ships.
    """
    if name == SHIPPED:
        return shipped_folder()
    if not name.startswith(PREFIX):
        return Path(name).expanduser()
    architecture = name.removeprefix(PREFIX)
    _check_known(architecture)
    folder = cache() / architecture / "model"
    if not (folder / "config.json").is_file():
        folder = shipped_folder() if architecture == DEFAULT else folder
    if not (folder / "config.json").is_file():
        raise UsageError(f"{name} is not built yet: deixis lab build {architecture}")
    return folder


def build(name: str, *, words: Sequence[str], seed: int = 0) -> Nano:
    """An untrained model and its processor; the same seed and words give the same of both."""
    return architectures.get(name)(tokenizer(words), seed)


def save(nano: Nano, folder: Path) -> None:
    """Write a checkpoint that `from_pretrained` of plain transformers reads."""
    nano.model.save_pretrained(folder, state_dict=_state(nano))
    save_processor(nano.processor, folder)


def pack(nano: Nano, folder: Path) -> None:
    """The same with the weights stored in half precision; they are loaded as float32."""
    halves: dict[int, Tensor] = {}  # tied weights stay one
    packed = {}
    for name, weight in _state(nano).items():
        key = weight.data_ptr()
        if key not in halves:
            halves[key] = weight.half() if weight.is_floating_point() else weight
        packed[name] = halves[key]
    nano.model.save_pretrained(folder, state_dict=packed)
    save_processor(nano.processor, folder)


def _state(nano: Nano) -> dict[str, Tensor]:
    """All weights, with those of gates that training leaves out."""
    state: dict[str, Tensor] = {}
    for name, part in nano.model.named_modules():
        if isinstance(part, EfficientNetModel):
            state |= {f"{name}.{key}": weight for key, weight in gate_weights(part).items()}
    return state | nano.model.state_dict()


def _check_known(name: str) -> None:
    if name not in names():
        raise UnknownNameError(kind="nano architecture", name=name, known=names())
