"""Texts in quotes, whose end may come late or never."""

from dataclasses import dataclass
from typing import final

from deixis.coordinates.lexing import STRING_END


@final
@dataclass(slots=True)
class QuotedText:
    """A text in quotes ends here, none where the quote opens no text; `is_endless` says that no
    quote follows.
    """

    end: int | None
    is_endless: bool = False


@final
class Strings:
    """Quotes that open a text are told from those that do not; nothing is searched twice."""

    def __init__(self) -> None:
        self._endless: set[str] = set()
        self._searched: tuple[int, int] | None = None  # a text's start, and how far it was searched

    def find(self, text: str, start: int, *, final: bool) -> QuotedText | None:
        """The text whose quote stands at `start`; none where more text is needed."""
        quote = text[start]
        # 12" and dog's do not open a string
        if text[start - 1 : start].isalnum() or quote in self._endless:
            return QuotedText(None)
        searched = self._searched
        begin = searched[1] if searched is not None and searched[0] == start else start + 1
        found = STRING_END[quote].match(text, begin)
        if found is None:
            return self._unended(text, quote, start, final=final)
        self._searched = None
        return QuotedText(found.end())

    def _unended(self, text: str, quote: str, start: int, *, final: bool) -> QuotedText | None:
        """A text has no end yet, or none at all; one in single quotes ends with its line."""
        line = text.find("\n", start) if quote == "'" else -1
        if line < 0 and not final:
            until = len(text)
            while until > start + 1 and text[until - 1] == "\\":
                until -= 1  # it may escape what comes
            self._searched = (start, until)
            return None
        self._searched = None
        if line < 0:
            self._endless.add(quote)
        return QuotedText(None, is_endless=line < 0)
