"""What is known of a trained prompt: where it was learned, what it expects, what it brings."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar, final

from deixis.core import markdown
from deixis.core.errors import ModelError, UsageError
from deixis.core.typed_json import is_number, is_plain_object, is_whole, object_of
from deixis.core.untrusted_text import shown
from deixis.models.interface import VisionLanguageModel
from deixis.pixel.prompts import PixelPrompt, kind_of

VERSION = "pixel-prompt/1"
IMPORTED = "imported_sha256"  # a setting of one that was learned elsewhere: the digest of its file
Part = TypeVar("Part", "PromptSource", "Gain", "Quantised", "Exported", "Card")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PromptSource:
    """A model that it was learned on: how that prepared its pictures, and the digest of its weights
    in that dtype. Empty: not known.
    """

    model: str
    preparation: Mapping[str, str] = field(default_factory=dict)
    weights: str = ""
    dtype: str = ""

    @classmethod
    def of(cls, model: VisionLanguageModel) -> "PromptSource":
        """What is to be told of a model."""
        return cls(
            model=model.name,
            preparation=dict(model.preparation),
            weights=model.weights_digest(),
            dtype=model.record.get("dtype", ""),
        )


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Gain:
    """What it brought on one model and benchmark, in per cent on the same questions: without,
    with, and the difference with its 95 % interval. `asked` is what of the benchmark: another part
    than the usual one, pictures made worse.
    """

    model: str
    benchmark: str
    num_questions: int
    before: float
    after: float
    low: float
    high: float
    mode: str = "free"
    asked: str = ""

    @property
    def what(self) -> tuple[str, str, str, str]:
        """Which question it answers: a later one takes an earlier one's place."""
        return self.model, self.benchmark, self.asked, self.mode

    @property
    def change(self) -> float:
        """In points."""
        return self.after - self.before


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Quantised:
    """What is lost where pixels must be whole numbers of 0..255."""

    outside: float  # share of the learned numbers that give no valid pixel
    error: float  # mean distance of a touched pixel's value from the free one, of 0..255


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """What is lost where the prompt is rebuilt from its PNG file, measured on the file."""

    file: str
    outside: float  # share of the learned numbers that the file cannot hold
    error: float  # mean distance of a number of the file from the learned one, of 0..255
    pixels: float  # the same of a touched pixel of 8-bit pictures that are made with the file


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """All of it. `settings` are what the training was told, `described` the words of TSE."""

    sources: tuple[PromptSource, ...] = ()
    task: str = ""
    steps: int | None = None
    seed: int | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    encoder: Mapping[str, str] = field(default_factory=dict)
    gains: tuple[Gain, ...] = ()
    quantised: Quantised | None = None
    exported: Exported | None = None  # None, too, where no file was written


def to_record(prompt: PixelPrompt, card: Card, *, digest: str) -> dict[str, object]:
    """As JSON; `digest` is of the file of its numbers."""
    return {
        "deixis": VERSION,
        "kind": kind_of(prompt),
        "layout": prompt.layout.record,
        "numbers": digest,
        "contract": contract(prompt),
        "card": asdict(card),
    }


def contract(prompt: PixelPrompt) -> dict[str, object]:
    """What is done to a picture, in words, for those who apply it elsewhere."""
    layout = prompt.layout
    is_torchvisions = layout.crop == "torchvision"
    window = "middle window, both as torchvision's" if is_torchvisions else "middle window"
    return {
        "picture": "upright RGB, 0..255, before any normalisation",
        "resize": f"short side to the inner square, bicubic as Pillow's; {window}; black round",
        "side": layout.side,
        "range": layout.mode,
        "then": "the model's own preparation of any picture of this size",
    }


def card_of(record: Mapping[str, Any]) -> Card:  # Any: JSON
    """The card of a record; ModelError where it is none."""
    try:
        told = object_of(record["card"], name="card")
        quantised, exported = told["quantised"], told.get("exported")
        joined = {
            "sources": tuple(_made(PromptSource, one) for one in told["sources"]),
            "gains": tuple(_made(Gain, one) for one in told["gains"]),
            "quantised": None if quantised is None else _made(Quantised, quantised),
            "exported": None if exported is None else _made(Exported, exported),
        }
        return _made(Card, told | joined)
    except (KeyError, TypeError, ValueError, UsageError) as broken:
        raise ModelError(f"not the card of a pixel prompt: {broken!r:.200}") from None


def _is_line(value: object) -> bool:
    """Words of one line, without what a terminal would take for more."""
    return isinstance(value, str) and value.isprintable()


FORMS: Mapping[object, Callable[[Any], bool]] = {  # Any: what JSON holds
    str: _is_line,
    float: is_number,
    int: is_whole,
    int | None: lambda value: value is None or is_whole(value),
    Mapping[str, str]: lambda value: (
        isinstance(value, dict) and all(_is_line(word) for pair in value.items() for word in pair)
    ),
    Mapping[str, object]: is_plain_object,
}


def _made(kind: type[Part], record: Mapping[str, Any]) -> Part:
    """A part of a card, if each field is what it is declared to be."""
    for one in fields(kind):
        if one.name in record and one.type in FORMS and not FORMS[one.type](record[one.name]):
            raise TypeError(f"{one.name} cannot be {shown(record[one.name])}")
    return kind(**record)


def page(prompt: PixelPrompt, card: Card) -> str:
    """The card as people read it."""
    layout = prompt.layout
    sources = ", ".join(markdown.code(one.model) for one in card.sources) or "no model"
    lines = [
        "# A pixel prompt of Deixis",
        "",
        f"{_begun(card) or f'Learned on {sources}'}"
        + (f" for {markdown.words(card.task)}" if card.task else "")
        + " (arXiv 2404.11207).",
        "",
        f"- kind `{kind_of(prompt)}`, {prompt.num_trained:,} numbers, {layout.side} pixels a side, "
        f"width {layout.width}, range `{layout.mode}`",
    ]
    if card.steps is not None:
        lines.append(f"- trained for {card.steps:,} steps, seed {card.seed}")
    for one in card.sources:
        told = ", ".join(f"{name} {value}" for name, value in one.preparation.items())
        weights = f"weights {one.weights} in {one.dtype}" if one.weights else ""
        said = ", ".join(words for words in (told, weights) if words)
        lines += [f"- {markdown.words(f'{one.model}: {said}')}"] if said else []
    if card.quantised is not None:
        lines.append(
            f"- as 8-bit pixels: {100 * card.quantised.outside:.1f} % of its numbers are cut, "
            f"{card.quantised.error:.1f} of 255 off in the mean"
        )
    if card.exported is not None:
        lines.append(f"- {told_of(card.exported)}")
    lines += ["", *_gains(card.gains)]
    lines += [
        "```python",
        "import deixis as dx",
        "",
        'model = dx.load("nano", pixel="THIS FOLDER")',
        "```",
        "",
    ]
    return "\n".join(lines)


def _begun(card: Card) -> str:
    """Where an imported one comes from."""
    digest = card.settings.get(IMPORTED)
    known = isinstance(digest, str) and re.fullmatch(r"[0-9a-f]{64}", digest)
    return f"Imported from a file with sha256 `{digest}`" if known else ""


def told_of(lost: Exported) -> str:
    """What a file loses, in a line."""
    return (
        f"rebuilt from {markdown.code(lost.file)}: {100 * lost.outside:.1f} % of its numbers are "
        f"cut, {lost.error:.2f} of 255 off in the mean; pixels of 8-bit pictures are "
        f"{lost.pixels:.2f} off"
    )


def told(record: Mapping[str, object]) -> str:
    """A record as the file holds it."""
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def _gains(gains: Sequence[Gain]) -> list[str]:
    if not gains:
        return ["No gain was measured yet: `deixis pixel transfer` does.", ""]
    rows = [
        f"| {markdown.words(one.model)} | "
        f"{markdown.words(' '.join(filter(None, (one.benchmark, one.asked))))} | "
        f"{one.num_questions} | {one.before:.1f} | "
        f"{one.after:.1f} ({markdown.words(one.mode)}) | "
        f"{one.change:+.1f} ({one.low:+.1f} to {one.high:+.1f}) |"
        for one in gains
    ]
    return [
        "| model | benchmark | questions | without, % | with, % | change, points (95 %) |",
        "| --- | --- | --- | --- | --- | --- |",
        *rows,
        "",
    ]
