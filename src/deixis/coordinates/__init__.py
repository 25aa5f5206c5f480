"""Regions are said in the words of each model family, and read back from its answers."""

from deixis.coordinates.dialect import Dialect, Reading
from deixis.coordinates.number_scale import Quantum
from deixis.core.catalog import Catalog

dialects: Catalog[Dialect] = Catalog(
    kind="dialect",
    package="deixis.coordinates",
    group="deixis.coordinates",
    interface=Dialect,
    rows=dict.fromkeys(("permille", "pixels", "unit"), "plain_lists:DIALECTS")
    | dict.fromkeys(("deepseek_vl2", "internvl"), "tagged_lists:DIALECTS")
    | dict.fromkeys(("molmo", "molmo2"), "point_tags:DIALECTS")
    | dict.fromkeys(("qwen2_5_vl", "qwen2_vl", "qwen3_vl"), "qwen:DIALECTS"),
    besides=(
        "contract",
        "contracts",
        "dialect",
        "json_in_text",
        "labels",
        "model_names",
        "number_scale",
        "reading_builder",
        "records",
        "resizing",
        "saying",
        "unknown",
    ),
)

__all__ = ["Dialect", "Quantum", "Reading", "dialects"]
