"""Questions as a processor's chat, answers as its turns, settings as transformers takes them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, final

import PIL.Image
import torch

from deixis.core.errors import UnsupportedError, UsageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.core.view import View
from deixis.models.control_words import REFUSALS, spoken
from deixis.models.family import Family
from deixis.models.interface import Completion, Generation, Picture, Question
from deixis.models.language import Tensors
from deixis.models.meta_tensors import has_numbers
from deixis.models.tensor_interface import pixels_of

PROBE = "deixis asks"
MOST_PIXELS = 64_000_000  # of a step between the original and the tower, as of a picture itself


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerTurn:
    """An answer as the model would write it after the prompt, and the token that ends it."""

    ids: tuple[int, ...]
    end: int


def shown(picture: Picture) -> PIL.Image.Image:
    """What a processor gets; of an array, it would take 1, 3 or 4 rows for channels."""
    if isinstance(picture, Image):
        return picture.pil()
    pixels = pixels_of(picture)
    if not has_numbers(pixels):
        return PIL.Image.new("RGB", (pixels.shape[2], pixels.shape[1]))
    rounded = pixels.detach().round().clamp(0, 255).to("cpu", torch.uint8)
    return PIL.Image.fromarray(rounded.permute(1, 2, 0).contiguous().numpy())


def chat_inputs(processor: Any, questions: Sequence[Question]) -> Any:  # Any: transformers' classes
    """The processor's tensors for these questions through its chat template, padded on the left."""
    chats = [
        _chat(processor, question, [shown(p) for p in question.pictures]) for question in questions
    ]
    try:
        return processor.apply_chat_template(
            chats,
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            processor_kwargs={"padding": True, "padding_side": "left"},
        )
    except REFUSALS as refusal:
        raise UsageError(
            f"the chat template or processor of this model refuses the question: {refusal}"
        ) from None


def processed(family: Family, questions: Sequence[Question]) -> Tensors:
    """A processor's tensors for questions with pictures, by its chat template or the family's."""
    if family.processor.chat_template:
        inputs = chat_inputs(family.processor, questions)
    elif any(question.earlier for question in questions):
        raise UnsupportedError(
            "the processor of this model has no chat template, so it takes no earlier turns"
        )
    else:
        inputs = family.processor(
            text=[family.prompt(_spoken(family.processor, question)) for question in questions],
            images=[shown(picture) for question in questions for picture in question.pictures],
            padding=True,
            padding_side=family.padding_side,
            return_tensors="pt",
        )
    tensors = {name: value for name, value in inputs.items() if isinstance(value, torch.Tensor)}
    tensors.pop("labels", None)  # PaliGemma's processor labels nothing as the answer
    return tensors


def placed(value: torch.Tensor, device: torch.device, module: Any) -> torch.Tensor:  # Any: a model
    """A processor's tensor, where the model computes and as it does."""
    if not value.numel():
        value = value.long()  # ids of no words, which tokenizers give as floats
    if value.is_floating_point():
        return value.to(device, module.dtype)
    return value.to(device)


def num_prompt_tokens(family: Family, question: Question) -> int:
    """A question has that many tokens, those of its pictures included."""
    if question.pictures:
        inputs = processed(family, [question])
    else:
        inputs = chat_inputs(family.processor, [question])
    return int(inputs["attention_mask"].sum())


def system_form(processor: Any) -> str | None:  # Any: transformers' own class
    """How the chat template takes a system prompt: as "parts", as "text", or not at all (None)."""
    if not getattr(processor, "chat_template", None):
        return None
    for form in ("parts", "text"):
        chat = [_system(PROBE, form), {"role": "user", "content": [{"type": "text", "text": "?"}]}]
        try:
            if PROBE in processor.apply_chat_template(chat, tokenize=False):
                return form
        except REFUSALS:
            continue
    return None


def answer_turn(
    processor: Any,  # Any: transformers' own class
    question: Question,
    answer: str,
    ends: Sequence[int],
    *,
    lead: str,
) -> AnswerTurn:
    """The answer's tokens as they follow the prompt.

    With a chat template they are what it writes between the prompt and the first of `ends`;
    otherwise the tokens of `lead` and the answer.
    """
    tokenizer = processor.tokenizer
    end = int(ends[0] if ends else tokenizer.eos_token_id)
    following = _following(processor, question, answer)
    for i, token in enumerate(following):
        if token in ends and i > 0:
            return AnswerTurn(ids=tuple(following[:i]), end=token)
    ids = tokenizer(lead + answer, add_special_tokens=False).input_ids if answer else []
    if not ids:
        raise UsageError(f"an answer needs at least one token, got {answer!r}")
    return AnswerTurn(ids=tuple(ids), end=end)


def _following(processor: Any, question: Question, answer: str) -> list[int]:
    """What the template writes after the prompt, the answer and its end; empty if not to be had."""
    if not getattr(processor, "chat_template", None) or not answer:
        return []
    chat = _chat(processor, question, [None] * len(question.pictures))
    turn = {"role": "assistant", "content": [{"type": "text", "text": answer}]}
    prompt = processor.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
    try:
        whole = processor.apply_chat_template([*chat, turn], tokenize=False)
    except REFUSALS:
        return []
    if not whole.startswith(prompt):
        return []
    ids = [processor.tokenizer(t, add_special_tokens=False).input_ids for t in (prompt, whole)]
    before, after = ids
    return after[len(before) :] if after[: len(before)] == before else []


def _chat(
    processor: Any,  # Any: transformers' own class
    question: Question,
    pictures: Sequence[PIL.Image.Image | None],
) -> list[dict[str, object]]:
    question, left = _spoken(processor, question), iter(pictures)
    chat: list[dict[str, object]] = []
    for turn in question.turns:
        content: list[dict[str, object]] = [
            {"type": "image"} if picture is None else {"type": "image", "image": picture}
            for picture in islice(left, turn.num_pictures)
        ]
        content.append({"type": "text", "text": turn.text})
        chat.append({"role": turn.role, "content": content})
    if question.system is not None:
        chat.insert(0, _system(question.system, system_form(processor) or "parts"))
    return chat


def _spoken(processor: Any, question: Question) -> Question:  # Any: transformers' own class
    """The question without its tokenizer's turns, ends and pictures in its words."""
    system = None if question.system is None else spoken(processor, question.system)
    earlier = tuple(replace(turn, text=spoken(processor, turn.text)) for turn in question.earlier)
    text = spoken(processor, question.text)
    return replace(question, text=text, system=system, earlier=earlier)


def _system(text: str, form: str) -> dict[str, object]:
    content: object = text if form == "text" else [{"type": "text", "text": text}]
    return {"role": "system", "content": content}


def generate_settings(settings: Generation, tokenizer: Any) -> dict[str, object]:
    """Keyword arguments of transformers' `generate`. A checkpoint's own top_k and beams are put
    off; its repetition penalty, where it has one, stays.
    """
    if settings.schema:
        raise UnsupportedError(
            "models on this machine are held to no schema: leave Generation(schema=…) out"
        )
    sampling = settings.temperature > 0
    chosen: dict[str, object] = {
        "max_new_tokens": settings.max_new_tokens,
        "do_sample": sampling,
        "num_beams": 1,
        "temperature": float(settings.temperature) if sampling else None,
        "top_p": float(settings.top_p) if sampling else None,
        "top_k": 0 if sampling else None,
        "tokenizer": tokenizer,  # for stop strings, which a checkpoint may have of its own
    }
    if settings.stop:
        chosen["stop_strings"] = list(settings.stop)
    return chosen


@contextmanager
def evaluating(model: torch.nn.Module) -> Iterator[None]:
    """Without dropout and checkpointing, also in the middle of a training."""
    training = [module for module in model.modules() if module.training]
    for module in training:
        module.training = False
    try:
        yield
    finally:
        for module in training:
            module.training = True


@contextmanager
def seeded(seed: int | None) -> Iterator[None]:
    """Sample from this seed, and leave the framework's own state as it was."""
    with nullcontext() if seed is None else torch.random.fork_rng():
        if seed is not None:
            torch.manual_seed(seed)
        yield


def completion(
    ids: list[int], settings: Generation, tokenizer: Any, ends: Sequence[int]
) -> Completion:
    """The words of an answer's token ids, up to the first of `ends`."""
    end = next((i for i, token in enumerate(ids) if token in ends), None)
    kept = ids if end is None else ids[:end]
    text = tokenizer.decode(kept, skip_special_tokens=True)
    # a token may reach beyond the stop that it completes
    cut = min((text.find(stop) for stop in settings.stop if stop in text), default=None)
    stopped = end is not None or cut is not None
    return Completion(
        text=text[:cut].strip(), finish="stop" if stopped else "length", tokens=tuple(kept)
    )


def listed_ends(ends: int | Sequence[int] | None) -> tuple[int, ...]:
    """A generation config's `eos_token_id` as a tuple."""
    if ends is None:
        return ()
    return (ends,) if isinstance(ends, int) else tuple(ends)


def check_questions(
    name: str,
    questions: Sequence[Question],
    *,
    many_pictures: bool,
    system: bool,
    text_alone: bool = False,
) -> None:
    """Refuse what this model does not take, before anything is computed."""
    for question in questions:
        if not question.pictures and not text_alone:
            raise UsageError("a question needs at least one picture")
        if len(question.pictures) > 1 and not many_pictures:
            raise UnsupportedError(f"{name} takes one picture a question")
        if question.system is not None and not system:
            raise UnsupportedError(f"{name} takes no system prompt")


def check_views(name: str, size: Size, views: Sequence[View]) -> None:
    """A thin picture can grow beyond all memory when its short side is enlarged."""
    largest = max(
        (step.size for view in views for step in view.steps),
        key=lambda step: step.area,
        default=size,
    )
    if largest.area > MOST_PIXELS:
        raise UnsupportedError(
            f"{name} would enlarge a {size} picture to {largest}; crop or pad it first"
        )
