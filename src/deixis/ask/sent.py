"""What was sent to a model, whole: enough to repeat the call, as JSON and back without loss."""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, final

from deixis.core import given, region_json
from deixis.core.errors import UsageError
from deixis.core.files import read_text, write_text
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.json_lines import parse
from deixis.core.optional_parts import installed_versions
from deixis.core.region import Region
from deixis.core.transform import Transform
from deixis.core.typed_json import object_of, read_as
from deixis.core.untrusted_text import shown
from deixis.core.wording import counted
from deixis.encodings import Frame
from deixis.models.interface import ChatTurn, Generation

VERSION = "sent/1"
PACKAGES = ("deixis", "transformers", "torch", "pillow", "numpy")


@final
@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Sent:
    """Pictures, words and settings of one call. The pictures are the pixels as they left Deixis;
    what the model's own processor did to them follows from `model` and `software`.
    """

    model: str
    dialect: str | None  # None: it is not known how the model counts places
    frames: tuple[Frame, ...]
    text: str
    system: str | None
    settings: Generation
    loaded: Mapping[str, str]  # precision, revision, adapter, changes: see VisionLanguageModel
    software: Mapping[str, str]
    notes: tuple[tuple[Region, ...], ...] = ()  # of each picture, infused in its tokens
    earlier: tuple[ChatTurn, ...] = ()  # before the text, with the first of the pictures
    contract: str | None = None  # the row, or the file's contract, by which places were said

    def __repr__(self) -> str:
        pictures = counted(len(self.frames), "picture")
        return f"Sent({shown(self.text)}, {pictures}, to {shown(self.model)})"

    def to_json(self) -> str:
        """All of it, the pictures as PNG."""
        record = {
            "deixis": VERSION,
            "model": self.model,
            "dialect": self.dialect,
            "text": self.text,
            "system": self.system,
            "settings": _settings_record(self.settings),
            "loaded": dict(self.loaded),
            "software": dict(self.software),
            "pictures": [_frame_record(frame) for frame in self.frames],
            "notes": [[region_json.to_record(note) for note in notes] for notes in self.notes],
        }
        if self.earlier:
            record["earlier"] = [asdict(turn) for turn in self.earlier]
        if self.contract is not None:
            record["contract"] = self.contract
        return json.dumps(record, ensure_ascii=False)

    def save(self, path: str | Path) -> None:
        """To a file, whole or not at all."""
        write_text(given.path("path", path), self.to_json())

    @classmethod
    def from_json(cls, text: str) -> "Sent":
        """Read back; UsageError says what is wrong with it, and where."""
        given.text("text", text)
        try:
            told = object_of(parse(text), name="a record")
            version = told.pop("deixis", None)
            if "convention" in told:  # as 0.1 called it
                told.setdefault("dialect", told.pop("convention"))
            if version != VERSION:
                raise UsageError(f"this Deixis reads {VERSION}, got {shown(version)}")
            record = read_as(_Record, told, name="sent")
            frames = tuple(_frame(one, len(record.pictures)) for one in record.pictures)
            notes = tuple(tuple(map(region_json.from_record, some)) for some in record.notes)
        except (ValueError, UsageError) as broken:
            raise UsageError(f"not a record of what was sent: {broken}") from None
        if not frames or len(notes) not in (0, len(frames)):
            raise UsageError(
                f"not a record of what was sent: {len(frames)} pictures, notes of {len(notes)}"
            )
        return cls(
            model=record.model,
            dialect=record.dialect,
            frames=frames,
            text=record.text,
            system=record.system,
            settings=record.settings,
            loaded=record.loaded,
            software=record.software,
            notes=notes,
            earlier=record.earlier,
            contract=record.contract,
        )

    def check_model(
        self, name: str, *, dialect: str | None, contract: str | None, loaded: Mapping[str, str]
    ) -> None:
        """UsageError where this was not sent to such a model."""
        if self.model != name:
            raise UsageError(f"this was sent to {self.model!r}, this model is {name!r}")
        if self.dialect != dialect:
            raise UsageError(
                f"this was said in {self.dialect!r}, this model speaks {dialect!r};"
                f" make the model with dialect={self.dialect!r}"
            )
        if self.contract not in (None, contract):
            raise UsageError(
                f"this was said under the contract {self.contract!r}, this model is under "
                f"{contract!r}; make the model with contract={self.contract!r}"
            )
        if dict(self.loaded) != dict(loaded):
            raise UsageError(
                f"this was sent to a model of {dict(self.loaded)}, this one is of "
                f"{dict(loaded)}; load and change it in the same way"
            )

    @classmethod
    def load(cls, path: str | Path) -> "Sent":
        """From a file."""
        path = given.path("path", path)
        try:
            return cls.from_json(read_text(path))
        except (OSError, UnicodeDecodeError) as broken:
            raise UsageError(f"cannot read {path}: {broken}") from None
        except UsageError as broken:
            raise UsageError(f"{path}: {broken}") from None


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Picture:
    """A frame as the record holds it."""

    png: str
    sha256: str
    source: str
    transform: Transform
    number: int
    num_pictures: int


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Record:
    """What the record holds beside its version."""

    model: str
    dialect: str | None
    text: str
    system: str | None
    settings: Generation
    loaded: Mapping[str, str]
    software: Mapping[str, str]
    pictures: tuple[_Picture, ...]
    notes: tuple[tuple[object, ...], ...] = ()
    earlier: tuple[ChatTurn, ...] = ()
    contract: str | None = None


def _settings_record(settings: Generation) -> dict[str, object]:
    """The settings; a schema among them only where there is one, as in records before."""
    record = asdict(settings)
    if not settings.schema:
        del record["schema"]
    return record


def software() -> dict[str, str]:
    """Versions of what takes part in a call, of what is installed."""
    return dict(_versions())


@cache  # to look them up takes longer than to compose a question
def _versions() -> dict[str, str]:
    return installed_versions(PACKAGES)


def _frame_record(frame: Frame) -> dict[str, Any]:  # Any: JSON
    return {
        "png": base64.b64encode(frame.image.png()).decode(),
        "sha256": frame.image.sha256,
        "source": frame.image.source,
        "transform": asdict(frame.transform),
        "number": frame.number,
        "num_pictures": frame.num_pictures,
    }


def _frame(record: _Picture, num_pictures: int) -> Frame:
    opened = open_image(base64.b64decode(record.png, validate=True))
    image = Image(pixels=opened.pixels, source=record.source)
    if image.sha256 != record.sha256:
        raise UsageError("a picture of the record is not the one that was sent")
    if record.transform.after != image.size:
        raise UsageError(f"a picture of {image.size} was made by a way to {record.transform.after}")
    if record.num_pictures != num_pictures or not 1 <= record.number <= num_pictures:
        raise UsageError(
            f"picture {record.number} of {record.num_pictures} is among {num_pictures} pictures"
        )
    return Frame(
        image=image,
        transform=record.transform,
        number=record.number,
        num_pictures=num_pictures,
    )
