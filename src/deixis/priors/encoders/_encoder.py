"""The interface of an encoder that is asked what it knows: pictures in, one vector each out."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias, final

from jaxtyping import Float
from torch import Tensor

from deixis.core.errors import UnsupportedError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.models.interface import VisionLanguageModel

LoadModel: TypeAlias = Callable[[str], VisionLanguageModel]


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Seen:
    """A picture, and where in it the entity is; None: it is what the picture shows."""

    image: Image
    region: Region | None = None


class PriorEncoder(ABC):
    """What embeds pictures, and names where it has words for them.

    `takes` says what stands behind its name ("dual:FOLDER"). `has_names`: it embeds names too; an
    entity's name is then what its pictures are ranked by, else the mean of its other pictures.
    """

    takes: ClassVar[str]
    has_names: ClassVar[bool]
    templates: ClassVar[tuple[str, ...]] = ("{}",)  # that it is asked with, unless told otherwise

    @classmethod
    @abstractmethod
    def of(cls, argument: str, load: LoadModel | None) -> "PriorEncoder":
        """The encoder that stands behind its kind's name."""

    @property
    @abstractmethod
    def record(self) -> Mapping[str, str]:
        """What its embeddings depend on: they are kept under it."""

    @abstractmethod
    def embed_pictures(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        """A vector a picture, which does not depend on the others; of any length."""

    def embed_names(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        """A vector a text, where pictures are embedded too."""
        raise UnsupportedError(
            f"{self.record['encoder']} has no words: its pictures are ranked by prototypes"
        )
