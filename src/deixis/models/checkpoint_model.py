"""A checkpoint on disk or on the hub as a model, from safetensors only; or one loaded already."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from transformers import (
    MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING,
    AutoConfig,
    AutoModelForImageTextToText,
    BitsAndBytesConfig,
    CLIPImageProcessorPil,
    LlavaImageProcessorPil,
)

from deixis.core.errors import (
    DeixisError,
    ModelError,
    UnknownNameError,
    UnsupportedError,
    UsageError,
)
from deixis.core.image import Image
from deixis.core.optional_parts import require_package
from deixis.models.checkpoint_files import check_folder, check_weights, checked
from deixis.models.checkpoints import BROKEN, gist, load_model, loaded, of_tokenizers, said, where
from deixis.models.device_and_dtype import (
    AUTO,
    checked_device,
    move,
    torch_dtype,
    usual_device,
    usual_dtype,
)
from deixis.models.families import families, family_of
from deixis.models.generic import GenericModel
from deixis.models.interface import Generation, Question, VisionLanguageModel
from deixis.models.load_by_name import SHIPPED, options_of
from deixis.models.meta_tensors import is_hollow
from deixis.models.processors import load_processor, require_torchvision
from deixis.models.transformers_model import TransformersModel

QUANTIZED = ("4bit", "8bit")
# numbers that a byte of weights may hold, packed as tightly as any, and those that no file needs
PACKED, FREE = 8, 2**22
MOST_ON_CPU = 2**30  # numbers of a model that is tried there: of a larger one it takes too long
PICTURE = (48, 64)  # rows and columns
CUTTING = (CLIPImageProcessorPil, LlavaImageProcessorPil)
KEPT = (
    "do_resize",
    "size",
    "resample",
    "do_center_crop",
    "crop_size",
    "do_rescale",
    "rescale_factor",
    "do_normalize",
    "image_mean",
    "image_std",
    "do_convert_rgb",
)


CONVOLUTIONAL = 16  # convolutions that a tower has at least; others begin with one


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Loading:
    """How a checkpoint is loaded; the words are those of transformers."""

    device: str | torch.device | None = None  # None: $DEIXIS_DEVICE, else the CPU
    device_map: Any = None  # Any: "auto" or a dict; needs accelerate
    dtype: str | torch.dtype | None = None  # "auto": as it was saved; None: $DEIXIS_DTYPE, else so
    quantize: str | None = None  # "4bit" or "8bit"; needs bitsandbytes
    adapter: str | Path | None = None  # folder of a LoRA adapter; needs peft
    revision: str | None = None  # branch, tag or commit on the hub
    trust_remote_code: bool = False  # runs code that the checkpoint brings
    attn_implementation: str | None = None  # "sdpa", "eager", "flash_attention_2"
    batch_size: int = 8  # questions answered at once

    @property
    def goes_to(self) -> str | torch.device | None:
        """The device that somebody chose; None: nobody, or transformers does."""
        is_placed = self.device_map is not None or self.quantize is not None
        return self.device if is_placed or self.device is not None else usual_device()

    @property
    def numbers(self) -> str | torch.dtype:
        """The dtype that somebody chose, or "auto"."""
        return self.dtype or usual_dtype() or AUTO

    @property
    def trust(self) -> dict[str, Any]:
        """Which commit is opened, and whether its code is run."""
        return {"revision": self.revision, "trust_remote_code": self.trust_remote_code}

    def record(self) -> dict[str, str]:
        """What of it answers depend on."""
        told = {
            "revision": self.revision,
            "quantize": self.quantize,
            "adapter": self.adapter,
            "attn_implementation": self.attn_implementation,
        }
        return {name: str(value) for name, value in told.items() if value is not None}

    def __post_init__(self) -> None:
        if self.device is not None and (self.device_map is not None or self.quantize):
            raise UsageError("device_map and quantize choose the device themselves; drop device")
        if self.quantize is not None and self.quantize not in QUANTIZED:
            raise UnknownNameError(kind="quantization", name=str(self.quantize), known=QUANTIZED)
        if self.device is not None:
            checked_device(self.device)
        if self.numbers != AUTO:
            torch_dtype(self.numbers)
        if self.quantize is not None:
            require_package("bitsandbytes", extra="quantize", needed_for="quantize")
        if self.device_map is not None:
            require_package("accelerate", extra="big", needed_for="device_map")
        if self.adapter is not None:
            require_package("peft", extra="tune", needed_for="a LoRA adapter")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A model and the processor that belongs to it."""

    model: Any  # Any: transformers' own classes
    processor: Any


def load_checkpoint(
    place: str, *, name: str, **options: Any
) -> VisionLanguageModel:  # Any: fields of Loading
    """The checkpoint in a folder or on the hub, under that name."""
    loading = options_of(Loading, options)
    opened = open_checkpoint(place, loading)
    model = wrap(
        opened.model,
        opened.processor,
        name=name,
        batch_size=loading.batch_size,
        loading=loading.record(),
    )
    # a hollow one has no numbers to try, and of the one in this package the parts fit together
    is_known = name == SHIPPED and not options
    if loading.device_map is None and not is_hollow() and not is_known:
        _try_out(model, opened.model)
    return model


def wrap(
    model: Any,  # Any: transformers' own classes
    processor: Any,
    *,
    name: str,
    batch_size: int = 8,
    loading: Mapping[str, str] | None = None,
) -> VisionLanguageModel:
    """A model and processor that you have loaded yourself; a peft model's adapters stay active."""
    if batch_size < 1:
        raise UsageError(f"batch_size is at least 1, got {batch_size}")
    if not hasattr(processor, "image_processor") or not hasattr(processor, "tokenizer"):
        raise UsageError(
            f"a processor of pictures and words is needed (AutoProcessor), got "
            f"{type(processor).__name__}"
        )
    if hasattr(model, "get_base_model"):  # peft puts its layers inside the model that it wraps
        model = model.get_base_model()
    tokenizer = processor.tokenizer
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    family = family_of(model.config)
    if family not in families.names():
        return GenericModel(
            name=name,
            model=model,
            processor=processor,
            batch_size=batch_size,
            loading=loading or {},
        )
    return TransformersModel(
        name=name,
        family=families.get(family)(model, processor),
        batch_size=batch_size,
        loading=loading or {},
    )


def pad_to_squares(model: VisionLanguageModel) -> VisionLanguageModel:
    """The model with nothing of a picture cut off: shorter sides are filled with the mean colour.

    The processor says so, and is saved with what is trained.
    """
    before = model.family.image_processor if isinstance(model, TransformersModel) else None
    if not isinstance(model, TransformersModel) or not isinstance(before, CUTTING):
        raise UnsupportedError(f"{model.name} does not cut pictures to squares; leave pad=false")
    processor = copy.copy(model.family.processor)
    settings = {name: getattr(before, name) for name in KEPT}
    processor.image_processor = LlavaImageProcessorPil(**settings, do_pad=True)
    return replace(model, family=type(model.family)(model.family.model, processor))


def open_checkpoint(name: str, loading: Loading) -> Opened:
    """The model and processor of a folder or hub id."""
    place = where(name)
    with said(f"the configuration of {name!r} cannot be read"):
        config = loaded(AutoConfig, name, **loading.trust)
    _check_kind(name, config, loading)
    check_weights(name, Path(place))
    if loading.adapter is not None:
        _check_adapter(Path(loading.adapter).expanduser())
    with said(f"the processor of {name!r} cannot be loaded"):
        processor = load_processor(
            _processed(place, loading.adapter),
            **checked(name, loading.revision).pinned,
            trust_remote_code=loading.trust_remote_code,
        )
    if not hasattr(processor, "image_processor") or not hasattr(processor, "tokenizer"):
        raise ModelError(
            f"{name!r} has no processor of pictures and words: its folder needs "
            "processor_config.json (or preprocessor_config.json) and the tokenizer's files"
        )
    with said(f"the weights of {name!r} cannot be loaded"):
        _check_size(name, config, Path(place))
    model = _model(name, config, loading)
    if is_hollow():
        return Opened(model=model.eval(), processor=processor)
    if loading.adapter is not None:
        _adapt(model, Path(loading.adapter).expanduser())
    if loading.goes_to is not None:
        move(model, loading.goes_to)
    _lay_out(model)
    return Opened(model=model.eval(), processor=processor)


def _lay_out(model: Any) -> None:  # Any: transformers is untyped
    """A tower of convolutions has its channels last on a processor, where that is a quarter to a
    third quicker.
    """
    convolutions = [one for one in model.modules() if isinstance(one, torch.nn.Conv2d)]
    is_here = all(one.weight.device.type == "cpu" for one in convolutions)
    if len(convolutions) >= CONVOLUTIONAL and is_here:
        for one in convolutions:
            one.weight.data = one.weight.data.to(memory_format=torch.channels_last)


def _processed(place: str, adapter: str | Path | None) -> str:
    """Where the processor lies: with the adapter, if that was trained with one of its own."""
    folder = None if adapter is None else Path(adapter).expanduser()
    if folder is not None and folder.is_dir():
        check_folder(str(folder), folder)
    is_own = folder is not None and (folder / "processor_config.json").is_file()
    return str(folder) if is_own else place


def _model(name: str, config: Any, loading: Loading) -> Any:  # Any: transformers' own classes
    settings: dict[str, Any] = {
        "config": config,
        "dtype": loading.numbers if loading.numbers == AUTO else torch_dtype(loading.numbers),
    }
    if loading.device_map is not None:
        settings["device_map"] = loading.device_map
    if loading.attn_implementation is not None:
        settings["attn_implementation"] = loading.attn_implementation
    if loading.quantize is not None:
        settings["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=loading.quantize == "4bit",
            load_in_8bit=loading.quantize == "8bit",
            bnb_4bit_quant_type="nf4",
            bnb_4bit_compute_dtype=(
                torch.bfloat16 if loading.numbers == AUTO else torch_dtype(loading.numbers)
            ),
        )
    return load_model(name, AutoModelForImageTextToText, **loading.trust, **settings)


def _check_kind(name: str, config: Any, loading: Loading) -> None:
    own_code = loading.trust_remote_code and getattr(config, "auto_map", None)
    if type(config) not in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING and not own_code:
        raise ModelError(
            f"{name!r} is a {config.model_type} model, which does not answer in text about pictures"
        )
    if config.model_type == "molmo2":
        require_torchvision("the image processor of Molmo 2")


def _check_size(name: str, config: Any, folder: Path) -> None:  # Any: transformers' own classes
    """ModelError where a configuration tells of a far larger model than its weights are, which
    would be filled with random numbers before anybody found out.
    """
    if not folder.is_dir() or type(config) not in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING:
        return
    with torch.device("meta"):
        empty: Any = AutoModelForImageTextToText.from_config(config)
    told = sum(weight.numel() for weight in empty.parameters())
    held = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    if told > PACKED * held + FREE:
        raise ModelError(
            f"the configuration of {name!r} tells of {told:,} numbers, its weights are {held:,} "
            "bytes"
        )


def _check_adapter(folder: Path) -> None:
    """What is no LoRA adapter is refused before the weights are read."""
    if not (folder / "adapter_config.json").is_file():
        raise UsageError(f"{str(folder)!r} is no LoRA adapter: it has no adapter_config.json")
    if not (folder / "adapter_model.safetensors").is_file():
        raise ModelError(f"the adapter {str(folder)!r} has no adapter_model.safetensors")


def _adapt(model: Any, folder: Path) -> None:
    """Put a LoRA adapter into the model."""
    with said(f"the adapter {str(folder)!r} does not fit this model"):
        report = model.load_adapter(str(folder))
    if report.missing_keys or report.unexpected_keys or report.mismatched_keys:
        raise ModelError(f"the adapter {str(folder)!r} was trained on another model")


def _try_out(model: VisionLanguageModel, module: torch.nn.Module) -> None:
    """Ask for one token; ModelError where the parts of a checkpoint do not fit together. What the
    model refuses in our own words it refuses again when it is asked.
    """
    weights = list(module.parameters())
    is_here = all(weight.device.type != "meta" for weight in weights)
    is_slow = any(weight.device.type == "cpu" for weight in weights)
    if not is_here or (is_slow and sum(weight.numel() for weight in weights) > MOST_ON_CPU):
        return
    picture = Image(pixels=np.full((*PICTURE, 3), 127, dtype=np.uint8))
    problem = f"{model.name!r} cannot be asked, its parts do not fit together"
    try:
        model.generate([Question(pictures=(picture,), text="?")], Generation(max_new_tokens=1))
    except DeixisError:
        return
    except BROKEN as error:
        raise ModelError(f"{problem}: {gist(error)}") from error
    except Exception as error:  # the class that tokenizers raises is this one
        raise of_tokenizers(problem, error) from error
