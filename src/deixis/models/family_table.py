"""What each family can do and how it is spoken to, without importing any: `deixis models` lists it.

The tests hold each row to its family's class.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from typing import final

from deixis.core.optional_parts import opened
from deixis.marks.style import Profile
from deixis.models.interface import Abilities

FULL = Abilities(
    many_pictures=True,
    system=True,
    answer_logprobs=True,
    loss=True,
    pixel_gradient=True,
    vision_tokens=True,
    spatial_tokens=True,
    text_alone=True,
)
# their prompt has no roles, and a Q-Former's tokens look everywhere
QFORMER = replace(FULL, many_pictures=False, system=False, spatial_tokens=False, text_alone=False)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyRow:
    """The coordinates that a family is spoken to in, what it can do, and the style of the marks
    that it was taught to follow, if it was taught any.
    """

    dialect: str
    abilities: Abilities = FULL
    marks: Profile | None = None


FAMILIES: Mapping[str, FamilyRow] = {
    "blip_2": FamilyRow(dialect="permille", abilities=QFORMER),
    "fast_vlm": FamilyRow(dialect="padded_unit"),
    "gemma3": FamilyRow(dialect="permille"),
    "idefics3": FamilyRow(dialect="permille"),
    "instructblip": FamilyRow(dialect="permille", abilities=QFORMER),
    "internvl": FamilyRow(dialect="internvl"),
    "llava": FamilyRow(dialect="padded_unit"),
    "llava_next": FamilyRow(dialect="padded_unit"),
    "llava_onevision": FamilyRow(dialect="padded_unit"),
    "mistral3": FamilyRow(dialect="permille"),
    "molmo2": FamilyRow(dialect="molmo2"),
    "paligemma": FamilyRow(
        dialect="paligemma", abilities=replace(FULL, system=False, text_alone=False)
    ),
    "pixtral": FamilyRow(dialect="permille"),
    "qwen2_5_vl": FamilyRow(dialect="qwen2_5_vl"),
    "qwen2_vl": FamilyRow(dialect="qwen2_vl"),
    "qwen3_vl": FamilyRow(dialect="qwen3_vl"),
    "smolvlm": FamilyRow(dialect="permille"),
    "vipllava": FamilyRow(dialect="padded_unit", marks="plain"),
}


def listed_families() -> dict[str, FamilyRow]:
    """Every family by its name: ours from the table, those of other packages from their classes."""
    joined = {
        point.name: opened(point.value, needed_for=f"the model family {point.name}")
        for point in metadata.entry_points(group="deixis.families")
    }
    rows = {
        name: FamilyRow(dialect=one.dialect, abilities=one.abilities)
        for name, one in joined.items()
    }
    return dict(sorted((rows | dict(FAMILIES)).items()))
