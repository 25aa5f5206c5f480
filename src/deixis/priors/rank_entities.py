"""Rank_e of your own pictures, by any encoder or model."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from deixis.ask.model import Model
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.images import ImageLike, open_image
from deixis.data.entities.entity_set import CandidatePicture, checked
from deixis.models.interface import VisionLanguageModel
from deixis.models.load_by_name import load
from deixis.priors.encoders import PriorEncoder, prior_encoder
from deixis.priors.encoders.of_model import ModelTokens
from deixis.priors.ranking import Ranking, RankOptions, rank

Encoder: TypeAlias = str | PriorEncoder | VisionLanguageModel | Model


def rank_entities(
    encoder: Encoder,
    images: Sequence[ImageLike],
    names: Sequence[str],
    *,
    options: RankOptions | None = None,
) -> Ranking:
    """How well an encoder knows what is in these pictures, `names` saying what each shows.

    `encoder`: "dual:openai/clip-vit-base-patch32", "vision:facebook/dinov2-base", "tower:nano",
    "model:nano" …, or a loaded model, which is asked as a whole. Pictures that are missing, broken,
    tiny or there twice are left out: `left_out` of what comes back has each with its reason.
    """
    if len(images) != len(names):
        raise UsageError(f"each picture has a name: got {len(images)} and {len(names)}")
    found = [
        CandidatePicture(entity=name, source=_source(image))
        for image, name in zip(images, names, strict=True)
    ]
    return rank(checked(found), encoder_of(encoder), options)


def encoder_of(encoder: Encoder) -> PriorEncoder:
    """The encoder that is meant."""
    if isinstance(encoder, PriorEncoder):
        return encoder
    if isinstance(encoder, str):
        return prior_encoder(encoder, load)
    return ModelTokens(encoder.vlm if isinstance(encoder, Model) else encoder)


def _source(image: ImageLike) -> Path | Image:
    return Path(image) if isinstance(image, str | Path) else open_image(image)
