"""What the files of a checkpoint may say, read by us before transformers opens any of them.

transformers opens whatever an index of shards names: a pickle beside the weights, a file of another
folder. And it follows an adapter's settings to another model. Here every such name is held to be a
plain one, of a safetensors file beside the index, and every settings file to be of a bounded size.
"""

import functools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from huggingface_hub import snapshot_download

from deixis.core.errors import ModelError, UsageError
from deixis.models.checkpoint_settings import RULES, check_adapter, check_settings

SETTINGS = ("*.json", "*.jinja")  # of a hub's checkpoint: what is read before the weights come
INDEX = ".safetensors.index.json"
PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,250}")  # no separator, no dot in front
MOST_SETTINGS, MOST_WORDS = 2**25, 2**28  # bytes: of a settings file, and of one of a vocabulary
WORDS = ("tokenizer.json", "vocab.json")
PICKLES = frozenset({".bin", ".pt", ".pth", ".ckpt"})
CONVERT = (
    "; its weights are pickles, which can run code, so they stay shut. Make them safetensors once, "
    "without running what they hold: deixis models convert FOLDER --out NEW"
)
MOST_HEADER = 2**25  # bytes that name the tensors of one file; 100,000 of them take a third


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedPlace:
    """Where a checkpoint lies whose files were looked at, in the words of transformers."""

    name: str  # a folder, or a hub id
    revision: str | None  # of a hub id the commit that was looked at

    @property
    def pinned(self) -> dict[str, str]:
        """The revision as `from_pretrained` takes it, where there is one."""
        return {} if self.revision is None else {"revision": self.revision}


def checked(name: str, revision: str | None = None) -> CheckedPlace:
    """The folder of that name, or else the hub id; UsageError for what is neither, ModelError where
    a file of it says what it may not.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        check_folder(name, folder)
        return CheckedPlace(name=str(folder), revision=revision)
    if name.startswith((".", "/", "~")) or name.count("/") > 1:
        raise UsageError(f"there is no folder {name!r}; a model of the hub is named OWNER/NAME")
    return _of_hub(name, revision)


@functools.cache  # a process loads one commit of each
def _of_hub(name: str, revision: str | None) -> CheckedPlace:
    snapshot = Path(
        snapshot_download(
            name, revision=revision, allow_patterns=list(SETTINGS), ignore_patterns=["*/*/*"]
        )
    )
    check_folder(name, snapshot, is_whole=False)
    return CheckedPlace(name=name, revision=snapshot.name)


def check_folder(name: str, folder: Path, *, is_whole: bool = True) -> None:
    """ModelError where a settings file is too large or names what is not to be opened. `is_whole`:
    the weights lie there too.
    """
    for path in sorted(folder.glob("*.json")):
        most = MOST_WORDS if path.name in WORDS else MOST_SETTINGS
        if not path.is_file() or path.stat().st_size > most:
            raise ModelError(f"{path.name} of {name!r} is no file of at most {most} bytes")
        if path.name in RULES:
            stat = path.stat()
            _check_settings(name, path, (stat.st_mtime_ns, stat.st_size))
    for path in sorted(folder.glob(f"*{INDEX}")):
        _check_index(name, path, is_whole=is_whole)
    if (folder / "config.json").is_file():
        _check_config(name, folder)
    for path in sorted(folder.glob("*.safetensors")):
        _check_header(name, path)


@functools.lru_cache(maxsize=256)  # a vocabulary is long; the model, its processor and more ask
def _check_settings(name: str, path: Path, version: tuple[int, int]) -> None:
    try:
        told = read_settings(name, path)
    except ValueError:  # transformers will say so, each of its classes in its own words
        return
    check_settings(name, path.name, told)
    if path.name == "adapter_config.json":
        check_adapter(name, told)


def check_weights(name: str, folder: Path) -> None:
    """ModelError where a folder has no safetensors; a pickle in it is never opened."""
    if folder.is_dir() and not any(folder.glob("*.safetensors")):
        is_pickled = any(path.suffix in PICKLES for path in folder.iterdir())
        raise ModelError(f"{name!r} has no .safetensors file{CONVERT if is_pickled else ''}")


@contextmanager
def only_safetensors(name: str) -> Iterator[None]:
    """The same of a hub id, where transformers finds that there are none."""
    try:
        yield
    except OSError as refusal:
        if "safetensors" not in str(refusal) or "does not appear to have" not in str(refusal):
            raise
        raise ModelError(
            f"{name!r} has no .safetensors file{CONVERT} (hf download {name} --local-dir FOLDER)"
        ) from None


def read_settings(name: str, path: Path) -> dict[str, Any]:  # Any: JSON
    """A JSON object; ValueError where the file holds none, which callers say in their words."""
    try:
        told = json.loads(path.read_text("utf-8"))
    except RecursionError:
        raise ModelError(f"{path.name} of {name!r} is nested too deeply to be read") from None
    except ValueError as broken:
        raise ValueError(f"{path.name} is not a valid JSON file ({broken})") from None
    if not isinstance(told, dict):
        raise ValueError(f"{path.name} holds no JSON object")
    return told


def _check_index(name: str, path: Path, *, is_whole: bool) -> None:
    told = read_settings(name, path)
    shards = told.get("weight_map")
    if not isinstance(shards, dict) or not shards:
        raise ModelError(f"{path.name} of {name!r} has no weight_map: weights and their files")
    for shard in {str(one): one for one in shards.values()}.values():
        _check_named(name, path, shard, endings=(".safetensors",))
        if is_whole and not (path.parent / shard).is_file():
            raise ModelError(f"{path.name} of {name!r} names {shard}, which is not there")


def _check_config(name: str, folder: Path) -> None:
    told = read_settings(name, folder / "config.json")
    if told.get("transformers_weights") is not None:
        endings = (".safetensors", INDEX)
        _check_named(name, folder / "config.json", told["transformers_weights"], endings=endings)
    if (folder / "adapter_config.json").is_file():
        raise ModelError(
            f"{name!r} has both config.json and adapter_config.json, so that another model would "
            "be loaded; load that one, and give this folder as its adapter"
        )


def _check_named(name: str, path: Path, shard: object, *, endings: tuple[str, ...]) -> None:
    is_plain = isinstance(shard, str) and PLAIN.fullmatch(shard) and shard.endswith(endings)
    if not is_plain:
        raise ModelError(
            f"{path.name} of {name!r} names {str(shard)[:80]!r} as weights; only the plain name of "
            "a .safetensors file beside it is opened"
        )


def _check_header(name: str, path: Path) -> None:
    if not path.is_file():
        raise ModelError(f"{path.name} of {name!r} is no file")
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
    if length > MOST_HEADER:
        raise ModelError(
            f"the weights of {name!r} cannot be loaded: {path.name} is no safetensors file, its "
            f"header would have {length} bytes"
        )
