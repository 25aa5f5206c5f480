"""A spec writes down how a question's regions reach the model: "said", "dimmed:0.8",
"cropped:beside=true", "drawn:arrow,color=lime,width=6", or for the last "arrow:color=lime,width=6".
"""

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.region import Region, box
from deixis.encodings import Encoding, encodings
from deixis.marks import shapes

PLAIN, DRAWN = "said", "drawn"
ALL, USUAL = "*", "usual"
SPOKEN = {"true": True, "yes": True, "false": False, "no": False}
SETTINGS = {
    "cropped": ("cropped:0", "cropped:0.25", "cropped:1", "cropped:beside=true"),
    "dimmed": ("dimmed:0.35", "dimmed:0.65", "dimmed:0.9"),
}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class EncodingSpec:
    """A spec is an encoding with settings, written as NAME, NAME:VALUE or NAME:SETTING=VALUE,…

    The settings are those of the function of that name (`dx.drawn`, `dx.cropped` …); a value alone
    is the first of them. The name of a mark is `drawn` under it.
    """

    spec: str
    build: Callable[..., Encoding]
    settings: Mapping[str, Any]  # Any: each of its own type

    @classmethod
    def of(cls, spec: str) -> "EncodingSpec":
        """A spec is read from its text; a UsageError says what could be."""
        name, _, rest = spec.partition(":")
        if name in shapes and name not in encodings:
            return cls.of(":".join((DRAWN, ",".join(filter(None, (name, rest))))))
        if name not in encodings:
            known = (*encodings.names(), *shapes.names())
            raise UnknownNameError(kind="encoding or mark", name=name, known=known)
        kind = encodings.get(name)
        own = getattr(importlib.import_module(kind.__module__), name, None)
        build: Callable[..., Encoding] = own if inspect.isfunction(own) else kind.of
        way = cls(spec=spec, build=build, settings=_settings(spec, build, rest))
        way.encode({"any": box(1, 2, 30, 40)})  # a wrong value is told now, not later
        return way

    def encode(self, regions: Mapping[str, Region]) -> dict[str, Encoding]:
        """Each region is encoded as the spec says."""
        return {slot: self.build(region, **self.settings) for slot, region in regions.items()}


def usual() -> list[str]:
    """Every encoding is listed, with a few settings of each, and marks in every shape."""
    specs: list[str] = []
    for name in encodings.names():
        specs += expanded([f"{name}:{ALL}"]) if name == DRAWN else SETTINGS.get(name, (name,))
    return specs


def expanded(specs: Sequence[str]) -> list[str]:
    """The names "usual" and "drawn:*" are written out among the specs, and each spec stands
    once.
    """
    found: list[str] = []
    for spec in specs:
        name, _, rest = spec.partition(":")
        first, comma, more = rest.partition(",")
        if spec == USUAL:
            found += usual()
        elif first == ALL and name == DRAWN:
            found += [f"{name}:{shape}{comma}{more}" for shape in shapes.names()]
        else:
            found.append(spec)
    return list(dict.fromkeys(found))


def _settings(
    spec: str, build: Callable[..., Encoding], rest: str
) -> dict[str, Any]:  # Any: as above
    known = dict(list(inspect.signature(build).parameters.items())[1:])  # after the region
    settings = {}
    for place, part in enumerate(filter(None, rest.split(","))):
        name, equals, value = part.partition("=")
        if not equals:
            if place > 0 or not known:
                raise UsageError(f"{spec!r}: settings are written SETTING=VALUE, got {part!r}")
            name, value = next(iter(known)), part
        if name not in known:
            raise UnknownNameError(kind=f"setting of {spec!r}", name=name, known=known)
        settings[name] = _value(spec, known[name], value)
    return settings


def _value(spec: str, setting: inspect.Parameter, text: str) -> Any:  # Any: of its type
    kind = str(getattr(setting.annotation, "__name__", setting.annotation))
    if "str" in kind:
        return text
    try:
        if "bool" in kind:
            return SPOKEN[text.casefold()]
        return float(text) if "float" in kind else int(text)
    except (ValueError, KeyError):
        raise UsageError(f"{spec!r}: {setting.name} is a {kind}, got {text!r}") from None
