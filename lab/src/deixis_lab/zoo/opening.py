"""Opening a nano model that was built here by its name: "nano:llava"."""

from typing import Any

from deixis.models.checkpoint_model import load_checkpoint
from deixis.models.interface import VisionLanguageModel
from deixis.models.opener import Opener
from deixis_lab.zoo import nano


def open_nano(name: str, **options: Any) -> VisionLanguageModel:  # Any: fields of Loading
    """The model that `deixis lab build` made; UsageError where it has not yet."""
    return load_checkpoint(str(nano.folder_of(name)), name=name, **options)


NANO = Opener(open=open_nano)
