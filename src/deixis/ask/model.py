"""Asking: regions and a question go in, words and regions of the original image come out.

The way of one question: the `Composer` shows or tells each region by its encoding → `Composed`
(pictures and words) → the model → `Answer`, whose `sent` is enough to repeat the call.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

from deixis.ask.answer import Answer as Answer
from deixis.ask.answer import Judging
from deixis.ask.asking import asking_of, opened_images, pointed
from deixis.ask.chosen_dialect import chosen_dialect
from deixis.ask.composer import Asking, Composed, Composer, Exchange, Marks, Pointed
from deixis.ask.find_prompts import Kind
from deixis.ask.found import Found
from deixis.ask.knowledge_forms import Knowledge, Looked
from deixis.ask.pixel_prompt_dialect import Prompted
from deixis.ask.sent import Sent, software
from deixis.coordinates import Dialect
from deixis.coordinates.contract import Contract
from deixis.coordinates.contracts import contract_named
from deixis.coordinates.unknown import UnknownDialect
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.optional_parts import opened
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
class Model:
    """A loaded model that can be asked about regions."""

    def __init__(
        self,
        vlm: VisionLanguageModel,
        *,
        dialect: str | None = None,
        contract: Contract | str | Path | None = None,
        knowledge: Knowledge | None = None,
        pixel: KnownPixelChange | None = None,
    ) -> None:
        told = None if contract is None else contract_named(contract)
        vlm = vlm if told is None else vlm.under(told)
        chosen = chosen_dialect(vlm, dialect, told)
        self.pixel = pixel
        self.vlm = vlm = vlm if pixel is None else vlm.with_pixel_change(pixel)
        self.knowledge = None if knowledge is None else knowledge.of(vlm)
        if knowledge is not None and knowledge.prompt is not None:
            prompt = knowledge.prompt
            self.vlm = vlm.with_token_change(prompt, place=prompt.place)
        self.dialect_name = chosen.name
        self.contract = chosen.contract
        self._looked: Looked | None = None
        self._plain = chosen.dialect

    @property
    def dialect(self) -> Dialect:
        """How it says and reads places of the picture as it is given."""
        return self._plain if self.pixel is None else Prompted(self._plain, self.pixel)

    def known_dialect(self) -> str:
        """The dialect's name; UsageError with what to do where it is not known how the model counts
        places.
        """
        if isinstance(self._plain, UnknownDialect):
            raise self._plain.refusal()
        return str(self.dialect_name)

    @property
    def composer(self) -> Composer:
        """What it is asked is composed by this."""
        return Composer(model=self.vlm, dialect=self.dialect, knowledge=self.knowledge)

    def __repr__(self) -> str:
        return f"Model({self.vlm.name!r}, dialect={self.dialect_name!r})"

    def ask(  # noqa: PLR0913  # the one verb, all but two by name
        self,
        image: Image | str | Sequence[Image | str],
        question: str,
        /,
        *,
        history: "Sequence[Answer | Exchange]" = (),
        system: str | None = None,
        settings: Generation | None = None,
        strict: bool = False,
        cite: bool = False,
        judge: Judging | None = None,
        regions: Mapping[str, Pointed] | None = None,
        **named: Pointed,
    ) -> Answer:
        """One question is asked. `{name}` in it stands for the region given as `name=`, or in
        `regions`; a bare region is said in the model's own coordinates.

        `image` is an Image, a path to open, or several. Braces stay as they are where no region is
        given. `history` is what was said before: answers of this model, with the pictures that they
        were about, or exchanges of your own about `image`. Marks whose width is left open are drawn
        as wide as this model needs; one of which it can hardly see anything is logged as a warning,
        and refused if `strict`. `cite` asks for the region that the answer rests on, too, and
        checks it, with three more calls: see `Cited`.
        """
        named = pointed(regions, named, system, settings, strict, history, cite, judge)
        asking = asking_of(image, question, named, history)
        if cite:
            from deixis.ask.cite import check_citable, cited

            check_citable(self, asking)
        (answer,) = self._asked([asking], system=system, settings=settings, strict=strict)
        return cited(self, asking, answer, judge=judge, strict=strict) if cite else answer

    def ask_all(
        self,
        questions: Sequence[tuple[Image | str | Sequence[Image | str], str, Mapping[str, Pointed]]],
        *,
        system: str | None = None,
        settings: Generation | None = None,
        strict: bool = False,
    ) -> list[Answer]:
        """Many questions are asked, in batches; greedy answers do not depend on what else is in the
        batch.
        """
        askings = [asking_of(image, text, regions) for image, text, regions in questions]
        return self._asked(askings, system=system, settings=settings, strict=strict)

    def stream(  # noqa: PLR0913  # as `ask`
        self,
        image: Image | str | Sequence[Image | str],
        question: str,
        regions: Mapping[str, Pointed],
        *,
        history: "Sequence[Answer | Exchange]" = (),
        system: str | None = None,
        settings: Generation | None = None,
        strict: bool = False,
    ) -> Iterator[str]:
        """The words of one answer as they come; `regions` by their names in the question."""
        (asked,) = self._composed([asking_of(image, question, regions, history)], strict=strict)
        return self.vlm.stream(asked.question(system), settings)

    def find(  # noqa: PLR0913  # all but two by name
        self,
        image: Image | str,
        what: str,
        /,
        *,
        kind: Kind = "point",
        many: bool = False,
        refine: int = 0,
        scale: float = 1.0,
        prompt: str | None = None,
        prompts: str | Path | None = None,
        settings: Generation | None = None,
    ) -> Found:
        """Where a thing is, in pixels of the original picture: "the Save button".

        The model is asked in its own best words for a "point" or a "box", or for `many`. `refine`
        looks again in crops around the answer, so many times at most, until the place is stable:
        a call each. `scale` is how many pixels of the picture a logical one has, on a screen.
        `prompt` are other words, `{what}` in them; `prompts` a file of them. That nothing was found
        is told by the result.
        """
        from deixis.ask.find import find_in

        return find_in(
            self,
            image,
            what,
            kind=kind,
            many=many,
            refine=refine,
            scale=scale,
            prompt=prompt,
            prompts=prompts,
            settings=settings,
        )

    def session(self, image: Image | str | Sequence[Image | str]) -> "Session":
        """The picture, or several, for many questions: opened once, looked at once, and, where the
        model can, encoded once. Safe with threads.
        """
        model = self._over(self.vlm.remembering())
        model._looked = None if self.knowledge is None else Looked(self.knowledge)
        return Session(model=model, images=opened_images(image))

    def replay(self, sent: Sent) -> Answer:
        """Send the same again: the same pictures, words and settings."""
        if sent.model != self.vlm.name:
            raise UsageError(f"this was sent to {sent.model!r}, this model is {self.vlm.name!r}")
        if sent.dialect != self.dialect_name:
            raise UsageError(
                f"this was said in {sent.dialect!r}, this model speaks {self.dialect_name!r};"
                f" make the model with dialect={sent.dialect!r}"
            )
        if sent.contract not in (None, self._contract_name):
            raise UsageError(
                f"this was said under the contract {sent.contract!r}, this model is under "
                f"{self._contract_name!r}; make the model with contract={sent.contract!r}"
            )
        if dict(sent.loaded) != self._record:
            raise UsageError(
                f"this was sent to a model of {dict(sent.loaded)}, this one is of "
                f"{self._record}; load and change it in the same way"
            )
        asked = Composed(frames=sent.frames, text=sent.text, notes=sent.notes, earlier=sent.earlier)
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

    def _asked(
        self,
        askings: Sequence[Asking],
        *,
        system: str | None,
        settings: Generation | None,
        strict: bool,
    ) -> list[Answer]:
        settings = settings or Generation()
        system = None if system is None else self.vlm.spoken(system)
        asked = self._composed(askings, strict=strict)
        completions = self.vlm.generate([one.question(system) for one in asked], settings)
        return [
            self._answer(one, completion, system, settings)
            for one, completion in zip(asked, completions, strict=True)
        ]

    def _composed(self, askings: Sequence[Asking], *, strict: bool) -> list[Composed]:
        """The questions composed; each of their pictures is looked at once."""
        composer = self.composer
        marks: Marks = "strict" if strict else "told"
        if self.knowledge is None:
            return [composer.compose(asking, marks=marks) for asking in askings]
        looked = self._looked or Looked(self.knowledge)
        if len(askings) > 1:  # all pictures together
            looked([image for asking in askings for image in asking.images])
        return [
            composer.compose(asking, marks=marks, notes=looked(asking.images)) for asking in askings
        ]

    @property
    def _contract_name(self) -> str | None:
        return None if self.contract is None else self.contract.name

    @property
    def _record(self) -> dict[str, str]:
        known = {} if self.knowledge is None else self.knowledge.record
        return {**self.vlm.record, **{f"knowledge {name}": told for name, told in known.items()}}

    def _answer(
        self, asked: Composed, completion: Completion, system: str | None, settings: Generation
    ) -> Answer:
        first = asked.frames[0]
        reading = self.dialect.read(completion.text, first.image.size)
        back = first.transform.inverse()
        return Answer(
            text=completion.text,
            places=tuple(
                replace(place, region=replace(back.region(place.region), source=self.vlm.name))
                for place in reading.places
            ),
            unread=reading.unread,
            finish=completion.finish,
            sent=Sent(
                model=self.vlm.name,
                dialect=self.dialect_name,
                frames=asked.frames,
                text=asked.text,
                system=system,
                settings=settings,
                notes=asked.notes,
                earlier=asked.earlier,
                loaded=self._record,
                software=software(),
                contract=self._contract_name,
            ),
        )


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Session:
    """Pictures with a model, made by `Model.session`. Its questions are those of `Model.ask`,
    without the picture.
    """

    model: Model
    images: tuple[Image, ...]

    def ask(  # noqa: PLR0913  # as `Model.ask`
        self,
        question: str,
        /,
        *,
        history: Sequence[Answer | Exchange] = (),
        system: str | None = None,
        settings: Generation | None = None,
        strict: bool = False,
        cite: bool = False,
        judge: Judging | None = None,
        regions: Mapping[str, Pointed] | None = None,
        **named: Pointed,
    ) -> Answer:
        """One question about them is asked."""
        return self.model.ask(
            self.images,
            question,
            history=history,
            system=system,
            settings=settings,
            strict=strict,
            cite=cite,
            judge=judge,
            regions=pointed(regions, named, system, settings, strict, history, cite, judge),
        )

    def stream(
        self,
        question: str,
        regions: Mapping[str, Pointed],
        *,
        history: Sequence[Answer | Exchange] = (),
        system: str | None = None,
        settings: Generation | None = None,
        strict: bool = False,
    ) -> Iterator[str]:
        """The words of one answer as they come."""
        return self.model.stream(
            self.images,
            question,
            regions,
            history=history,
            system=system,
            settings=settings,
            strict=strict,
        )
