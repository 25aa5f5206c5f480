"""What was sent to a model, whole: enough to repeat the call, as JSON and back without loss."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, final

from deixis.core import region_json
from deixis.core.errors import UsageError
from deixis.core.files import read_text, write_text
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.json_lines import parse
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.core.transform import Transform
from deixis.encodings import Frame
from deixis.nn.interface import Generation

VERSION = "sent/1"
PACKAGES = ("deixis", "transformers", "torch", "pillow", "numpy")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """Pictures, words and settings of one call. The pictures are the pixels as they left Deixis;
    what the model's own processor did to them follows from `model` and `software`.
    """

    model: str
    convention: str
    frames: tuple[Frame, ...]
    text: str
    system: str | None
    settings: Generation
    loaded: Mapping[str, str]  # precision, revision, adapter, changes: see VisionLanguageModel
    software: Mapping[str, str]
    notes: tuple[tuple[Region, ...], ...] = ()  # of each picture, infused in its tokens

    def to_json(self) -> str:
        """All of it, the pictures as PNG."""
        record = {
            "deixis": VERSION,
            "model": self.model,
            "convention": self.convention,
            "text": self.text,
            "system": self.system,
            "settings": asdict(self.settings),
            "loaded": dict(self.loaded),
            "software": dict(self.software),
            "pictures": [_frame_record(frame) for frame in self.frames],
            "notes": [[region_json.to_record(note) for note in notes] for notes in self.notes],
        }
        return json.dumps(record, ensure_ascii=False)

    def save(self, path: Path) -> None:
        """To a file, whole or not at all."""
        write_text(path, self.to_json())

    @classmethod
    def from_json(cls, text: str) -> "Sent":
        """Read back; UsageError says what is wrong with it."""
        try:
            record = parse(text)
            if record["deixis"] != VERSION:
                raise UsageError(f"this Deixis reads {VERSION}, got {record['deixis']!r}")
            settings = dict(record["settings"])
            settings["stop"] = tuple(settings["stop"])
            return cls(
                model=record["model"],
                convention=record["convention"],
                frames=tuple(_frame(frame) for frame in record["pictures"]),
                text=record["text"],
                system=record["system"],
                settings=Generation(**settings),
                loaded=dict(record["loaded"]),
                software=dict(record["software"]),
                notes=tuple(
                    tuple(region_json.from_record(note) for note in notes)
                    for notes in record.get("notes", [])
                ),
            )
        except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as broken:
            raise UsageError(f"not a record of what was sent: {broken!r}") from None

    @classmethod
    def load(cls, path: Path) -> "Sent":
        """From a file."""
        try:
            return cls.from_json(read_text(path))
        except (OSError, UnicodeDecodeError) as broken:
            raise UsageError(f"cannot read {path}: {broken}") from None


def software() -> dict[str, str]:
    """Versions of what takes part in a call."""
    return {name: metadata.version(name) for name in PACKAGES}


def _frame_record(frame: Frame) -> dict[str, Any]:  # Any: JSON
    return {
        "png": base64.b64encode(frame.image.png()).decode(),
        "sha256": frame.image.sha256,
        "source": frame.image.source,
        "transform": asdict(frame.transform),
        "number": frame.number,
        "num_pictures": frame.num_pictures,
    }


def _frame(record: dict[str, Any]) -> Frame:  # Any: JSON
    opened = open_image(base64.b64decode(record["png"], validate=True))
    image = Image(pixels=opened.pixels, source=record["source"])
    if image.sha256 != record["sha256"]:
        raise UsageError("a picture of the record is not the one that was sent")
    sizes = {name: Size(**record["transform"][name]) for name in ("before", "after")}
    return Frame(
        image=image,
        transform=Transform(**(record["transform"] | sizes)),
        number=record["number"],
        num_pictures=record["num_pictures"],
    )
