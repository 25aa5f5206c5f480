"""What a model takes for more than words (turns, ends, pictures), and questions without it.

All of it is found in the tokenizer, the processor and the chat template, for any family.
"""

import re
from functools import lru_cache
from typing import Any

import jinja2

from deixis.core.untrusted_text import PLACE, unjoined

# what templates raise on a chat that they do not take, and processors on words they misread
REFUSALS = (
    jinja2.TemplateError,
    TypeError,
    ValueError,
    KeyError,
    IndexError,
    ArithmeticError,
    RecursionError,
    MemoryError,
)
PROBES = ("deixisasks", "deixisanswers", "deixisasksagain")


def control_words(processor: Any) -> tuple[str, ...]:  # Any, here and below: transformers' classes
    """All that no foreign word may say: what was added to its vocabulary but plain words, and the
    words with which its chat template opens turns.
    """
    added = [
        token.content
        for tokenizer in _tokenizers(processor)
        for token in getattr(tokenizer, "added_tokens_decoder", {}).values()
        if token.special or not token.content.isalnum()
    ]
    return tuple(dict.fromkeys([*_structural(processor), *added, *turn_words(processor)]))


def spoken(processor: Any, text: str) -> str:
    """A question's own words as this model may read them: a space in each token that would open or
    end a turn or stand for a picture, all else as it is.

    Tokens that only tell a place stay: a dialect says them. Where turns are opened by plain
    words ("ASSISTANT:") and no token, these are broken too.
    """
    num_tokens = tuple(map(len, _tokenizers(processor)))
    template = str(getattr(processor, "chat_template", None))
    return unjoined(text, _unspoken(processor, num_tokens, template))


@lru_cache(maxsize=8)  # a vocabulary is long, and each question and answer asks
def _unspoken(processor: Any, num_tokens: tuple[int, ...], template: str) -> tuple[str, ...]:
    """What a question may not say, of a processor as it is now."""
    words = tuple(word for word in _structural(processor) if not PLACE.fullmatch(word))
    return words + turn_words(processor) if _has_plain_turns(processor) else words


def turn_words(processor: Any) -> tuple[str, ...]:
    """What its chat template writes between turns that is no token, yet more than a plain word:
    "USER:", "###Human:".
    """
    tokens = _structural(processor)
    found: dict[str, None] = {}
    for between in _between_turns(processor):
        for token in sorted(tokens, key=len, reverse=True):
            between = between.replace(token, " ")
        found |= dict.fromkeys(word for word in between.split() if _is_mark(word))
    return tuple(found)


def _is_mark(word: str) -> bool:
    """Letters with more beside them: neither "user", which anybody says, nor a colon alone."""
    return not word.isalnum() and any(letter.isalnum() for letter in word)


def _has_plain_turns(processor: Any) -> bool:
    """Whether an answer is begun by words alone."""
    between = _between_turns(processor)
    return bool(between) and not any(token in between[0] for token in _structural(processor))


def _structural(processor: Any) -> tuple[str, ...]:
    """Special tokens, the processor's own, and added ones that the chat template writes."""
    template = str(getattr(processor, "chat_template", None) or "")
    found: list[object] = [one for name, one in vars(processor).items() if name.endswith("_token")]
    for tokenizer in _tokenizers(processor):
        found += tokenizer.all_special_tokens
        found += [
            token.content
            for token in getattr(tokenizer, "added_tokens_decoder", {}).values()
            if token.special or (token.content in template and not token.content.isalnum())
        ]
    return tuple(dict.fromkeys(one for one in found if isinstance(one, str) and one.strip()))


def _tokenizers(processor: Any) -> list[Any]:
    """Its tokenizers: a Q-Former reads the question with one of its own."""
    found = (getattr(processor, name, None) for name in ("tokenizer", "qformer_tokenizer"))
    return [one for one in found if one is not None]


def _between_turns(processor: Any) -> tuple[str, ...]:
    """What the chat template writes after a question, after an answer, and after the last question;
    empty where there is no template, or none that takes such a chat.
    """
    template = getattr(processor, "chat_template", None)
    if not template:
        return ()
    roles = ("user", "assistant", "user")
    chat = [
        {"role": role, "content": [{"type": "text", "text": probe}]}
        for role, probe in zip(roles, PROBES, strict=True)
    ]
    try:
        written = processor.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
    except REFUSALS:
        return ()
    first, second, third = PROBES
    found = re.search(f"{first}(.*?){second}(.*?){third}(.*)", written, re.DOTALL)
    return () if found is None else found.groups()
