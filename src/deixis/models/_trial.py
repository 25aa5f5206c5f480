"""Whether the files of a checkpoint fit together: sizes before loading, one question after it."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING, AutoModelForImageTextToText

from deixis.core.errors import DeixisError, ModelError
from deixis.core.image import Image
from deixis.models.checkpoints import BROKEN, gist, of_tokenizers
from deixis.models.interface import Generation, Question, VisionLanguageModel

# numbers that a byte of weights may hold, packed as tightly as any, and those that no file needs
PACKED, FREE = 8, 2**22
MOST_ON_CPU = 2**30  # numbers of a model that is tried there: of a larger one it takes too long
PICTURE = (48, 64)  # rows and columns


def check_size(name: str, config: Any, folder: Path) -> None:  # Any: transformers' own classes
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


def try_out(model: VisionLanguageModel, module: torch.nn.Module) -> None:
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
