"""Opening checkpoints of transformers: safetensors only, none of their code, failures in a line."""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers import AutoConfig, AutoImageProcessor, AutoTokenizer
from transformers.utils import logging

from deixis.core.errors import DeixisError, MissingExtraError, ModelError, UsageError
from deixis.core.progress import WeightsTold, who_is_told
from deixis.models.checkpoint_files import CheckedPlace, check_weights, checked, only_safetensors
from deixis.models.device_and_dtype import (
    AUTO,
    checked_device,
    move,
    torch_dtype,
    usual_device,
    usual_dtype,
)
from deixis.models.meta_tensors import hollow_model, is_hollow

BAR = "Loading weights"  # what transformers calls its own
PACKAGES = ("timm", "torchvision", "scipy")  # that some of transformers' classes ask for
EXTRAS = {"num2words": "smolvlm"}  # the same of processors, and the extra of ours that brings each
# what transformers raises on a checkpoint that it cannot open
BROKEN = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    AssertionError,
    ArithmeticError,
    MemoryError,
    SafetensorError,
    StrictDataclassError,
)


def where(name: str) -> str:
    """The folder of that name, or else the hub id."""
    folder = Path(name).expanduser()
    return str(folder) if folder.is_dir() else name


def loaded(
    kind: Any,  # Any: transformers' own classes
    name: str,
    *,
    revision: str | None = None,
    trust_remote_code: bool = False,
    **settings: Any,
) -> Any:
    """What that class loads from a folder or hub id. Code that lies there is run for those who
    trust it alone, and nobody is asked on the terminal whether it may be.
    """
    place = checked(name, revision)
    settings |= {**place.pinned, "trust_remote_code": trust_remote_code}
    if settings.get("use_safetensors"):
        check_weights(name, Path(place.name))
        if is_hollow():
            return _hollow(kind, place, settings)
    with only_safetensors(name):
        return kind.from_pretrained(place.name, **settings)


def _hollow(kind: Any, place: CheckedPlace, settings: Mapping[str, Any]) -> Any:
    config = settings.get("config")
    if config is None:
        config = AutoConfig.from_pretrained(place.name, trust_remote_code=False, **place.pinned)
    dtype = settings.get("dtype", torch.float32)
    model = hollow_model(kind, config, dtype if isinstance(dtype, torch.dtype) else None)
    nothing: dict[str, Any] = {"mismatched_keys": [], "missing_keys": []}
    return (model, nothing) if settings.get("output_loading_info") else model


def load_model(
    name: str,
    kind: Any,  # Any: transformers' own classes
    *,
    unread: tuple[str, ...] = (),
    **settings: Any,
) -> Any:
    """The model of that class; ModelError where a weight is missing or has another shape. Names
    that begin as one of `unread` may be missing: nobody reads what they make.
    """
    with said(f"the weights of {name!r} cannot be loaded"), _counted_weights():
        model, report = loaded(
            kind,
            name,
            use_safetensors=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # they are in the report, and refused below
            **settings,
        )
    _check_report(name, report, unread)
    return model


@contextmanager
def _counted_weights() -> Iterator[None]:
    """Where somebody is told how many weights are loaded, transformers draws no bar of its own."""
    told = who_is_told()
    if told is None:
        yield
        return

    def counted(bar: Callable[..., Any], args: Any, kwargs: Any) -> Any:  # Any: as tqdm takes them
        return _counted(args[0], told) if kwargs.get("desc") == BAR else bar(*args, **kwargs)

    before = logging.set_tqdm_hook(counted)
    try:
        yield
    finally:
        logging.set_tqdm_hook(before)


def _counted(weights: Collection[Any], told: WeightsTold) -> Iterator[Any]:  # Any: transformers'
    for number, weight in enumerate(weights):
        told(number, len(weights))
        yield weight
    told(len(weights), len(weights))


def load_weights(
    name: str,
    kind: Any,  # Any: transformers' own classes
    *,
    dtype: str | torch.dtype = torch.float32,
    **settings: Any,
) -> Any:
    """The same to be asked and not trained."""
    return load_model(name, kind, dtype=dtype, **settings).eval().requires_grad_(False)


def load_placed(name: str, kind: Any, **settings: Any) -> Any:  # Any: transformers' own classes
    """The same where models usually go, and in the numbers that they usually have: on the CPU in
    float32 if nobody says otherwise.
    """
    said = usual_dtype() or "float32"
    dtype = said if said == AUTO else torch_dtype(said)
    device = checked_device(usual_device() or "cpu")
    model = load_weights(name, kind, dtype=dtype, **settings)
    move(model, device)
    return model


def _check_report(name: str, report: Mapping[str, Any], unread: tuple[str, ...]) -> None:
    """`report` is what transformers tells of the loading."""
    misfits = [str(key[0]) for key in report["mismatched_keys"]]
    missing = [str(key) for key in report["missing_keys"] if not str(key).startswith(unread)]
    for problem, keys in (("another shape", misfits), ("no values", missing)):
        if keys:
            some = ", ".join(sorted(keys)[:3])
            raise ModelError(f"the weights of {name!r} have {problem} for {len(keys)}: {some}")


def load_tokenizer(name: str) -> Any:  # Any: transformers' own class
    """The tokenizer that lies beside the weights."""
    with said(f"the tokenizer of {name!r} cannot be loaded"):
        return loaded(AutoTokenizer, name)


def load_image_processor(name: str) -> Any:  # Any: transformers' own class
    """The same of what prepares pictures, by Pillow's resize, which needs no torchvision."""
    with said(f"the image processor of {name!r} cannot be loaded"):
        return loaded(AutoImageProcessor, name, backend="pil")


@contextmanager
def said(problem: str) -> Iterator[None]:
    """Say in one line of ours what transformers says in a traceback."""
    try:
        yield
    except ImportError as error:
        raise missing_package(problem, error) from None
    except json.JSONDecodeError as error:
        raise ModelError(f"{problem}: a file is not valid JSON ({error})") from None
    except BROKEN as error:
        raise ModelError(f"{problem}: {gist(error)}") from None
    except Exception as error:  # noqa: BLE001  # the class that tokenizers raises is this one
        raise of_tokenizers(problem, error) from None


def of_tokenizers(problem: str, error: Exception) -> Exception:
    """The same for what tokenizers, which are native code, raise; any other error is itself."""
    return ModelError(f"{problem}: {gist(error)}") if type(error) is Exception else error


def missing_package(problem: str, error: ImportError) -> DeixisError:
    """The same where a package is not there, with its pip install where that is known."""
    for package, extra in EXTRAS.items():
        if package in str(error):
            return MissingExtraError(package=package, extra=extra, needed_for="this processor")
    for package in PACKAGES:
        if re.search(rf"\b{package}\b", str(error)):
            return UsageError(f"{problem}: it needs the package {package!r}: pip install {package}")
    return ModelError(f"{problem}: {gist(error)}")


def gist(error: Exception) -> str:
    """The first two lines of a message as one, without its full stop."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2]).rstrip(".") or type(error).__name__
