"""Regions are said in the words of each model family, and read back from its answers."""

from deixis.coordinates.convention import Convention, Reading
from deixis.coordinates.number_scale import Quantum
from deixis.core.catalog import Catalog

conventions: Catalog[Convention] = Catalog(
    kind="coordinate convention",
    package="deixis.coordinates",
    group="deixis.coordinates",
    interface=Convention,
    rows=dict.fromkeys(("permille", "pixels", "unit"), "plain_lists:CONVENTIONS")
    | dict.fromkeys(("deepseek_vl2", "internvl"), "tagged_lists:CONVENTIONS")
    | dict.fromkeys(("molmo", "molmo2"), "point_tags:CONVENTIONS")
    | dict.fromkeys(("qwen2_5_vl", "qwen2_vl", "qwen3_vl"), "qwen:CONVENTIONS"),
    besides=(
        "convention",
        "json_in_text",
        "labels",
        "number_scale",
        "reading_builder",
        "records",
        "saying",
    ),
)

__all__ = ["Convention", "Quantum", "Reading", "conventions"]
