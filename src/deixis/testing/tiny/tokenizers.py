"""Vocabularies of a few hundred tokens, put together in code, for the real tokenizer classes."""

import string
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, final

from tokenizers import pre_tokenizers
from transformers import (
    BertTokenizer,
    GemmaTokenizer,
    GPT2Tokenizer,
    LlamaTokenizer,
    Qwen2Tokenizer,
    T5Tokenizer,
)
from transformers.tokenization_utils_tokenizers import TokenizersBackend

# Pairs that are joined, most frequent first; `_` is the space as each kind of tokenizer writes it.
_JOINED = (
    "t h|th e|i n|a n|e r|o n|r e|a t|e n|o u|i s|o r|a r|e s|i t|in g|e d|a l|l e|s t|c h|s h|"
    "_ t|_ a|_ th|_ the|_ i|_ w|_ s|_ o|_ b|_ c|_ r|_ in|_ is|_ an|an d|w h|wh a|wha t|_ w|_ m|"
    "_ d|_ f|_ p|_ g|_ l|r o|c a|l l|e l|re d|_ re|u r|a s|e e|o w"
)


@final
@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Token ids and the merges that make the longer tokens."""

    ids: dict[str, int]
    merges: list[Any]  # pairs, as tokenizers wants them; transformers says strings


def byte_level(*, first: Iterable[str] = (), last: Iterable[str] = ()) -> Vocabulary:
    """The 256 bytes as GPT-2 writes them, and joined pairs; special tokens before or after."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    return _vocabulary(space="Ġ", first=first, alphabet=alphabet, last=last)


def byte_fallback(*, first: Iterable[str], last: Iterable[str] = (), plain: str = "") -> Vocabulary:
    """Bytes as sentencepiece falls back on, ASCII, the characters of `plain`, joined pairs."""
    marks = string.ascii_letters + string.digits + string.punctuation + plain
    alphabet = [f"<0x{byte:02X}>" for byte in range(256)] + ["▁", *marks]
    return _vocabulary(space="▁", first=first, alphabet=alphabet, last=last)


def qwen2(**named: str) -> Any:  # Any, here and below: tokenizers of transformers are not typed
    """A Qwen2Tokenizer with chat markers and these named special tokens."""
    markers = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
    vocabulary = byte_level(last=[*markers, *named.values()])
    return Qwen2Tokenizer(
        vocab=vocabulary.ids,
        merges=vocabulary.merges,
        eos_token="<|im_end|>",
        padding_side="left",
        extra_special_tokens={"im_start_token": "<|im_start|>", **named},
    )


def gpt2(*, first: Iterable[str], last: Iterable[str] = (), **settings: Any) -> Any:
    """A GPT2Tokenizer whose special tokens stand before and after its bytes."""
    vocabulary = byte_level(first=first, last=last)
    return GPT2Tokenizer(
        vocab=vocabulary.ids, merges=vocabulary.merges, padding_side="left", **settings
    )


def llama(*, last: Iterable[str] = (), **settings: Any) -> Any:
    """A LlamaTokenizer, which pads left by itself; `last` are the tokens its checkpoint added."""
    vocabulary = byte_fallback(first=("<unk>", "<s>", "</s>"), last=last)
    return LlamaTokenizer(
        vocab=vocabulary.ids,
        merges=vocabulary.merges,
        add_bos_token=True,
        **settings,
    )


def llama_as_loaded(*, image: str = "<image>", pad: str = "<pad>") -> Any:
    """Llama's tokenizer in the plain class that LLaVA checkpoints load as in transformers 5."""
    tokens = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": pad}
    built = llama(last=(image, pad), pad_token=pad)
    return TokenizersBackend(
        tokenizer_object=built.backend_tokenizer,
        add_bos_token=True,
        padding_side="left",
        extra_special_tokens={"image_token": image},
        **tokens,
    )


def gemma(**named: str) -> Any:
    """A GemmaTokenizer with these named special tokens at its end."""
    special = ("<pad>", "<eos>", "<bos>", "<unk>", "<mask>")
    vocabulary = byte_fallback(first=special, last=named.values(), plain="\n\t")
    return GemmaTokenizer(
        vocab=vocabulary.ids,
        merges=vocabulary.merges,
        add_bos_token=True,
        padding_side="left",
        extra_special_tokens=named,
    )


def mistral() -> Any:
    """A byte-level tokenizer in the plain class, with the picture and turn markers of Mistral."""
    tokens = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    turns = ["[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"]
    pictures = ["[IMG]", "[IMG_BREAK]", "[IMG_END]"]
    built = gpt2(first=[*tokens.values(), *turns, *pictures], **tokens)
    return plain(built, more=[*turns, *pictures], add_bos_token=True, **tokens)


def plain(built: Any, *, more: Iterable[str] = (), **settings: Any) -> Any:
    """The same tokenizer in the plain class, for checkpoints that name no class of their own."""
    return TokenizersBackend(
        tokenizer_object=built.backend_tokenizer,
        padding_side="left",
        extra_special_tokens=list(more) if more else {},
        **settings,
    )


def t5() -> Any:
    """A T5Tokenizer of characters and a few words; it drops runs of spaces, as T5's does."""
    marks = string.ascii_letters + string.digits + string.punctuation
    words = [f"▁{word}" for word in ("the", "what", "is", "red", "dog", "cat", "where")]
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    pieces += [(mark, -3.0) for mark in marks] + [(word, -4.0) for word in words]
    return T5Tokenizer(vocab=pieces, extra_ids=0, padding_side="left")


def bert() -> Any:
    """A lower-casing BertTokenizer of single characters and a few words, as Q-Formers read."""
    marks = string.ascii_lowercase + string.digits + string.punctuation
    words = ("the", "what", "is", "red", "dog", "cat", "where")
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", *marks, *words]
    tokens += [f"##{mark}" for mark in string.ascii_lowercase + string.digits]
    ids = {token: number for number, token in enumerate(tokens)}
    return BertTokenizer(vocab=ids, bos_token="[DEC]")


def _vocabulary(
    *, space: str, first: Iterable[str], alphabet: Iterable[str], last: Iterable[str]
) -> Vocabulary:
    pairs = dict.fromkeys(_JOINED.replace("_", space).split("|"))
    merges = [(left, right) for left, right in (pair.split(" ") for pair in pairs)]
    joined = [left + right for left, right in merges]
    tokens = dict.fromkeys([*first, *alphabet, *joined, *last])
    return Vocabulary(ids={token: number for number, token in enumerate(tokens)}, merges=merges)
