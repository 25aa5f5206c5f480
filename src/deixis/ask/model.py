"""Asking: regions and a question go in, words and regions of the original image come out.

The way of one question: the `Composer` shows or tells each region by its encoding → `Composed`
(pictures and words) → the model → `Answer`, whose `sent` is enough to repeat the call.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

from deixis.ask.compose import Asking, Composed, Pointed
from deixis.ask.composer import Composer
from deixis.ask.knowledge_forms import Knowledge
from deixis.ask.prompted_convention import Prompted
from deixis.ask.sent import Sent, software
from deixis.coordinates import Convention, conventions
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.optional_parts import opened
from deixis.core.region import Region
from deixis.models.interface import (
    Completion,
    Generation,
    KnownPixelChange,
    PixelChange,
    TokenChange,
    TokenPlace,
    VisionLanguageModel,
)

# opened where it is asked for, since it needs an extra
PIXEL_PROMPT = "deixis.pixel.saved:fitting_prompt"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the model said; the regions in its words, in pixels of the original image; the pieces
    that look like coordinates but could not be read; and exactly what was sent.
    """

    text: str
    regions: tuple[Region, ...]
    unread: tuple[str, ...]
    finish: str
    sent: Sent


@final
class Model:
    """A loaded model that can be asked about regions."""

    def __init__(
        self,
        vlm: VisionLanguageModel,
        *,
        convention: str | None = None,
        knowledge: Knowledge | None = None,
        pixel: KnownPixelChange | None = None,
    ) -> None:
        self.pixel = pixel
        self.vlm = vlm = vlm if pixel is None else vlm.with_pixel_change(pixel)
        self.knowledge = None if knowledge is None else knowledge.of(vlm)
        if knowledge is not None and knowledge.prompt is not None:
            prompt = knowledge.prompt
            self.vlm = vlm.with_token_change(prompt, place=prompt.place)
        self.convention_name = convention or vlm.convention
        settings = vlm.convention_settings if convention in (None, vlm.convention) else {}
        self._plain = conventions.get(self.convention_name)(**settings)

    @property
    def convention(self) -> Convention:
        """How it says and reads places of the picture as it is given."""
        return self._plain if self.pixel is None else Prompted(self._plain, self.pixel)

    @property
    def composer(self) -> Composer:
        """What it is asked is composed by this."""
        return Composer(model=self.vlm, convention=self.convention, knowledge=self.knowledge)

    def __repr__(self) -> str:
        return f"Model({self.vlm.name!r}, convention={self.convention_name!r})"

    def ask(
        self,
        image: Image | str,
        question: str,
        /,
        *,
        system: str | None = None,
        settings: Generation | None = None,
        strict: bool = False,
        **regions: Pointed,
    ) -> Answer:
        """Ask one question. `{name}` in it stands for the region given as `name=`; a bare region
        is said in the model's own coordinates.

        `image` is an Image, or a path to open. Braces stay as they are where no region is given.
        Marks whose width is left open are drawn as wide as this model needs; one of which it can
        hardly see anything is logged as a warning, and refused if `strict`.
        """
        asked = [(image, question, regions)]
        return self.ask_all(asked, system=system, settings=settings, strict=strict)[0]

    def ask_all(
        self,
        questions: Sequence[tuple[Image | str, str, Mapping[str, Pointed]]],
        *,
        system: str | None = None,
        settings: Generation | None = None,
        strict: bool = False,
    ) -> list[Answer]:
        """Ask many, in batches; greedy answers do not depend on what else is in the batch."""
        settings = settings or Generation()
        system = None if system is None else self.vlm.spoken(system)
        asked = [
            self._composed(_opened(image), text, regions, strict=strict)
            for image, text, regions in questions
        ]
        sendable = [one.question(system) for one in asked]
        completions = self.vlm.generate(sendable, settings)
        return [
            self._answer(one, completion, system, settings)
            for one, completion in zip(asked, completions, strict=True)
        ]

    def stream(
        self,
        image: Image | str,
        question: str,
        regions: Mapping[str, Pointed],
        *,
        system: str | None = None,
        settings: Generation | None = None,
        strict: bool = False,
    ) -> Iterator[str]:
        """The words of one answer as they come; `regions` by their names in the question."""
        asked = self._composed(_opened(image), question, regions, strict=strict)
        return self.vlm.stream(asked.question(system), settings)

    def replay(self, sent: Sent) -> Answer:
        """Send the same again: the same pictures, words and settings."""
        if sent.model != self.vlm.name:
            raise UsageError(f"this was sent to {sent.model!r}, this model is {self.vlm.name!r}")
        if sent.convention != self.convention_name:
            raise UsageError(
                f"this was said in {sent.convention!r}, this model speaks {self.convention_name!r};"
                f" make the model with convention={sent.convention!r}"
            )
        if dict(sent.loaded) != self._record:
            raise UsageError(
                f"this was sent to a model of {dict(sent.loaded)}, this one is of "
                f"{self._record}; load and change it in the same way"
            )
        asked = Composed(frames=sent.frames, text=sent.text, notes=sent.notes)
        (completion,) = self.vlm.generate([asked.question(sent.system)], sent.settings)
        return self._answer(asked, completion, sent.system, sent.settings)

    def with_token_change(
        self, change: TokenChange | None, *, place: TokenPlace = "after"
    ) -> "Model":
        """The same model, its vision tokens changed on the way to the language model: after the
        projector or before it. Knowledge that is told or drawn stays.
        """
        if self.knowledge is not None and self.knowledge.prompt is not None:
            raise UsageError(
                "a knowledge prompt changes this model's vision tokens already: load it without "
                "knowledge=, and let your change call the prompt where both are meant"
            )
        return self._over(self.vlm.with_token_change(change, place=place))

    def with_pixel_change(self, change: PixelChange | None) -> "Model":
        """The same model, every picture changed before the family's own preparation."""
        changed = self._over(self.vlm.with_pixel_change(change))
        changed.pixel = change if isinstance(change, KnownPixelChange) else None
        return changed

    def with_pixel(self, prompt: KnownPixelChange | str | Path, *, strict: bool = False) -> "Model":
        """The same model, every picture seen through a pixel prompt: one that is loaded, or its
        folder or file. Regions stay in pixels of the original picture. `strict` refuses a prompt
        that was learned on this model when it prepared pictures otherwise; without it that is
        logged as a warning.
        """
        if not isinstance(prompt, KnownPixelChange):
            fitting_prompt = opened(PIXEL_PROMPT, needed_for="a pixel prompt")
            return self.with_pixel_change(fitting_prompt(prompt, self.vlm, strict=strict))
        return self.with_pixel_change(prompt)

    def _over(self, vlm: VisionLanguageModel) -> "Model":
        """The same way of asking over a changed model, which carries a prompt on if it has one."""
        changed = copy.copy(self)
        changed.vlm = vlm
        return changed

    def _composed(
        self, image: Image, text: str, regions: Mapping[str, object], *, strict: bool
    ) -> Composed:
        asking = Asking(images=(image,), text=text, regions=regions)
        return self.composer.compose(asking, marks="strict" if strict else "told")

    @property
    def _record(self) -> dict[str, str]:
        known = {} if self.knowledge is None else self.knowledge.record
        return {**self.vlm.record, **{f"knowledge {name}": told for name, told in known.items()}}

    def _answer(
        self, asked: Composed, completion: Completion, system: str | None, settings: Generation
    ) -> Answer:
        first = asked.frames[0]
        reading = self.convention.read(completion.text, first.image.size)
        back = first.transform.inverse()
        return Answer(
            text=completion.text,
            regions=tuple(replace(back.region(r), source=self.vlm.name) for r in reading.regions),
            unread=reading.unread,
            finish=completion.finish,
            sent=Sent(
                model=self.vlm.name,
                convention=self.convention_name,
                frames=asked.frames,
                text=asked.text,
                system=system,
                settings=settings,
                notes=asked.notes,
                loaded=self._record,
                software=software(),
            ),
        )


def _opened(image: Image | str) -> Image:
    return image if isinstance(image, Image) else open_image(image)
