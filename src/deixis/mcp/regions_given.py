"""Regions as agents write them: four numbers, two, or an object, each under a name."""

from collections.abc import Mapping
from typing import Any

from deixis.core import given
from deixis.core.errors import UsageError
from deixis.core.region_from import region_of
from deixis.core.untrusted_text import shown
from deixis.encodings import Encoding
from deixis.encodings.spec import PLAIN, EncodingSpec

MOST_REGIONS = 200
LONGEST_SPEC = 200  # letters of an encoding
ENCODING, KIND = "encoding", "kind"
# of an object that does not say its kind, by the field that holds its place
KINDS = {"box": "box", "point": "point", "ellipse": "ellipse", "rings": "polygon"}
FORMS = (
    "{name: region}: a region is [x0,y0,x1,y1], [x,y], or "
    '{"kind":"box","box":[x0,y0,x1,y1],"label":"cup"} (kinds: point, box, ellipse, polygon, '
    "stroke, mask), in pixels of the picture"
)


def given_encodings(
    regions: Mapping[str, Any] | None, *, usual: str = PLAIN
) -> dict[str, Encoding]:  # Any: what JSON holds
    """Each region as it reaches a model or is drawn: as its own `encoding` says, or else as is
    usual.
    """
    told = regions or {}
    if len(told) > MOST_REGIONS:
        raise UsageError(f"a call takes at most {MOST_REGIONS} regions, got {len(told)}")
    return {name: _encoded(name, one, usual) for name, one in told.items()}


def _encoded(name: str, told: object, usual: str) -> Encoding:
    given.text("a region's name", name)
    spec: object = usual
    if isinstance(told, Mapping):
        told = dict(told)
        spec = told.pop(ENCODING, usual)
        places = [field for field in KINDS if field in told]
        if KIND not in told and len(places) == 1:
            told[KIND] = KINDS[places[0]]
    if not isinstance(spec, str) or len(spec) > LONGEST_SPEC:
        raise UsageError(f"an encoding is text, as 'arrow:color=red', got {shown(spec)}")
    region = region_of(told, name=f"the region {shown(name)}")
    if region.label is None:
        region = region.named(label=name)
    return EncodingSpec.of(spec).encode({name: region})[name]
