"""Regions are said in the words of each model family, and read back from its answers."""

from deixis.coordinates.dialect import Dialect
from deixis.coordinates.number_scale import Quantum
from deixis.coordinates.reader import Reader
from deixis.coordinates.reading import Place, Reading, Unread, Withdrawn
from deixis.core.catalog import Catalog

ROWS = {
    "actions": ("agentcpm_gui", "holo", "kimi_vl", "opencua", "ui_tars", "ui_tars_1_5"),
    "computer_tools": ("anthropic_computer", "gemini_computer", "openai_computer"),
    "number_tokens": ("florence2", "kosmos2", "locate_anything", "rex_omni"),
    "plain_lists": ("permille", "pixels", "unit"),
    "point_tags": ("molmo", "molmo2"),
    "qwen": ("qwen2_5_vl", "qwen2_vl", "qwen3_vl"),
    "tagged": ("deepseek_vl2", "glm_v", "internvl", "minicpm_v", "seed"),
}
dialects: Catalog[Dialect] = Catalog(
    kind="dialect",
    package="deixis.coordinates",
    group="deixis.coordinates",
    interface=Dialect,
    rows={name: f"{file}:DIALECTS" for file, names in ROWS.items() for name in names},
    besides=(
        "contract",
        "contracts",
        "audit",
        "building",
        "comparing",
        "dialect",
        "element_groups",
        "groups",
        "labels",
        "model_names",
        "lexing",
        "number_scale",
        "open_brackets",
        "pieces",
        "plain_answers",
        "plain_forms",
        "reader",
        "reading",
        "records",
        "resizing",
        "saying",
        "unknown",
        "scanner",
        "scanned",
        "strings",
        "text_sink",
        "values",
        "vocabulary",
    ),
)

__all__ = [
    "Dialect",
    "Place",
    "Quantum",
    "Reader",
    "Reading",
    "Unread",
    "Withdrawn",
    "dialects",
]
