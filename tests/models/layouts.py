"""A tiny model in the files that the hub has had for a processor, the newest and older ones."""

import json
from collections.abc import Callable
from pathlib import Path

from deixis.testing import tiny

PROCESSOR = "processor_config.json"
VIDEO_PROCESSORS = {
    "internvl": "InternVLVideoProcessor",
    "llava_onevision": "LlavaOnevisionVideoProcessor",
    "molmo2": "Molmo2VideoProcessor",
    "qwen2_5_vl": "Qwen2VLVideoProcessor",
    "qwen2_vl": "Qwen2VLVideoProcessor",
    "qwen3_vl": "Qwen3VLVideoProcessor",
    "smolvlm": "SmolVLMVideoProcessor",
}


def newest(name: str, folder: Path) -> None:
    """One file, as a machine with torchvision writes it."""
    tiny.save(name, folder)
    if name in VIDEO_PROCESSORS:
        _change(folder, video_processor={"video_processor_type": VIDEO_PROCESSORS[name]})


def saved_without_torchvision(name: str, folder: Path) -> None:
    """One file, of which the video part is empty."""
    tiny.save(name, folder)
    if name in VIDEO_PROCESSORS:
        _change(folder, video_processor={})


def with_a_video_file(name: str, folder: Path) -> None:
    """A file a part, of the classes called fast then, and the chat template as jinja."""
    newest(name, folder)
    told = json.loads((folder / PROCESSOR).read_text())
    owner = {"processor_class": told["processor_class"]}
    pictures = told.pop("image_processor") | owner
    pictures["image_processor_type"] += "Fast"
    _write(folder / "preprocessor_config.json", pictures)
    if name in VIDEO_PROCESSORS:
        videos = told.pop("video_processor") | owner
        _write(folder / "video_preprocessor_config.json", videos)
    _write_or_remove(folder / PROCESSOR, told)


def without_a_video_file(name: str, folder: Path) -> None:
    """A file for pictures, from which videos are guessed, and the chat template in JSON."""
    newest(name, folder)
    told = json.loads((folder / PROCESSOR).read_text())
    pictures = told.pop("image_processor") | {"processor_class": told["processor_class"]}
    told.pop("video_processor", None)
    _write(folder / "preprocessor_config.json", pictures)
    _write_or_remove(folder / PROCESSOR, told)
    jinja = folder / "chat_template.jinja"
    if jinja.exists():
        _write(folder / "chat_template.json", {"chat_template": jinja.read_text()})
        jinja.unlink()


LAYOUTS: dict[str, Callable[[str, Path], None]] = {
    layout.__name__: layout
    for layout in (newest, saved_without_torchvision, with_a_video_file, without_a_video_file)
}


def _change(folder: Path, **parts: object) -> None:
    told = json.loads((folder / PROCESSOR).read_text())
    _write(folder / PROCESSOR, told | parts)


def _write_or_remove(file: Path, told: dict[str, object]) -> None:
    """The processor's own settings, as LLaVA's folders have; no file where it has none."""
    if set(told) == {"processor_class"}:
        file.unlink()
    else:
        _write(file, told)


def _write(file: Path, told: object) -> None:
    file.write_text(json.dumps(told, indent=2))
