"""Processors of transformers that prepare the same pixels with torchvision and without it.

With it, transformers resizes by torchvision, and `backend="pil"` also reaches the video processors,
which have no Pillow way: the whole is loaded as transformers does, and its picture part by Pillow.

Without it, three things in transformers 5.23 refuse, though pictures need none of it: processors
with a video part (Qwen-VL, InternVL, SmolVLM, LLaVA-OneVision) want a video processor, loading
them looks for one, and `PixtralProcessor` takes one function from a file that imports torchvision.
"""

import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, final

import transformers
from transformers import AutoImageProcessor, AutoProcessor
from transformers.processing_utils import ProcessorMixin
from transformers.utils.hub import PushToHubMixin
from transformers.utils.import_utils import is_torchvision_available

from deixis.core.errors import MissingExtraError

_LOCK = threading.RLock()
_MISSING = object()
_PIXTRAL = "transformers.models.pixtral"


def require_torchvision(needed_for: str) -> None:
    """Raise MissingExtraError where torchvision is missing."""
    if not is_torchvision_available():
        raise MissingExtraError(package="torchvision", extra="video", needed_for=needed_for)


def load_processor(place: str, **settings: Any) -> Any:  # Any: transformers' own classes
    """The processor of a folder or hub id. Pillow prepares its pictures, wherever there is a way:
    Pillow's resize is the one that the differentiable preparation equals.
    """
    with without_video():
        processor: Any = AutoProcessor.from_pretrained(place, **settings)
    pictures = getattr(processor, "image_processor", None)
    if getattr(pictures, "backend", None) == "torchvision":
        # of Molmo 2's, which has no Pillow way, this gives torchvision's again
        processor.image_processor = AutoImageProcessor.from_pretrained(
            place, backend="pil", **settings
        )
    return processor


def save_processor(processor: Any, folder: Path) -> None:  # Any: transformers' own class
    """Write a processor for `from_pretrained`.

    A call with padding or truncation leaves both set in a fast tokenizer, which would write them
    into tokenizer.json; each call sets its own again, so nothing is lost by leaving them out.
    """
    for part in (processor, *vars(processor).values()):
        fast = getattr(part, "backend_tokenizer", None)
        if fast is not None:
            fast.no_truncation()
            fast.no_padding()
    processor.save_pretrained(folder)


@final
class NoVideo(PushToHubMixin):
    """Stands where a processor wants its video processor, which it asks for defaults only."""

    _auto_class = None
    model_input_names: tuple[str, ...] = ()
    num_frames: int | None = None
    fps: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """What is saved of it: nothing, so that a machine with torchvision takes its defaults."""
        return {}

    def __call__(self, *videos: object, **settings: object) -> None:
        """Refuse: a video was given."""
        require_torchvision("preparing a video")


def video_processor(name: str, **settings: Any) -> Any:  # Any: as transformers takes them
    """The video processor of that class name, or what stands for it without torchvision."""
    if not is_torchvision_available():
        return NoVideo()
    return getattr(transformers, name)(**settings)


def pixtral_processor_class() -> type[ProcessorMixin]:
    """The real PixtralProcessor class, which without torchvision only a detour imports."""
    processing = f"{_PIXTRAL}.processing_pixtral"
    torchvision_file = f"{_PIXTRAL}.image_processing_pixtral"
    with _LOCK, ExitStack() as stack:
        if not is_torchvision_available() and processing not in sys.modules:
            same_function = importlib.import_module(f"{_PIXTRAL}.image_processing_pil_pixtral")
            stack.callback(sys.modules.pop, torchvision_file)
            sys.modules[torchvision_file] = same_function
        return importlib.import_module(processing).PixtralProcessor


@contextmanager
def without_video() -> Iterator[None]:
    """Build and load processors without their video part; a no-op if torchvision is there."""
    if is_torchvision_available():
        yield
        return
    checked = ProcessorMixin.check_argument_for_proper_class

    def check(self: ProcessorMixin, argument_name: str, argument: object) -> object:
        if argument_name == "video_processor" and isinstance(argument, NoVideo | None):
            return type(argument)
        return checked(self, argument_name, argument)

    def load_nothing(*names: object, **settings: object) -> NoVideo:
        return NoVideo()

    videos = importlib.import_module("transformers.models.auto.video_processing_auto")
    pixtral = importlib.import_module(_PIXTRAL)
    with _LOCK, ExitStack() as stack:
        replace = [
            (ProcessorMixin, "check_argument_for_proper_class", check),
            (videos.AutoVideoProcessor, "from_pretrained", load_nothing),
            (pixtral, "PixtralProcessor", pixtral_processor_class()),
        ]
        for owner, name, value in replace:
            stack.enter_context(_replaced(owner, name, value))
        yield


@contextmanager
def _replaced(owner: Any, name: str, value: object) -> Iterator[None]:  # Any: a class or a module
    before = vars(owner).get(name, _MISSING)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if before is _MISSING:
            delattr(owner, name)
        else:
            setattr(owner, name, before)
