"""The Things world's own truth: a picture that says which scene it is, is drawn again."""

import re
from collections.abc import Mapping
from typing import final

from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.sources.knowledge_source import KnowledgeSource, SourceOptions
from deixis_lab.things.art import SMALL, WHOLE, open_art
from deixis_lab.things.world import SOURCE, ThingWorld

NAME = "truth"
SCENE = re.compile(
    rf"{SOURCE}/(?P<split>\w+)/(?P<seed>\d+)/(?P<index>\d+)"
    r"@(?P<side>\d+)z(?P<exponent>[\d.e+-]+)-(?P<art>[0-9a-f]{8})"
)


@final
class Truth(KnowledgeSource):
    """All of a scene: masks of its stuff from the top down, then of its things from the farthest to
    the nearest, none over another; a sign also has its text.
    """

    @classmethod
    @override
    def of(cls, argument: str, options: SourceOptions) -> "Truth":
        return cls()

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"source": NAME}

    @override
    def look(self, image: Image) -> list[Region]:
        told = SCENE.fullmatch(image.source)
        if told is None:
            raise UsageError(
                "the source truth is for pictures of the Things world, whose source is "
                f"{SOURCE}/SPLIT/SEED/INDEX@SIDEzEXPONENT-ART, got {image.source!r:.200}"
            )
        try:
            exponent = float(told["exponent"])
            numbers = {name: int(told[name]) for name in ("seed", "index", "side")}
        except ValueError:  # dots and signs in any order, or thousands of digits
            raise UsageError(f"{image.source!r:.200} names no scene") from None
        world = ThingWorld(
            seed=numbers["seed"],
            side=numbers["side"],
            split=told["split"],
            exponent=exponent,
            art=_art(told["art"]),
        )
        scene = world.scene(numbers["index"])
        if scene.image != image:
            raise UsageError(
                f"{image.source!r:.200} was changed after it was drawn (marks, a crop, another "
                "size?): look at it before, or tell truth of another version of Deixis"
            )
        return [region.named(source=NAME) for region in scene.regions]


def _art(digest: str) -> str:
    """Which art a picture was drawn from."""
    is_small = open_art(SMALL).digest.startswith(digest)
    return SMALL if is_small else WHOLE
