"""What Idefics3 and SmolVLM share: markers around tiles, turns that end with an utterance mark."""

from typing import Any

from transformers import LlamaConfig

from deixis.testing.tiny import _tokenizers
from deixis.testing.tiny._configs import text_sizes
from deixis.testing.tiny._templates import chat_template

_UTTERANCE_END = "<end_of_utterance>"
_ROWS_AND_COLUMNS = [f"<row_{row}_col_{col}>" for row in range(1, 7) for col in range(1, 7)]


def tokenizer(start: str) -> Any:  # Any: tokenizers of transformers are not typed
    """A byte-level tokenizer in the plain class, with a marker for each of 6 x 6 tiles."""
    markers = [start, "<|endoftext|>", _UTTERANCE_END]
    pictures = ["<fake_token_around_image>", "<image>", "<global-img>", *_ROWS_AND_COLUMNS]
    pad = {"bos_token": start, "eos_token": _UTTERANCE_END, "pad_token": "<|endoftext|>"}
    built = _tokenizers.gpt2(first=markers, last=pictures, unk_token="<|endoftext|>", **pad)
    return _tokenizers.plain(built, more=[*markers, *pictures], **pad)


def chat(start: str) -> str:
    """The turns of both: a role, a colon, the picture before the words."""
    after = dict.fromkeys(("system", "user", "assistant"), f"{_UTTERANCE_END}\n")
    return chat_template(
        image="<image>",
        before={"system": "System: ", "user": "User:", "assistant": "Assistant: "},
        after=after,
        answer="Assistant:",
        start=start,
    )


def text_config(tokenizer: Any, **sizes: int) -> LlamaConfig:
    """The decoder of both."""
    return LlamaConfig(**text_sizes(tokenizer, **sizes))


def tiling(tile: int, *, tiles: int) -> dict[str, Any]:
    """Settings of an image processor that cuts at most `tiles` by `tiles` tiles."""
    return {
        "size": {"longest_edge": tile * tiles},
        "max_image_size": {"longest_edge": tile},
        "do_image_splitting": True,
    }
