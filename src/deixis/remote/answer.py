"""Reading what a server answered: one JSON object, or a stream of events."""

import codecs
import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, TypeAlias, final

from deixis.core.errors import RemoteError
from deixis.models.generation import Completion, Usage

Quote: TypeAlias = Callable[[str], str]  # a server's words as they may stand in a message

MAY_BE_PAID = "it may have been paid for, so it was not asked again"
FINISHES = {
    "stop": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "end_turn": "stop",
    "length": "length",
    "max_tokens": "length",
}
LINE_END = re.compile(rb"\r\n|\n|\r")


def read_answer(body: bytes, quote: Quote) -> Completion:
    """The completion in one JSON object."""
    draft = Draft(quote)
    draft.add(_parsed(body, quote), words_in="message")
    return draft.completion()


def read_stream(chunks: Iterable[bytes], quote: Quote) -> Generator[str, None, Completion]:
    """The words as they come; the generator's value is the whole completion.

    A stream is whole when its reason to finish has come: one that ends before it is an error.
    """
    draft = Draft(quote)
    for event in events(chunks):
        if event.strip() == b"[DONE]":
            break
        words = draft.add(_parsed(event, quote), words_in="delta")
        if words:
            yield words
    return draft.completion()


def usage_of(told: object) -> Usage | None:
    """The tokens that a server tells of; None where it does not tell both, as whole numbers."""
    if not isinstance(told, dict):
        return None
    prompt, answer = told.get("prompt_tokens"), told.get("completion_tokens")
    if type(prompt) is not int or type(answer) is not int:
        return None
    return Usage(prompt=prompt, answer=answer) if min(prompt, answer) >= 0 else None


def error_message(body: bytes) -> str:
    """What a server says went wrong, in any of the usual forms; else the body itself."""
    text = body.decode("utf-8", errors="replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    for name in ("error", "message", "detail"):
        if isinstance(value, dict) and value.get(name):
            value = value[name]
    return value if isinstance(value, str) else _shown(value)


def events(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The data of each event of a text/event-stream, however its bytes are cut in chunks.

    The last event counts even where the blank line after it is missing.
    """
    data: list[bytes] = []
    for line in _lines(chunks):
        name, _, value = line.partition(b":")
        if name == b"data":
            data.append(value.removeprefix(b" "))
        elif not line and data:
            yield b"\n".join(data)
            data = []
    if data:
        yield b"\n".join(data)


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    parts: list[bytes] = []  # of the line that has not ended yet
    after_return = False  # the last byte was a \r that ended its line: a \n now belongs to it
    first = True
    for chunk in chunks:
        rest = chunk[1:] if after_return and chunk.startswith(b"\n") else chunk
        if chunk:
            after_return = chunk.endswith(b"\r")
        *whole, tail = LINE_END.split(rest)
        for end in whole:
            line = b"".join([*parts, end])
            yield line.removeprefix(codecs.BOM_UTF8) if first else line
            parts, first = [], False
        parts.append(tail)
    if any(parts):
        yield b"".join(parts)


@final
class Draft:
    """An answer as far as it has come."""

    def __init__(self, quote: Quote) -> None:
        self._quote = quote
        self._texts: list[str] = []
        self._refusals: list[str] = []
        self._has_content = False
        self._finish: str | None = None
        self._usage: Usage | None = None

    def add(self, answer: Any, *, words_in: str) -> str:  # Any: parsed JSON
        """Take in one object of the server's; gives the words that came with it."""
        if not isinstance(answer, dict):
            raise self._wrong("an object", answer)
        if answer.get("error"):
            message = error_message(_shown(answer).encode())
            raise RemoteError(f"the server broke off with an error: {self._quote(message)}")
        self._usage = usage_of(answer.get("usage")) or self._usage
        choices = answer.get("choices")
        if not isinstance(choices, list):
            raise self._wrong("a list of choices", answer)
        if not choices and words_in == "delta":
            return ""  # the chunk that tells the usage
        if len(choices) != 1 or not isinstance(choices[0], dict):
            raise self._wrong("one choice", choices)
        return self._add_choice(choices[0], words_in)

    def completion(self) -> Completion:
        """The whole answer; RemoteError if it is not whole."""
        if self._refusals:
            raise RemoteError(f"the model refused: {self._quote(''.join(self._refusals))}")
        if self._finish is None:
            raise RemoteError(f"the answer ended before its finish_reason; {MAY_BE_PAID}")
        if self._finish not in FINISHES:
            raise RemoteError(f"the answer ended with finish_reason {self._quote(self._finish)!r}")
        is_cut_silence = FINISHES[self._finish] == "length" and not any(self._texts)
        if not self._has_content or is_cut_silence:
            raise RemoteError(
                f"an answer without content (finish_reason {self._finish!r}): did the tokens go "
                "into reasoning? Raise max_new_tokens, or switch reasoning off at the server"
            )
        text = "".join(self._texts).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return Completion(text=text, finish=FINISHES[self._finish], usage=self._usage)

    def _add_choice(self, choice: dict[str, Any], words_in: str) -> str:
        said = choice.get(words_in, {})
        finish = choice.get("finish_reason")
        if not isinstance(said, dict):
            raise self._wrong(f"an object as {words_in}", said)
        content, refusal = said.get("content"), said.get("refusal")
        for value in (content, refusal, finish):
            if not (value is None or isinstance(value, str)):
                raise self._wrong("words", value)
        self._finish = finish or self._finish
        self._has_content = self._has_content or content is not None
        self._texts.append(content or "")
        if refusal:
            self._refusals.append(refusal)
        return content or ""

    def _wrong(self, expected: str, came: object) -> RemoteError:
        return RemoteError(f"expected {expected} from the server, got {self._quote(_shown(came))}")


def _parsed(data: bytes, quote: Quote) -> Any:  # Any: parsed JSON
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        shown = quote(data[:2000].decode("utf-8", errors="replace")) or "nothing"
        raise RemoteError(
            f"the server's answer is not JSON, or was cut: {shown}; {MAY_BE_PAID}"
        ) from error


def _shown(value: object) -> str:
    try:
        return json.dumps(value)
    except RecursionError:
        return "something nested too deeply"
