"""Words without what does not count: case, outer marks, spaces, articles."""

import re
import unicodedata

OUTER = " \t\n\r.,;:!?\"'`*_()[]{}<>«»“”‘’"
ARTICLES = re.compile(r"\b(?:a|an|the)\b")
WORD = re.compile(r"[^\W_]+(?:['’.,][^\W_]+)*")


def plain(text: str) -> str:
    """Lower case, single spaces, no marks around it."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split()).strip(OUTER)


def without_articles(text: str) -> str:
    """The same without "a", "an" and "the"."""
    return " ".join(ARTICLES.sub(" ", plain(text)).split())


def words(text: str) -> list[str]:
    """The words in lower case, marks left out; "don't", "3.5" and "1,000" are one each."""
    return WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def is_exact(answer: str, truths: tuple[str, ...]) -> bool:
    """Whether the answer is one of the truths, but for case, articles and outer marks."""
    return without_articles(answer) in {without_articles(truth) for truth in truths}
