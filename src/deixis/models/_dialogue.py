"""Questions as a processor's chat, settings as transformers takes them, token ids as words."""

from collections.abc import Sequence
from typing import Any

import PIL.Image
import torch

from deixis.nn.interface import Completion, Generation, Question


def chat_inputs(
    processor: Any,  # Any: transformers' own class
    questions: Sequence[Question],
    shown: Sequence[Sequence[PIL.Image.Image]],
) -> Any:
    """The processor's tensors for these questions through its chat template, padded on the left;
    `shown` are their pictures (of arrays, it would take 1, 3 or 4 rows for channels).
    """
    chats = []
    for question, pictures in zip(questions, shown, strict=True):
        content: list[dict[str, object]] = [
            {"type": "image", "image": picture} for picture in pictures
        ]
        content.append({"type": "text", "text": question.text})
        chat: list[dict[str, object]] = [{"role": "user", "content": content}]
        if question.system is not None:
            said = [{"type": "text", "text": question.system}]
            chat.insert(0, {"role": "system", "content": said})
        chats.append(chat)
    return processor.apply_chat_template(
        chats,
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        processor_kwargs={"padding": True, "padding_side": "left"},
    )


def generate_settings(settings: Generation, tokenizer: Any) -> dict[str, object]:
    """Keyword arguments of transformers' `generate`; seeds the framework where a seed is asked."""
    chosen: dict[str, object] = {"max_new_tokens": settings.max_new_tokens}
    if settings.temperature > 0:
        chosen |= {
            "do_sample": True,
            "temperature": settings.temperature,
            "top_p": settings.top_p,
        }
        if settings.seed is not None:
            torch.manual_seed(settings.seed)
    else:
        chosen["do_sample"] = False
    if settings.stop:
        chosen |= {"stop_strings": list(settings.stop), "tokenizer": tokenizer}
    return chosen


def completion(
    ids: list[int], settings: Generation, tokenizer: Any, ends: int | list[int] | None
) -> Completion:
    """The words of an answer's token ids, up to the first of `ends`."""
    stops = {ends} if isinstance(ends, int) else set(ends or [])
    end = next((i for i, token in enumerate(ids) if token in stops), None)
    kept = ids if end is None else ids[:end]
    text = tokenizer.decode(kept, skip_special_tokens=True)
    # a token may reach beyond the stop that it completes
    cut = min((text.find(stop) for stop in settings.stop if stop in text), default=None)
    stopped = end is not None or cut is not None
    return Completion(
        text=text[:cut].strip(), finish="stop" if stopped else "length", tokens=tuple(kept)
    )
