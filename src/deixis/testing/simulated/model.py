"""Simulated models: they render nothing and know the truth, and answer as a kind of model would."""

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, final

import numpy as np
from typing_extensions import override

from deixis.coordinates import Dialect
from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.portable_rng import Draws
from deixis.core.size import Size
from deixis.core.view import Resized, View
from deixis.models.interface import (
    Abilities,
    Completion,
    Generation,
    Question,
    VisionLanguageModel,
    image_of,
)
from deixis.testing.simulated.album import Album, Truth
from deixis.testing.simulated.answering import Asked, answer_to
from deixis.testing.simulated.kinds import Kind, kinds
from deixis.testing.simulated.manner import Manner
from deixis.testing.simulated.pointing import Pointer, pointer_of, without_mark
from deixis.testing.simulated.providers import Provider
from deixis.testing.simulated.wording import Pointed, names_in, wish_of
from deixis.testing.simulated.writing import Writing

Body: TypeAlias = Mapping[str, Any]  # Any: JSON
REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "I cannot determine where objects are in this image.",
    "I'm not able to assist with this request.",
)
SEES_NOTHING = "I cannot tell what is in this picture."


@final
class SimulatedModel(VisionLanguageModel):
    """A model that knows the truth of some pictures, and tells it as its kind would.

    The answer to a question depends on the seed, the words and the pixels: not on the order of
    questions. `reply` answers the body of a request as a server does: `serve(answer=model.reply)`.
    """

    stored_name = "SimulatedModel"
    abilities = Abilities(
        many_pictures=True,
        system=True,
        answer_logprobs=False,
        loss=False,
        pixel_gradient=False,
        vision_tokens=False,
        spatial_tokens=False,
        text_alone=True,
    )

    def __init__(
        self, kind: Kind, truth: Truth, *, manner: Manner | None = None, seed: int = 0
    ) -> None:
        if not isinstance(seed, int) or seed < 0:
            raise UsageError(f"a simulated model's seed is a whole number from 0 on, got {seed!r}")
        self.kind, self.manner, self.seed = kind, manner or Manner(), seed
        self.name = f"simulated:{kind.name}"
        self.dialect = kind.dialect or None
        self._album = Album(truth)
        things = (thing for known in self._album.known for thing in known.things)
        self._names = frozenset(str(thing.label) for thing in things)
        self._provider = self.manner.provider or kind.provider
        self._other = _kind_named(self.manner.mixes) if self.manner.mixes else None

    @override
    def own_dialect(self) -> Dialect:
        return self.kind.contract.spoken() if self.dialect else super().own_dialect()

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"seed": str(self.seed), "truth": self._album.digest, **self.manner.record}

    @override
    def views(self, size: Size, *, alone: bool = True) -> tuple[View, ...]:
        seen = self._provider(size)
        resizes = () if seen == size else (Resized(size=seen, resample="bicubic"),)
        return (View(original=size, steps=resizes),)

    @override
    def generate(
        self, questions: Sequence[Question], settings: Generation | None = None
    ) -> list[Completion]:
        schema = json.loads(settings.schema) if settings and settings.schema else None
        return [Completion(text=self.answer(question, schema)) for question in questions]

    def answer(self, question: Question, schema: Body | None = None) -> str:
        """The words of one answer, which is held to a JSON schema where there is one."""
        shown = [image_of(picture) for picture in question.pictures]
        draws = Draws(self.seed, zlib.crc32(question.text.encode()), _fingerprint(shown))
        if draws.uniform(0, 1) < self.manner.refused:
            return draws.pick(REFUSALS)
        writing, provider = self._way(draws)
        sightings = tuple(self._album.sighting(image) for image in shown)
        last = next((one for one in reversed(sightings) if one is not None), None)
        if last is None:
            return SEES_NOTHING
        seen = provider(last.shown.size)
        mark, text = ("", question.text) if last.is_same else without_mark(question.text)
        _, rest = names_in(text, self._names)
        pointer = pointer_of(f"{mark} {rest}", writing.read(question.text, seen))
        return answer_to(
            Asked(
                wish=wish_of(text, self._names, pointed=_pointed(pointer)),
                pointer=pointer,
                sightings=sightings,
                known=self._album.known,
                writing=writing,
                seen=seen,
                draws=draws,
                manner=self.manner,
                gives_all=self.kind.gives_all,
                schema=schema,
            )
        )

    def reply(self, body: Body) -> str:
        """The answer to the body of a request to /chat/completions."""
        wanted = body.get("response_format") or {}
        return self.answer(question_of(body), wanted.get("json_schema", {}).get("schema"))

    def _way(self, draws: Draws) -> tuple[Writing, Provider]:
        """How it writes this time, and what was done to the picture."""
        if self._other is not None and draws.chance(50):
            return self._other.writing, self.manner.provider or self._other.provider
        return self.kind.writing, self._provider


def simulated(
    kind: str | Kind, truth: Truth, *, manner: Manner | None = None, seed: int = 0
) -> SimulatedModel:
    """A model of a kind (`kinds()` lists them) that knows the truth of these pictures.

    `truth` has the regions of each image, in its pixels: a region's `label` is the thing's name,
    its `text` what stands on it.
    """
    chosen = kind if isinstance(kind, Kind) else _kind_named(kind)
    return SimulatedModel(chosen, truth, manner=manner, seed=seed)


def question_of(body: Body) -> Question:
    """The question that a request's body asks: all its pictures, and the words of its last turn."""
    pictures: list[Image] = []
    text = ""
    for message in body["messages"]:
        content = message["content"]
        if isinstance(content, str):
            content = [{"type": "text", "text": content}]
        parts: list[Any] = content
        pictures += [
            open_image(part["image_url"]["url"]) for part in parts if part["type"] == "image_url"
        ]
        text = "".join(part["text"] for part in parts if part["type"] == "text")
    return Question(pictures=tuple(pictures), text=text)


def _pointed(pointer: Pointer | None) -> Pointed:
    if pointer is None:
        return ""
    return "surely" if pointer.is_sure else "perhaps"


def _kind_named(name: str) -> Kind:
    found = kinds().get(name)
    if found is None:
        raise UnknownNameError(kind="simulated model", name=name, known=kinds())
    return found


def _fingerprint(shown: Sequence[Image]) -> int:
    """A number of the pixels' own, the same wherever they come from."""
    number = 0
    for image in shown:
        step = max(1, min(image.size.width, image.size.height) // 32)
        sample = np.ascontiguousarray(image.pixels[::step, ::step])
        number = zlib.crc32(str(image.size).encode() + sample.tobytes(), number)
    return number
