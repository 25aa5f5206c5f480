"""A model's text holds an answer, which is found here: not its drafts, and not the marks that end a
turn.

Reasoning models write what they think before what they say. Places and letters in a draft are no
answer, so whatever reads an answer reads it through here: dialects, scorers and judges.
"""

import re
from dataclasses import dataclass
from typing import final

DRAFTS = (  # how a draft begins, and how it ends
    ("<think>", "</think>"),  # DeepSeek-R1, Qwen3 and most that follow them
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("◁think▷", "◁/think▷"),  # Kimi-VL
    ("[THINK]", "[/THINK]"),  # Magistral
    ("<seed:think>", "</seed:think>"),  # Seed-OSS
    ("<|channel>thought", "<channel|>"),  # Gemma 4
    ("<|channel|>analysis<|message|>", "<|end|>"),  # gpt-oss
)
ENDS = dict(DRAFTS)
# templates put some starts into the question, so that the answer has the end alone
LONE_ENDS = frozenset(end for _, end in DRAFTS if "/" in end)
MARK = re.compile("|".join(re.escape(mark) for pair in DRAFTS for mark in pair), re.IGNORECASE)
CONTROL = re.compile(
    r"<\|?(?:im_end|im_start|endoftext|end_of_text|begin_of_text|eot_id|eom_id|end_of_turn"
    r"|start_of_turn|end_of_utterance|end_of_sentence|eos|bos|pad|unk)\|?>"
    r"|</?s>|<turn\|>|<\|turn>|<\|end\|>|<\|return\|>|<｜(?:begin|end)▁of▁sentence｜>"
    r"|\[/?(?:INST|SYSTEM_PROMPT)\]"
)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """A text holds neither drafts nor control tokens here; a draft that it ends in stands beside
    it.
    """

    text: str
    unfinished: str | None = None


def answered(text: str) -> Answered:
    """A model's text gives its answer.

    What stands between the marks of a draft goes, and what stands before the end of a draft that
    has no start. A draft that never ends was cut off at the token limit: nothing was answered after
    it. Control tokens go, a blank stays where they parted two words.
    """
    kept: list[str] = []
    at, start, wanted = 0, 0, ""
    for mark in MARK.finditer(text):
        written = _cased(mark.group())
        if wanted and written == wanted:
            at, wanted = mark.end(), ""
            kept.append("\n")
        elif not wanted and written in ENDS:
            kept.append(text[at : mark.start()])
            start, wanted = mark.start(), ENDS[written]
        elif not wanted and written in LONE_ENDS:
            kept, at = ["\n"], mark.end()
    if wanted:
        return Answered(text=_without_control("".join(kept)), unfinished=text[start:])
    kept.append(text[at:])
    return Answered(text=_without_control("".join(kept)))


def _cased(mark: str) -> str:
    return mark if mark.startswith("[") else mark.lower()


def _without_control(text: str) -> str:
    def left(token: re.Match[str]) -> str:
        before, after = text[token.start() - 1 : token.start()], text[token.end() : token.end() + 1]
        return " " if before.isalnum() and after.isalnum() else ""

    return CONTROL.sub(left, text)
