"""Asking: regions and a question go in, words and regions of the original image come out.

The way of one question: the `Composer` shows or tells each region by its encoding → `Composed`
(pictures and words) → the model → `Answer`, whose `sent` is enough to repeat the call.
"""

import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, final, overload

from typing_extensions import Unpack

from deixis.ask.answer import Answer as Answer
from deixis.ask.answer_stream import AnswerStream
from deixis.ask.asking import Ask, History, How, HowWords, Pictures, ask_of, how_of, opened_images
from deixis.ask.background import AskingThreads, awaited, streamed
from deixis.ask.chosen_dialect import chosen_dialect
from deixis.ask.composer import Asking, Composed, Composer, Marks
from deixis.ask.find_prompts import Kind
from deixis.ask.found import Found
from deixis.ask.knowledge_forms import Knowledge, Looked
from deixis.ask.many import OnError, QuestionRow, all_answers, each_answer
from deixis.ask.pixel_prompt_dialect import Prompted
from deixis.ask.scored import Scores, check_scorable
from deixis.ask.sent import Sent, software
from deixis.ask.taught import tell_of_untaught
from deixis.ask.verbs import takes, takes_with
from deixis.coordinates import Dialect, Place, Reading
from deixis.coordinates.contract import Contract
from deixis.coordinates.contracts import contract_named
from deixis.coordinates.unknown import UnknownDialect
from deixis.core import given
from deixis.core.errors import DeixisError, UsageError
from deixis.core.optional_parts import opened
from deixis.core.progress import Reporter
from deixis.core.transform import Transform
from deixis.models.interface import (
    Completion,
    KnownPixelChange,
    PixelChange,
    TokenChange,
    TokenPlace,
    VisionLanguageModel,
)

if TYPE_CHECKING:
    from deixis.ask.chat import Chat
    from deixis.ask.session import Session

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
        given.instance("vlm", vlm, VisionLanguageModel, "a VisionLanguageModel; see dx.load")
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
        self.threads = AskingThreads(vlm)
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

    @takes(ask_of)
    def ask(self, asked: Ask) -> Answer:
        """One question is asked. `{name}` in it stands for the region given as `name=`, or in
        `regions`; a bare region is said in the model's own coordinates.

        `image` is a picture in any form that `open_image` takes, or several. A name in braces
        without a region is refused, as is a region that the question does not mention; `{{name}}`
        is literal, and other braces are text. `history` is what was said before: answers of this
        model, with the pictures that they were about, or exchanges of your own about `image`.
        Marks whose width is left open are drawn as wide as this model needs; one of which it can
        hardly see anything is logged as a warning, and refused if `strict`. `cite` asks for the
        region that the answer rests on, too, and checks it, with three more calls: see `Cited`.
        """
        if not asked.cite:
            return self.answers_to([asked.asking], asked.how)[0]
        from deixis.ask.cite import check_citable, cited

        check_citable(self, asked.asking)
        (answer,) = self.answers_to([asked.asking], asked.how)
        return cited(self, asked.asking, answer, judge=asked.judge, strict=asked.how.strict)

    @overload
    def ask_all(
        self,
        questions: Iterable[QuestionRow],
        *,
        on_error: Literal["raise"] = "raise",
        progress: Reporter | None = None,
        **how: Unpack[HowWords],
    ) -> list[Answer]: ...

    @overload
    def ask_all(
        self,
        questions: Iterable[QuestionRow],
        *,
        on_error: Literal["keep"],
        progress: Reporter | None = None,
        **how: Unpack[HowWords],
    ) -> list[Answer | DeixisError]: ...

    def ask_all(
        self,
        questions: Iterable[QuestionRow],
        *,
        on_error: OnError = "raise",
        progress: Reporter | None = None,
        **how: Unpack[HowWords],
    ) -> Sequence[Answer | DeixisError]:
        """Many questions are asked: each a pair (image, question), a triple with the regions, or a
        dict. Greedy answers do not depend on what else is asked.

        A list is checked before the first one is sent. With on_error="keep" the error stands where
        its answer would; else the first one ends the call, and a RemoteError holds the answers that
        were had. `progress` is told of each answer.
        """
        return all_answers(self, questions, how_of(**how), on_error=on_error, progress=progress)

    def stream_all(
        self,
        questions: Iterable[QuestionRow],
        *,
        on_error: OnError = "raise",
        progress: Reporter | None = None,
        **how: Unpack[HowWords],
    ) -> Iterator[Answer | DeixisError]:
        """The answers of `ask_all` as they come, in the questions' order: of a generator of any
        length a few are held at a time.
        """
        return each_answer(self, questions, how_of(**how), on_error=on_error, progress=progress)

    @takes(ask_of)
    def stream(self, asked: Ask) -> AnswerStream:
        """The words of one answer as they come; its regions as soon as they are complete; and in
        the end the answer. It takes what `ask` takes, but for `cite`.
        """
        if asked.cite:
            raise UsageError("cite asks three times more when the answer is there: use ask")
        how = self.spoken_how(asked.how)
        (composed,) = self.composed([asked.asking], how)
        frame = composed.frames[0]
        return AnswerStream(
            self.vlm.stream(composed.question(how.system), how.settings),
            reader=self.dialect.reader(frame.image.size),
            located=partial(self._located, frame.transform.inverse()),
            answered=partial(self.answer_of, composed, how),
        )

    @takes(ask_of)
    def preview(self, asked: Ask) -> Sent:
        """What `ask` would send, pictures and words; nothing is sent."""
        how = self.spoken_how(asked.how)
        return self.sent_of(self.composed([asked.asking], how)[0], how)

    @takes_with(ask_of, "answers")
    def score(self, asked: Ask, answers: Sequence[str]) -> Scores:
        """How likely the model finds each of the given answers; servers do not tell that."""
        answers = check_scorable(self.vlm, answers)
        how = self.spoken_how(asked.how)
        (composed,) = self.composed([asked.asking], how)
        found = self.vlm.answer_logprobs(composed.question(how.system), answers)
        return Scores(scores=tuple(found), sent=self.sent_of(composed, how))

    def find(  # noqa: PLR0913  # all but two by name
        self,
        image: Pictures,
        what: str,
        /,
        *,
        kind: Kind = "point",
        many: bool = False,
        refine: int = 0,
        scale: float = 1.0,
        prompt: str | None = None,
        prompts: str | Path | None = None,
        **how: Unpack[HowWords],
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
            **how,
        )

    ask_async = awaited(ask)
    ask_all_async = awaited(ask_all)
    stream_async = streamed(stream)
    score_async = awaited(score)
    find_async = awaited(find)

    def chat(self, image: Pictures, *, history: History = ()) -> "Chat":
        """A dialogue about a picture, or several: each question comes with what was said before."""
        from deixis.ask.chat import Chat

        return Chat(self, opened_images(image), history=history)

    def session(self, image: Pictures) -> "Session":
        """The picture, or several, for many questions: opened once, looked at once, and, where the
        model can, encoded once. Safe with threads.
        """
        from deixis.ask.session import Session

        model = self._over(self.vlm.remembering()).looking_once()
        return Session(model=model, images=opened_images(image))

    def replay(self, sent: Sent) -> Answer:
        """Send the same again: the same pictures, words and settings."""
        given.instance("sent", sent, Sent, "a Sent, as an answer has it")
        sent.check_model(
            self.vlm.name,
            dialect=self.dialect_name,
            contract=self._contract_name,
            loaded=self._record,
        )
        asked = Composed(frames=sent.frames, text=sent.text, notes=sent.notes, earlier=sent.earlier)
        (completion,) = self.vlm.generate([asked.question(sent.system)], sent.settings)
        how = How(system=sent.system, settings=sent.settings)
        return self.answer_of(asked, how, completion)

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

    def answers_to(self, askings: Sequence[Asking], how: How) -> list[Answer]:
        """Questions of one batch are asked in one manner."""
        how = self.spoken_how(how)
        asked = self.composed(askings, how)
        completions = self.vlm.generate([one.question(how.system) for one in asked], how.settings)
        return [
            self.answer_of(one, how, completion)
            for one, completion in zip(asked, completions, strict=True)
        ]

    def spoken_how(self, how: How) -> How:
        """The manner, its system prompt as this model reads it."""
        return how if how.system is None else replace(how, system=self.vlm.spoken(how.system))

    def composed(self, askings: Sequence[Asking], how: How) -> list[Composed]:
        """The questions composed; each of their pictures is looked at once."""
        tell_of_untaught(self.vlm.name, askings)
        composer = self.composer
        marks: Marks = "strict" if how.strict else "told"
        if self.knowledge is None:
            return [composer.compose(asking, marks=marks) for asking in askings]
        looked = self._looked or Looked(self.knowledge)
        if len(askings) > 1:  # all pictures together
            looked([image for asking in askings for image in asking.images])
        return [
            composer.compose(asking, marks=marks, notes=looked(asking.images)) for asking in askings
        ]

    def looking_once(self) -> "Model":
        """The same, which looks once at a picture that it is shown again."""
        model = self._over(self.vlm)
        model._looked = None if self.knowledge is None else Looked(self.knowledge)
        return model

    @property
    def _contract_name(self) -> str | None:
        return None if self.contract is None else self.contract.name

    @property
    def _record(self) -> dict[str, str]:
        known = {} if self.knowledge is None else self.knowledge.record
        return {**self.vlm.record, **{f"knowledge {name}": told for name, told in known.items()}}

    def _located(self, back: Transform, place: Place) -> Place:
        """A place of an answer, in pixels of the original picture."""
        return replace(place, region=replace(back.region(place.region), source=self.vlm.name))

    def reading_of(self, asked: Composed, text: str) -> Reading:
        """What is read in an answer to what was sent; its places are in pixels of the original."""
        first = asked.frames[0]
        reading = self.dialect.read(text, first.image.size)
        back = first.transform.inverse()
        return replace(reading, places=tuple(self._located(back, one) for one in reading.places))

    def answer_of(self, asked: Composed, how: How, completion: Completion) -> Answer:
        """The answer that a completion of what was sent is."""
        reading = self.reading_of(asked, completion.text)
        return Answer(
            text=completion.text,
            places=reading.places,
            unread=reading.unread,
            finish=completion.finish,
            sent=self.sent_of(asked, how),
        )

    def sent_of(self, asked: Composed, how: How) -> Sent:
        """What is sent, whole."""
        return Sent(
            model=self.vlm.name,
            dialect=self.dialect_name,
            frames=asked.frames,
            text=asked.text,
            system=how.system,
            settings=how.settings,
            notes=asked.notes,
            earlier=asked.earlier,
            loaded=self._record,
            software=software(),
            contract=self._contract_name,
        )
