"""RapidOCR's wheel holds PP-OCR's models: they read words in pictures, and need no network."""

import importlib
import importlib.util
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, ClassVar, final

import numpy as np
from jaxtyping import UInt8
from PIL import Image as PIL
from typing_extensions import override

from deixis.core.errors import MissingExtraError, ModelError, UnknownNameError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.shapes import Box, Polygon
from deixis.core.untrusted_text import clean
from deixis.sources.knowledge_source import KnowledgeSource, SourceOptions
from deixis.sources.notes import in_reading_order

NAME = "rapidocr"
FILES = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
CUT = 0.5
# pixels of a side: pictures are made larger until they have the first or second, never larger than
# the third
SHORT, LONG, LONGEST = 736, 960, 2000
MULTIPLE = 32  # of which the detector's sides are
ANY = 10**6  # longer than any side


@final
class RapidOCR(KnowledgeSource):
    """Each line is a note with its text: its four corners as found, or a box where they are one.

    One model reads all the languages that the wheel lists; `language` is only checked.
    """

    knows: ClassVar[tuple[str, ...]] = ("least_score", "language")

    def __init__(self, engine: Any, options: SourceOptions) -> None:  # Any: RapidOCR is not typed
        self.engine = engine
        self.least_score = CUT if options.least_score is None else options.least_score

    @classmethod
    @override
    def of(cls, argument: str, options: SourceOptions) -> "RapidOCR":
        for package in ("rapidocr", "onnxruntime"):
            if importlib.util.find_spec(package) is None:
                raise MissingExtraError(package=package, extra="look", needed_for="reading words")
        wheel = importlib.import_module("rapidocr")
        _check_language(options.language)
        return cls(wheel.RapidOCR(params=_settings(Path(str(wheel.__file__)).parent)), options)

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {
            "source": NAME,
            "rapidocr": metadata.version("rapidocr"),
            "onnxruntime": metadata.version("onnxruntime"),
            "least_score": f"{self.least_score:g}",
        }

    @override
    def look(self, image: Image) -> list[Region]:
        view = fitted(image)
        found = self.engine(np.ascontiguousarray(view.pixels[:, :, ::-1]))  # it takes BGR
        if found.boxes is None or found.txts is None:
            return []
        lines: list[Region] = []
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
            words = clean(text)
            if words and score >= self.least_score:
                shape = _shape(view.back(corners))
                score = min(float(score), 1.0)
                line = Region(shape=shape, text=words, score=score, source=NAME)
                lines.append(line.within(image.size))
        return in_reading_order(lines)


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Fitted:
    """The detector sees the picture so: scaled by `across` and `down`, then moved."""

    pixels: UInt8[np.ndarray, "height width rgb"]
    across: float
    down: float
    left: int
    top: int

    def back(self, corners: np.ndarray) -> list[tuple[float, float]]:
        """Its points are given in pixels of the picture."""
        return [
            ((float(x) - self.left) / self.across, (float(y) - self.top) / self.down)
            for x, y in corners
        ]


def fitted(image: Image) -> Fitted:
    """The picture is brought to the size that the detector was trained at, as far as its form
    allows, on a ground that continues it. RapidOCR's own way of doing so refuses some long
    pictures, loses where others lay, and makes a thin strip as large as a poster.
    """
    size = image.size
    sides = (size.width, size.height)
    larger = min(SHORT / min(sides), LONG / max(sides))
    scale = min(max(1.0, larger), LONGEST / max(sides))
    width, height = (max(1, round(side * scale)) for side in sides)
    scaled = np.asarray(image.pil().resize((width, height), PIL.Resampling.BICUBIC))
    edge = np.concatenate([scaled[0], scaled[-1], scaled[:, 0], scaled[:, -1]])
    whole_width, whole_height = (math.ceil(side / MULTIPLE) * MULTIPLE for side in (width, height))
    pixels = np.empty((whole_height, whole_width, 3), dtype=np.uint8)
    pixels[:] = np.median(edge, axis=0)
    left, top = (whole_width - width) // 2, (whole_height - height) // 2
    pixels[top : top + height, left : left + width] = scaled
    return Fitted(
        pixels=pixels,
        across=width / size.width,
        down=height / size.height,
        left=left,
        top=top,
    )


def _shape(corners: list[tuple[float, float]]) -> Box | Polygon:
    """The corners (left top first, clockwise) are a box where they are upright."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    if x0 == x3 < x1 == x2 and y0 == y1 < y2 == y3:
        return Box(x0=x0, y0=y0, x1=x1, y1=y2)
    return Polygon(rings=(tuple(corners),))


def _settings(folder: Path) -> dict[str, object]:
    """Paths are given in full, as RapidOCR downloads what it is not told; it stays silent, and
    keeps its hands off the picture's size.
    """
    paths = {part: folder / "models" / file for part, file in FILES.items()}
    for path in paths.values():
        if not path.is_file():
            raise ModelError(
                f"RapidOCR's wheel should hold {path}; this Deixis knows that of rapidocr 3.10"
            )
    return {
        "Global.log_level": "critical",
        "Global.text_score": 0.0,
        "Global.use_preprocess_img": False,
        "Global.use_vertical_padding": False,
        "Det.limit_type": "max",
        "Det.limit_side_len": ANY,
        **{f"{part}.model_path": str(path) for part, path in paths.items()},
    }


def _check_language(language: str | None) -> None:
    if language is None:
        return
    kinds = importlib.import_module("rapidocr.utils.typings")
    listed = importlib.import_module("rapidocr.utils.model_resolver").list_supported_langs(
        kinds.TaskType.REC, kinds.OCRVersion.PPOCRV6, kinds.ModelType.SMALL
    )
    if language not in listed:
        raise UnknownNameError(kind="language of RapidOCR's model", name=language, known=listed)
