"""How the regions of a question reach the model, as it is written: "said", "cropped:beside=true",
"dimmed:0.8", "drawn:arrow".
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.region import Region
from deixis.encodings import Encoding, encodings

PLAIN = "said"
SPOKEN = {"true": True, "yes": True, "false": False, "no": False}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """An encoding with settings. `spec` is its name: NAME, NAME:VALUE or NAME:SETTING=VALUE,…"""

    spec: str
    kind: type[Encoding]
    settings: Mapping[str, Any]  # Any: each of its field's own type

    @classmethod
    def of(cls, spec: str) -> "Way":
        """The way that is written so; UsageError says what could be."""
        name, _, rest = spec.partition(":")
        kind = encodings.get(name)
        return cls(spec=spec, kind=kind, settings=_settings(spec, kind, rest))

    def encode(self, regions: Mapping[str, Region]) -> dict[str, Encoding]:
        """Each region in this way."""
        return {
            slot: dataclasses.replace(self.kind.of(region), **self.settings)
            for slot, region in regions.items()
        }


def _settings(spec: str, kind: type[Encoding], rest: str) -> dict[str, Any]:  # Any: as above
    fields = [field for field in dataclasses.fields(kind) if field.name != "region"]
    known = {field.name: field for field in fields}
    settings = {}
    for place, part in enumerate(filter(None, rest.split(","))):
        name, equals, value = part.partition("=")
        if not equals:
            if place > 0 or not fields:
                raise UsageError(f"{spec!r}: settings are written SETTING=VALUE, got {part!r}")
            name, value = fields[0].name, part
        if name not in known:
            raise UnknownNameError(kind=f"setting of {spec!r}", name=name, known=known)
        settings[name] = _value(spec, known[name], value)
    return settings


def _value(spec: str, field: "dataclasses.Field[Any]", text: str) -> Any:  # Any: of its type
    kind = str(getattr(field.type, "__name__", field.type))
    try:
        if "bool" in kind:
            return SPOKEN[text.casefold()]
        if "int" in kind:
            return int(text)
        if "float" in kind:
            return float(text)
    except (ValueError, KeyError):
        raise UsageError(f"{spec!r}: {field.name} is a {kind}, got {text!r}") from None
    return text
