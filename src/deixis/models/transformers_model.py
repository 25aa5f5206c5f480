"""The one model class over transformers: a family's ways joined with what all families share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import final

import PIL.Image
import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from deixis.core.errors import ModelError, UnsupportedError, UsageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.models._dialogue import chat_inputs, completion, generate_settings
from deixis.models.family import Family
from deixis.models.language import Output, Tensors
from deixis.nn.grid import TokenGrid
from deixis.nn.interface import (
    Abilities,
    AnswerScore,
    Completion,
    Example,
    Generation,
    Picture,
    PixelChange,
    Pixels,
    Question,
    TokenChange,
    VisionLanguageModel,
    VisionTokens,
    picture_size,
)


@final
@dataclass(frozen=True, kw_only=True)
class TransformersModel(VisionLanguageModel):
    """A transformers checkpoint of a known family.

    `rounding` keeps the 8-bit roundings of the family's processor when pixels are tensors; a
    learned pixel prompt that leaves 0..255 turns it off.
    """

    name: str
    family: Family
    batch_size: int = 8
    rounding: bool = True
    token_change: TokenChange | None = None
    pixel_change: PixelChange | None = None

    @property
    @override
    def convention(self) -> str:  # type: ignore[override]  # read-only here
        """The family's own coordinates."""
        return self.family.convention

    @property
    @override
    def convention_settings(self) -> Mapping[str, int]:
        return self.family.convention_settings

    @property
    @override
    def abilities(self) -> Abilities:  # type: ignore[override]
        """What the family can do."""
        return self.family.abilities

    @property
    def device(self) -> torch.device:
        """Where the inputs go."""
        return self.family.model.get_input_embeddings().weight.device

    @override
    @torch.no_grad()
    def generate(
        self, questions: Sequence[Question], settings: Generation | None = None
    ) -> list[Completion]:
        settings = settings or Generation()
        tokenizer = self.family.processor.tokenizer
        ends = self.family.generation_config.eos_token_id
        completions: list[Completion] = []
        for begin in range(0, len(questions), self.batch_size):
            batch = questions[begin : begin + self.batch_size]
            text, features = self._encoded(batch)
            chosen = generate_settings(settings, tokenizer)
            ids = self.family.language().generate(text, features, **chosen)
            completions.extend(completion(row, settings, tokenizer, ends) for row in ids)
        return completions

    @override
    def answer_logprobs(self, question: Question, answers: Sequence[str]) -> list[AnswerScore]:
        if not answers:
            return []
        text, features = self._encoded([question])
        ids = [self._answer_ids(answer) for answer in answers]
        scores = self.family.language().score(text, features, ids)
        return [
            AnswerScore(answer=answer, token_logprobs=tuple(score))
            for answer, score in zip(answers, scores, strict=True)
        ]

    @override
    def loss(self, examples: Sequence[Example]) -> Float[Tensor, ""]:
        if not examples:
            raise UsageError("a loss needs at least one example")
        text, features = self._encoded([example.question for example in examples])
        end = self._end_of_answer()
        ids = [[*self._answer_ids(example.answer), end] for example in examples]
        return self.family.language().loss(text, features, ids)

    @override
    def prepare(self, pixels: Pixels) -> Tensors:
        return self.family.pack([[self._views(pixels)]])

    @override
    def token_grid(self, size: Size) -> TokenGrid:
        return self.family.grid(size)

    @override
    def vision_tokens(
        self, pictures: Sequence[Picture], text: str | None = None
    ) -> list[VisionTokens]:
        questions = [Question(pictures=(picture,), text=text or "") for picture in pictures]
        tokens: list[VisionTokens] = []
        for question in questions:
            inputs = self._inputs([question])
            tokens.extend(self._split(self.family.encode(inputs), [question]))
        return tokens

    @override
    def with_token_change(self, change: TokenChange | None) -> "TransformersModel":
        return replace(self, token_change=change)

    @override
    def with_pixel_change(self, change: PixelChange | None) -> "TransformersModel":
        return replace(self, pixel_change=change)

    def _encoded(self, questions: Sequence[Question]) -> tuple[Tensors, Output]:
        """Text tensors and the vision side's output, with the changes applied."""
        self._check(questions)
        inputs = self._inputs(questions)
        features = self.family.encode(inputs)
        if self.token_change is not None:
            self._change_tokens(features, questions)
        pixels_only = set(self.family.vision_inputs) - set(self.family.shared_inputs)
        text = {name: value for name, value in inputs.items() if name not in pixels_only}
        return text, features

    def _check(self, questions: Sequence[Question]) -> None:
        for question in questions:
            if not question.pictures:
                raise UsageError("a question needs at least one picture")
            if len(question.pictures) > 1 and not self.abilities.many_pictures:
                raise UnsupportedError(f"{self.name} takes one picture a question")
            if question.system is not None and not self.abilities.system:
                raise UnsupportedError(f"{self.name} takes no system prompt")
            for picture in question.pictures:
                # some families refuse some shapes
                self.family.views(picture_size(picture))

    def _inputs(self, questions: Sequence[Question]) -> Tensors:
        """The processor's tensors; pixels that are tensors go the differentiable way."""
        shown = [[self._shown(picture) for picture in q.pictures] for q in questions]
        if self.family.processor.chat_template:
            inputs = chat_inputs(self.family.processor, questions, shown)
        else:
            inputs = self.family.processor(
                text=[self.family.prompt(question) for question in questions],
                images=[picture for pictures in shown for picture in pictures],
                padding=True,
                padding_side=self.family.padding_side,
                return_tensors="pt",
            )
        tensors = {name: value for name, value in inputs.items() if isinstance(value, Tensor)}
        tensors.pop("labels", None)  # PaliGemma's processor labels nothing as the answer
        if self._needs_twin(questions):
            views = [
                [
                    self._views(_as_pixels(picture), alone=len(question.pictures) == 1)
                    for picture in question.pictures
                ]
                for question in questions
            ]
            tensors |= self.family.pack(views)
        return {name: self._placed(value) for name, value in tensors.items()}

    def _needs_twin(self, questions: Sequence[Question]) -> bool:
        tensors = any(isinstance(p, Tensor) for question in questions for p in question.pictures)
        return tensors or self.pixel_change is not None

    def _views(self, pixels: Pixels, *, alone: bool = True) -> list[Tensor]:
        if self.pixel_change is not None:
            pixels = self.pixel_change(pixels)
        normalise = self.family.normalisation
        views = self.family.views if alone else self.family.views_beside_others
        return [
            normalise(view.look(pixels, rounding=self.rounding))
            for view in views(picture_size(pixels))
        ]

    def _shown(self, picture: Picture) -> PIL.Image.Image:
        """What the processor gets; of an array, it would take 1, 3 or 4 rows for channels."""
        if isinstance(picture, Image):
            return picture.pil()
        rounded = picture.detach().round().clamp(0, 255).to("cpu", torch.uint8)
        return PIL.Image.fromarray(rounded.permute(1, 2, 0).contiguous().numpy())

    def _placed(self, value: Tensor) -> Tensor:
        if value.is_floating_point():
            return value.to(self.device, self.family.model.dtype)
        return value.to(self.device)

    def _split(self, features: Output, questions: Sequence[Question]) -> list[VisionTokens]:
        """The projected tokens picture by picture, whatever form the family keeps them in."""
        flat = _flat(features.pooler_output)
        pictures = [picture for question in questions for picture in question.pictures]
        grids = [grid for question in questions for grid in self._grids(question)]
        counts = [grid.num_tokens for grid in grids]
        if sum(counts) != len(flat):
            raise ModelError(
                f"{self.name} gave {len(flat)} vision tokens where its grid has {sum(counts)}"
            )
        return [
            VisionTokens(tokens=tokens, grid=grid, picture=picture)
            for tokens, grid, picture in zip(flat.split(counts), grids, pictures, strict=True)
        ]

    def _grids(self, question: Question) -> list[TokenGrid]:
        alone = len(question.pictures) == 1
        grid = self.family.grid if alone else self.family.grid_beside_others
        return [grid(picture_size(picture)) for picture in question.pictures]

    def _change_tokens(self, features: Output, questions: Sequence[Question]) -> None:
        assert self.token_change is not None
        before = self._split(features, questions)
        after = list(self.token_change(before))
        shapes = [tuple(tokens.shape) for tokens in after]
        expected = [tuple(tokens.tokens.shape) for tokens in before]
        if shapes != expected:
            raise UsageError(f"a token change keeps the shapes {expected}, got {shapes}")
        features.pooler_output = _reformed(torch.cat(after), features.pooler_output)

    def _answer_ids(self, answer: str) -> list[int]:
        ids: list[int] = self.family.processor.tokenizer(answer, add_special_tokens=False).input_ids
        if not ids:
            raise UsageError(f"an answer needs at least one token, got {answer!r}")
        return ids

    def _end_of_answer(self) -> int:
        ends = self.family.generation_config.eos_token_id
        end = ends[0] if isinstance(ends, list) else ends
        return int(self.family.processor.tokenizer.eos_token_id if end is None else end)


def _as_pixels(picture: Picture) -> Pixels:
    if isinstance(picture, Tensor):
        return picture
    return torch.from_numpy(picture.pixels.copy()).permute(2, 0, 1).float()


def _flat(pooled: Output) -> Float[Tensor, "token dim"]:
    if isinstance(pooled, Tensor):
        return pooled.reshape(-1, pooled.shape[-1])
    return torch.cat([_flat(part) for part in pooled])


def _reformed(flat: Float[Tensor, "token dim"], like: Output) -> Output:
    if isinstance(like, Tensor):
        return flat.reshape(like.shape)
    counts = [_flat(part).shape[0] for part in like]
    parts = [_reformed(part, old) for part, old in zip(flat.split(counts), like, strict=True)]
    return type(like)(parts)
