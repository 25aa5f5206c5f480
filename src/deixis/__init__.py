"""Point at part of an image, and have any multimodal model understand.

    import deixis as dx

    image = dx.open_image("street.jpg")
    cup = dx.box(412, 300, 520, 411)
    model = dx.load("Qwen/Qwen3-VL-8B-Instruct")
    print(model.ask(image, "What is {cup} standing on?", cup=cup).text)

Names are imported when they are first used, so that `import deixis` is quick and without torch.
"""

from typing import TYPE_CHECKING

from deixis._version import __version__

if TYPE_CHECKING:
    from deixis.ask.answer import Answer, Cited
    from deixis.ask.answer_stream import AnswerStream
    from deixis.ask.chat import Chat
    from deixis.ask.composer import Exchange
    from deixis.ask.found import Found
    from deixis.ask.loading import load, wrap
    from deixis.ask.model import Model
    from deixis.ask.probe import Probe, probe
    from deixis.ask.scored import Scores
    from deixis.ask.sent import Sent
    from deixis.ask.session import Session
    from deixis.batch.each import ask_each
    from deixis.coordinates import Dialect, Reading, dialects
    from deixis.core.errors import DeixisError, UsageError
    from deixis.core.fetch import FetchPolicy
    from deixis.core.image import Image
    from deixis.core.images import ImageLimits, open_image
    from deixis.core.mask import Mask
    from deixis.core.overlap import iou
    from deixis.core.region import Region, box, box_xywh, ellipse, mask, point, polygon, stroke
    from deixis.core.size import Size
    from deixis.core.token_grid import TokenGrid
    from deixis.core.transform import Transform
    from deixis.data.objects.sam import from_sam, to_sam
    from deixis.data.objects.supervision import from_supervision, to_supervision
    from deixis.data.objects.torchvision import from_torchvision, to_torchvision
    from deixis.encodings.blurred import blurred
    from deixis.encodings.cropped import cropped
    from deixis.encodings.dimmed import dimmed
    from deixis.encodings.drawing import draw
    from deixis.encodings.drawn import drawn
    from deixis.encodings.masked import masked
    from deixis.encodings.said import said
    from deixis.encodings.tagged import tagged
    from deixis.marks.mark import Mark
    from deixis.marks.style import Style
    from deixis.models.interface import Example, Generation, Question, VisionLanguageModel
    from deixis.priors.rank_entities import rank_entities
    from deixis.sources import look
    from deixis.studio.picker import point_on

_HOMES = {
    "ask.loading": ("load", "wrap"),
    "ask.answer_stream": ("AnswerStream",),
    "ask.chat": ("Chat",),
    "ask.composer": ("Exchange",),
    "ask.answer": ("Answer", "Cited"),
    "ask.found": ("Found",),
    "ask.model": ("Model",),
    "priors.rank_entities": ("rank_entities",),
    "ask.probe": ("Probe", "probe"),
    "ask.scored": ("Scores",),
    "ask.sent": ("Sent",),
    "batch.each": ("ask_each",),
    "ask.session": ("Session",),
    "coordinates": ("Dialect", "Reading", "dialects"),
    "core.errors": ("DeixisError", "UsageError"),
    "core.fetch": ("FetchPolicy",),
    "core.image": ("Image",),
    "core.images": ("ImageLimits", "open_image"),
    "core.mask": ("Mask",),
    "core.overlap": ("iou",),
    "core.region": (
        "Region",
        "box",
        "box_xywh",
        "ellipse",
        "mask",
        "point",
        "polygon",
        "stroke",
    ),
    "core.size": ("Size",),
    "core.transform": ("Transform",),
    "data.objects.sam": ("from_sam", "to_sam"),
    "data.objects.supervision": ("from_supervision", "to_supervision"),
    "data.objects.torchvision": ("from_torchvision", "to_torchvision"),
    "encodings.blurred": ("blurred",),
    "encodings.cropped": ("cropped",),
    "encodings.dimmed": ("dimmed",),
    "encodings.drawing": ("draw",),
    "encodings.drawn": ("drawn",),
    "encodings.masked": ("masked",),
    "encodings.said": ("said",),
    "encodings.tagged": ("tagged",),
    "sources": ("look",),
    "studio.picker": ("point_on",),
    "marks.mark": ("Mark",),
    "marks.style": ("Style",),
    "core.token_grid": ("TokenGrid",),
    "models.interface": ("Example", "Generation", "Question", "VisionLanguageModel"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Answer",
    "AnswerStream",
    "Chat",
    "Cited",
    "DeixisError",
    "Dialect",
    "Example",
    "Exchange",
    "FetchPolicy",
    "Found",
    "Generation",
    "Image",
    "ImageLimits",
    "Mark",
    "Mask",
    "Model",
    "Probe",
    "Question",
    "Reading",
    "Region",
    "Scores",
    "Sent",
    "Session",
    "Size",
    "Style",
    "TokenGrid",
    "Transform",
    "UsageError",
    "VisionLanguageModel",
    "__version__",
    "ask_each",
    "blurred",
    "box",
    "box_xywh",
    "cropped",
    "dialects",
    "dimmed",
    "draw",
    "drawn",
    "ellipse",
    "from_sam",
    "from_supervision",
    "from_torchvision",
    "iou",
    "load",
    "look",
    "mask",
    "masked",
    "open_image",
    "point",
    "point_on",
    "polygon",
    "probe",
    "rank_entities",
    "said",
    "stroke",
    "tagged",
    "to_sam",
    "to_supervision",
    "to_torchvision",
    "wrap",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'deixis' has no attribute {name!r}")
    from deixis.core.optional_parts import opened

    value = opened(f"deixis.{home}:{name}", needed_for=f"deixis.{name}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
