"""The object `deixis` of a request: how its regions reach the model, and what is read back."""

from typing import Annotated, final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deixis.core.untrusted_text import shown
from deixis.serve.api_error import ApiError
from deixis.serve.settings import Survival

KEY = "deixis"
Word = Annotated[str, Field(min_length=1, max_length=200)]


@final
class PointingSettings(BaseModel):
    """How the regions of one request reach the model, and what is read of its answer."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    encoding: Word | None = Field(
        default=None,
        description="of regions that tell none: said, cropped, dimmed:0.8, arrow:color=red …",
        examples=["arrow:color=red"],
    )
    dialect: Word | None = Field(
        default=None, description="how places are said and read, in place of the model's own"
    )
    read: bool = Field(default=True, description="read places in the answer back as regions")
    tool_arguments: list[Word] | None = Field(
        default=None,
        min_length=1,
        max_length=64,
        description="names of the tools' arguments that hold places: lists of two or four numbers, "
        "or numbers in pairs as x and y. They come in pixels of the original picture",
        examples=[["coordinate"]],
    )
    picture: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        description="which of several pictures the answer's places are of, from 1 on",
    )
    cite: bool = Field(
        default=False,
        description="ask for the region that the answer rests on, and check it, with three more "
        "calls to the model: of one message with one picture, not streamed",
    )
    survival: Survival | None = Field(
        default=None,
        description="what becomes of marks that the model could hardly see: widened ones are made "
        "as wide as it needs, told ones are warned of, strict ones are refused",
    )


def read_pointing(told: object) -> PointingSettings:
    """The settings; ApiError with the place of what is wrong with them."""
    try:
        return PointingSettings.model_validate(told)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        path = ".".join([KEY, *(str(step)[:40] for step in first["loc"])])
        got = "" if first["type"] == "extra_forbidden" else f", got {shown(first['input'])}"
        known = ", ".join(PointingSettings.model_fields)
        more = f"; it has {known}" if first["type"] == "extra_forbidden" else ""
        raise ApiError(400, f"{path}: {first['msg']}{got}{more}", param=path) from None
