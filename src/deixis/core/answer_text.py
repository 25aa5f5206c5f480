"""A model's text holds an answer, which is found here: not its drafts, and not the marks that end a
turn.

Reasoning models write what they think before what they say. Places and letters in a draft are no
answer, so whatever reads an answer reads it through here: dialects, scorers and judges.
"""

import re
from dataclasses import dataclass
from itertools import product
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
CONTROL_NAMES = (
    "im_end",
    "im_start",
    "endoftext",
    "end_of_text",
    "begin_of_text",
    "eot_id",
    "eom_id",
    "end_of_turn",
    "start_of_turn",
    "end_of_utterance",
    "end_of_sentence",
    "eos",
    "bos",
    "pad",
    "unk",
)
CONTROL_TOKENS = (
    *(f"<{a}{name}{b}>" for name, a, b in product(CONTROL_NAMES, ("", "|"), ("", "|"))),
    *("<s>", "</s>", "<turn|>", "<|turn>", "<|end|>", "<|return|>"),
    *("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"),
    *("[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"),
)
CONTROL = re.compile("|".join(re.escape(token) for token in CONTROL_TOKENS))


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


STOPS = re.compile(f"(?=[<\\[◁])(?:(?P<mark>(?i:{MARK.pattern}))|(?P<control>{CONTROL.pattern}))")
STARTS = re.compile("[<\\[◁]")
CONTROL_BLANK = "\x1f"  # white space to Python, and told from other blanks
CONTROL_BLANKS = re.compile(f"{CONTROL_BLANK}+")
LONGEST_STOP = max(map(len, (*ENDS, *ENDS.values(), *CONTROL_TOKENS)))
STOP_WORDS = {mark.lower() for mark in (*ENDS, *ENDS.values(), *CONTROL_TOKENS)}
BEGUN_STOPS = frozenset(mark[:end] for mark in STOP_WORDS for end in range(1, len(mark) + 1))


@final
class AnswerFilter:
    """A text that comes piece by piece gives its answer, letter by letter at the same place: drafts
    and control tokens become blanks, the end of a draft a line's end.
    """

    def __init__(self) -> None:
        self._rest = ""
        self._at = 0  # where the rest begins
        self._wanted = ""
        self._start = 0

    @property
    def draft_start(self) -> int | None:
        """Here a draft began that has not ended."""
        return self._start if self._wanted else None

    def feed(self, text: str) -> list[str | None]:
        """The text goes on; these pieces of the answer do too. None: all before was a draft."""
        return self._pieces(text, final=False)

    def end(self) -> list[str | None]:
        """The text is over."""
        return self._pieces("", final=True)

    def _pieces(self, text: str, *, final: bool) -> list[str | None]:
        rest = self._rest + text
        found: list[str | None] = []
        at = 0
        for stop in STOPS.finditer(rest):
            found.append(self._blotted(rest[at : stop.start()]))
            found += self._stopped(stop)
            at = stop.end()
        hold = len(rest) if final else _held(rest, at)
        found.append(self._blotted(rest[at:hold]))
        self._rest = rest[hold:]
        self._at += hold
        return found

    def _stopped(self, stop: re.Match[str]) -> list[str | None]:
        """A mark or a control token gives way to blanks; the end of a draft without a start voids
        what came before.
        """
        if stop["control"] is not None:
            return [self._blotted(CONTROL_BLANK * len(stop.group()))]
        blank = " " * len(stop.group())
        written = _cased(stop.group())
        if self._wanted and written == self._wanted:
            self._wanted = ""
            return ["\n" + blank[1:]]
        if not self._wanted and written in ENDS:
            self._start, self._wanted = self._at + stop.start(), ENDS[written]
        elif not self._wanted and written in LONE_ENDS:
            return [blank, None]
        else:
            return [self._blotted(stop.group())]
        return [blank]

    def _blotted(self, text: str) -> str:
        return " " * len(text) if self._wanted else text


def without_blanks(text: str) -> str:
    """A piece of a filtered answer without what stands for control tokens: one blank, where they
    parted two words.
    """
    return CONTROL_BLANKS.sub(_one_blank, text) if CONTROL_BLANK in text else text


def _one_blank(blanks: re.Match[str]) -> str:
    text, start, end = blanks.string, blanks.start(), blanks.end()
    return " " if text[start - 1 : start].isalnum() and text[end : end + 1].isalnum() else ""


def _held(text: str, at: int) -> int:
    """The text may end in the beginning of a mark, which is not told yet."""
    for start in STARTS.finditer(text, max(at, len(text) - LONGEST_STOP)):
        if text[start.start() :].lower() in BEGUN_STOPS:
            return start.start()
    return len(text)


def _cased(mark: str) -> str:
    return mark if mark.startswith("[") else mark.lower()


def _without_control(text: str) -> str:
    def left(token: re.Match[str]) -> str:
        before, after = text[token.start() - 1 : token.start()], text[token.end() : token.end() + 1]
        return " " if before.isalnum() and after.isalnum() else ""

    return CONTROL.sub(left, text)
