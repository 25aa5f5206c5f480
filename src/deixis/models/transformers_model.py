"""The one model class over transformers: a family's ways joined with what all families share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, final

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from deixis.coordinates.contract import Contract
from deixis.core.errors import ModelError, UsageError
from deixis.core.ordering import batches
from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid
from deixis.core.view import View
from deixis.models.chat import (
    answer_turn,
    chat_inputs,
    check_questions,
    check_views,
    completion,
    evaluating,
    generate_settings,
    listed_ends,
    num_prompt_tokens,
    placed,
    processed,
    seeded,
    system_form,
)
from deixis.models.family import Family
from deixis.models.heard_rows import HeardRows
from deixis.models.interface import (
    Abilities,
    AnswerScore,
    Completion,
    Example,
    Generation,
    Hear,
    KnownPixelChange,
    Picture,
    Question,
    TokenPlace,
    picture_size,
)
from deixis.models.language import Answers, Language, Output, Tensors
from deixis.models.of_family import OfFamily
from deixis.models.pixel_changes import behind, grid_behind, told, with_pixels
from deixis.models.soft_prompt import LearnedWords, WordedLanguage
from deixis.models.tensor_interface import (
    PixelChange,
    Pixels,
    TokenChange,
    VisionTokens,
    pixels_of,
)
from deixis.models.tensor_view import look
from deixis.models.vision_memory import VisionMemory
from deixis.models.vision_tokens import KeptTokens, before, by_picture, changed, flat_rows, reformed


@final
@dataclass(frozen=True, kw_only=True)
class TransformersModel(OfFamily):
    """A transformers checkpoint of a known family; safe with several threads, one at a time.
    `rounding` keeps the 8-bit roundings of the family's processor when pixels are tensors; a
    learned pixel prompt that leaves 0..255 turns it off. `loading` tells how it was loaded.
    """

    stored_name = "TransformersModel"
    name: str
    family: Family
    batch_size: int = 8
    rounding: bool = True
    token_change: TokenChange | None = None
    token_place: TokenPlace = "after"
    pixel_change: PixelChange | None = None
    told: Contract | None = None
    words: LearnedWords | None = None
    loading: Mapping[str, str] = field(default_factory=dict)
    memory: VisionMemory | None = None

    @property
    @override
    def module(self) -> Any:
        return self.family.model

    @property
    @override
    def processor(self) -> Any:
        return self.family.processor

    @cached_property
    def abilities(self) -> Abilities:  # type: ignore[override]
        """What the family can do, and this checkpoint's chat template."""
        system = self.family.abilities.system and system_form(self.processor) is not None
        return replace(self.family.abilities, system=system)

    @property
    @override
    def record(self) -> Mapping[str, str]:
        dtype = str(self.module.dtype).removeprefix("torch.")
        words = {} if self.words is None else {"words": self.words.digest}
        changed = told(self.pixel_change, self.token_change)
        return {**self.loading, "dtype": dtype, **changed, **words}

    @property
    @override
    def device(self) -> torch.device:
        embeddings = self.module.get_input_embeddings()
        hook = getattr(embeddings, "_hf_hook", None)  # of a model that lies on the disk or CPU
        if embeddings.weight.device.type == "meta" and hook is not None:
            return torch.device(hook.execution_device)
        return embeddings.weight.device

    @override
    def generate(
        self, questions: Sequence[Question], settings: Generation | None = None
    ) -> list[Completion]:
        return self._generated(questions, settings or Generation(), None)

    @override
    def generate_heard(
        self, questions: Sequence[Question], settings: Generation, hear: Hear
    ) -> list[Completion]:
        return self._generated(questions, settings, hear)

    @override
    @torch.no_grad()
    def answer_logprobs(self, question: Question, answers: Sequence[str]) -> list[AnswerScore]:
        if not answers:
            return []
        self._check([question])
        ids = [self._turn(Example(question=question, answer=answer))[:-1] for answer in answers]
        with self.family.lock, evaluating(self.module):
            text, features = self._encoded([question])
            scores = self._language.score(text, features, ids)
        pairs = zip(answers, scores, strict=True)
        return [AnswerScore(answer=answer, token_logprobs=tuple(score)) for answer, score in pairs]

    @override
    def loss(self, examples: Sequence[Example]) -> Float[Tensor, ""]:
        return self.loss_and_tokens(examples)[0]

    @override
    def loss_and_tokens(self, examples: Sequence[Example]) -> tuple[Float[Tensor, ""], int]:
        if not examples:
            raise UsageError("a loss needs at least one example")
        self._check([example.question for example in examples], is_lesson=True)
        shown = [example for example in examples if example.question.pictures]
        told = [example for example in examples if not example.question.pictures]
        apart = [some for some in (shown, told) if some]
        answers = [[self._turn(example) for example in some] for some in apart]
        with self.family.lock:
            losses = [self._loss(*pair) for pair in zip(apart, answers, strict=True)]
        counts = [sum(map(len, some)) for some in answers]
        weighted = [loss * (n / sum(counts)) for loss, n in zip(losses, counts, strict=True)]
        return torch.stack(weighted).sum() if len(losses) > 1 else losses[0], sum(counts)

    @override
    def num_answer_tokens(self, examples: Sequence[Example]) -> int:
        return sum(len(self._turn(example)) for example in examples)

    @override
    def num_tokens(self, example: Example) -> int:
        return num_prompt_tokens(self.family, example.question) + self.num_answer_tokens([example])

    @override
    def prepare(self, pixels: Pixels) -> Tensors:
        self._check_size(pixels, self.family.views)
        if self.pixel_change is not None:
            pixels = self.pixel_change(pixels)
        return self.family.pack([[self._views(pixels, self.family.views)]])

    @override
    def views(self, size: Size, *, alone: bool = True) -> tuple[View, ...]:
        views = self.family.views if alone else self.family.views_beside_others
        seen = behind(self.pixel_change, size, views)
        check_views(self.name, size, seen)
        return seen

    @override
    def token_grid(self, size: Size) -> TokenGrid:
        return grid_behind(self.pixel_change, size, self.family.grid)

    @override
    def vision_tokens(
        self,
        pictures: Sequence[Picture],
        text: str | Sequence[str] | None = None,
        *,
        place: TokenPlace = "after",
    ) -> list[VisionTokens]:
        texts = [text or ""] * len(pictures) if isinstance(text, str | None) else text
        questions = [
            Question(pictures=(picture,), text=words)
            for picture, words in zip(pictures, texts, strict=True)
        ]
        self._check(questions)
        kept = KeptTokens()
        with self.family.lock:
            for batch in batches(questions, self.batch_size):
                self._features(self._inputs(self._shown(batch)), batch, kept, place)
        return kept.seen

    @override
    def tokens_around(
        self, pictures: Sequence[Picture]
    ) -> tuple[list[VisionTokens], list[VisionTokens]]:
        questions = [Question(pictures=(picture,), text="") for picture in pictures]
        states, tokens = KeptTokens(), KeptTokens()
        self._check(questions)
        with self.family.lock:
            for batch in batches(questions, self.batch_size):
                features = self._features(self._inputs(self._shown(batch)), batch, states, "before")
                self._changed(flat_rows(features.pooler_output), batch, tokens, "after")
        return states.seen, tokens.seen

    @override
    def word_embeddings(self, texts: Sequence[str]) -> list[Float[Tensor, "token dim"]]:
        ids = self.processor.tokenizer(list(texts), add_special_tokens=False).input_ids
        embeddings = self.module.get_input_embeddings()
        return [embeddings(torch.tensor(row, dtype=torch.long, device=self.device)) for row in ids]

    @override
    def with_token_change(
        self, change: TokenChange | None, *, place: TokenPlace = "after"
    ) -> "TransformersModel":
        return replace(self, token_change=change, token_place=place)

    @override
    def with_pixel_change(self, change: PixelChange | None) -> "TransformersModel":
        rounding = change.is_8bit if isinstance(change, KnownPixelChange) else self.rounding
        return replace(self, pixel_change=change, rounding=rounding)

    @override
    def without_rounding(self) -> "TransformersModel":
        return replace(self, rounding=False)

    @override
    def remembering(self) -> "TransformersModel":
        return replace(self, memory=VisionMemory())

    def with_words(self, words: LearnedWords | None) -> "TransformersModel":
        """The same model, these words said before every question."""
        return replace(self, words=words)

    @property
    def _language(self) -> Language:
        language, embeddings = self.family.language(), self.module.get_input_embeddings()
        return language if self.words is None else WordedLanguage(language, embeddings, self.words)

    @property
    def _ends(self) -> tuple[int, ...]:
        return listed_ends(self.family.generation_config.eos_token_id)

    @torch.no_grad()
    def _generated(
        self, questions: Sequence[Question], settings: Generation, hear: Hear | None
    ) -> list[Completion]:
        self._check(questions)
        tokenizer = self.processor.tokenizer
        completed = partial(completion, settings=settings, tokenizer=tokenizer, ends=self._ends)
        chosen, done = generate_settings(settings, tokenizer), list[Completion]()
        with self.family.lock, evaluating(self.module), seeded(settings.seed):
            for batch in batches(questions, self.batch_size):
                text, features = self._encoded(batch)
                own = range(len(done), len(done) + len(batch))
                rows = HeardRows(own, hear=hear, completed=completed, stops=settings.stop)
                done += rows.completions(self._language, text, features, chosen)
        return done

    def _check(self, questions: Sequence[Question], *, is_lesson: bool = False) -> None:
        can = self.abilities
        check_questions(
            self.name,
            questions,
            many_pictures=can.many_pictures,
            system=can.system,
            text_alone=is_lesson and can.text_alone,
        )
        for question in questions:
            for picture in question.pictures:
                self._check_size(picture, self._views_of(question))

    def _check_size(self, picture: Picture, views: Callable[[Size], tuple[View, ...]]) -> None:
        size = picture_size(picture)
        check_views(self.name, size, behind(self.pixel_change, size, views))

    def _views_of(self, question: Question) -> Callable[[Size], tuple[View, ...]]:
        return self.family.views if len(question.pictures) == 1 else self.family.views_beside_others

    def _loss(self, examples: Sequence[Example], answers: Answers) -> Float[Tensor, ""]:
        """Of examples that all have pictures, or none of which has."""
        encoded = self._encoded([example.question for example in examples])
        return self._language.loss(*encoded, answers)

    def _encoded(self, questions: Sequence[Question]) -> tuple[Tensors, Output]:
        """Text tensors and the vision side's output, with the changes applied; None for none."""
        if self.words is not None:
            questions = [replace(one, text=self.words.before(one.text)) for one in questions]
        if not any(question.pictures for question in questions):
            inputs = chat_inputs(self.processor, questions)
            return {
                name: placed(value, self.device, self.module) for name, value in inputs.items()
            }, None
        inputs = self._inputs(self._shown(questions))
        change, vision = self.token_change, self.family.vision_inputs
        encode = partial(self._features, inputs, questions, change, self.token_place)
        memory, seen = self.memory, {n: v for n, v in inputs.items() if n in vision}
        features = memory.recall(seen, questions, change, encode) if memory else encode()
        shared = self.family.shared_inputs
        return {n: v for n, v in inputs.items() if n not in vision or n in shared}, features

    def _shown(self, questions: Sequence[Question]) -> Sequence[Question]:
        """The questions with their pictures changed."""
        if self.pixel_change is None:
            return questions
        as_pixels = partial(pixels_of, device=self.device)
        return [with_pixels(one, self.pixel_change, as_pixels) for one in questions]

    def _inputs(self, questions: Sequence[Question]) -> Tensors:
        """The processor's tensors; pixels that are tensors go the differentiable way."""
        tensors = processed(self.family, questions)
        pictures = [picture for question in questions for picture in question.pictures]
        if any(isinstance(picture, Tensor) for picture in pictures):
            tensors |= self.family.pack([self._all_views(question) for question in questions])
        return {name: placed(value, self.device, self.module) for name, value in tensors.items()}

    def _views(self, pixels: Pixels, views: Callable[[Size], tuple[View, ...]]) -> list[Tensor]:
        normalise = self.family.normalisation
        return [
            normalise(look(view, pixels, rounding=self.rounding))
            for view in views(picture_size(pixels))
        ]

    def _all_views(self, question: Question) -> list[list[Tensor]]:
        views, device = self._views_of(question), self.device
        return [self._views(pixels_of(picture, device), views) for picture in question.pictures]

    def _features(
        self,
        inputs: Tensors,
        questions: Sequence[Question],
        change: TokenChange | None,
        place: TokenPlace,
    ) -> Output:
        """The vision side's output with that change at that place."""
        if change is None:
            return self.family.encode(inputs)
        if place == "before":
            with before(
                self.family.joint, lambda flat: self._changed(flat, questions, change, place)
            ):
                return self.family.encode(inputs)
        features = self.family.encode(inputs)
        flat = self._changed(flat_rows(features.pooler_output), questions, change, place)
        features.pooler_output = reformed(flat, features.pooler_output)
        return features

    def _changed(
        self,
        flat: Float[Tensor, "token dim"],
        questions: Sequence[Question],
        change: TokenChange,
        place: TokenPlace,
    ) -> Float[Tensor, "token dim"]:
        """All pictures' tokens, changed picture by picture."""
        grids = [grid for question in questions for grid in self._grids(question, place)]
        num_tokens = sum(grid.num_tokens for grid in grids)
        if num_tokens != len(flat):
            raise ModelError(
                f"{self.name} gave {len(flat)} vision tokens where its grid has {num_tokens}"
            )
        return changed(by_picture(flat, questions, grids), change)

    def _grids(self, question: Question, place: TokenPlace) -> list[TokenGrid]:
        sizes = [picture_size(picture) for picture in question.pictures]
        if place == "before":
            views = self._views_of(question)
            return [
                grid_behind(self.pixel_change, size, lambda seen: self.family.states(views(seen)))
                for size in sizes
            ]
        grid = self.family.grid if len(sizes) == 1 else self.family.grid_beside_others
        return [grid_behind(self.pixel_change, size, grid) for size in sizes]

    def _turn(self, example: Example) -> list[int]:
        """Token ids of the answer and of its end."""
        turn = answer_turn(
            self.processor,
            example.question,
            example.answer,
            self._ends,
            lead=self.family.answer_lead,
        )
        return [*turn.ids, turn.end]
