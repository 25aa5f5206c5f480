"""The vocabulary that all nano models share: whole words, and characters for all the rest."""

import re
import string
from collections.abc import Iterable, Sequence
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

SPACE = "▁"
CONTROL = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
IMAGE = "<image>"
# around pictures and turns, as Idefics3 writes them
AROUND_IMAGE, WHOLE_IMAGE, END_OF_TURN = (
    "<fake_token_around_image>",
    "<global-img>",
    "<end_of_utterance>",
)
# a word with the space before it, or any one character with the space before it
_PIECES = rf"{SPACE}?[A-Za-z]+(?:-[A-Za-z]+)*|{SPACE}?[^{SPACE}A-Za-z]|{SPACE}"
_HUNDREDTH = r"0\.[0-9][0-9]|"  # as places are said
_BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def tokenizer(words: Sequence[str]) -> Any:  # Any: tokenizers of transformers are not typed
    """One token for each of these words as it is spelled, at a text's start or after a space, and
    one like "Answer" anywhere; other text falls into characters, and what is not ASCII into bytes.
    Any text comes back as it was.

    Phrases may be given: their words are taken one by one. The same words give the same ids,
    whatever their order. Words at the start of a text have the token that they have within it. The
    hundredths of 1, as places are said, are words.
    """
    listed = _tokens(words) + [f"0.{place:02}" for place in range(100)]
    ids = {token: number for number, token in enumerate(listed)}
    backend = Tokenizer(
        models.BPE(vocab=ids, merges=[], ignore_merges=True, byte_fallback=True, unk_token="<unk>")
    )
    backend.normalizer = normalizers.Sequence(
        [normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)]
    )
    backend.pre_tokenizer = pre_tokenizers.Split(Regex(_HUNDREDTH + _PIECES), behavior="isolated")
    backend.decoder = decoders.Sequence(
        [
            decoders.Replace(SPACE, " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        padding_side="left",
        extra_special_tokens={
            "image_token": IMAGE,
            "fake_image_token": AROUND_IMAGE,
            "global_image_token": WHOLE_IMAGE,
            "end_of_utterance_token": END_OF_TURN,
        },
        clean_up_tokenization_spaces=False,
        **CONTROL,
    )


def without_names(named: Any) -> Any:
    """The same tokenizer, its picture token without a name, as BLIP's processors want it."""
    return PreTrainedTokenizerFast(
        tokenizer_object=named.backend_tokenizer,
        padding_side="left",
        extra_special_tokens=[IMAGE, AROUND_IMAGE, WHOLE_IMAGE, END_OF_TURN],
        clean_up_tokenization_spaces=False,
        **CONTROL,
    )


def _tokens(words: Iterable[str]) -> list[str]:
    spoken = sorted(
        {part for word in words for part in re.findall(r"[A-Za-z]+(?:-[A-Za-z]+)*", word)}
    )
    characters = list(string.printable[:94])
    spaced = [SPACE + character for character in characters]
    # a sentence may begin after a line's end
    begin = [word for word in spoken if word[0].isupper() and word[1:].islower()]
    whole = [*begin, *(SPACE + word for word in spoken)]
    special = [*CONTROL.values(), IMAGE, AROUND_IMAGE, WHOLE_IMAGE, END_OF_TURN]
    return list(dict.fromkeys([*special, *_BYTES, SPACE, *characters, *spaced, *whole]))
