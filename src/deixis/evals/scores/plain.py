"""Words without what does not count: case, outer marks, spaces, articles."""

import re
import unicodedata

from deixis.core.answered import answered

OUTER = " \t\n\r.,;:!?\"'`*_()[]{}<>«»“”‘’"
ARTICLES = re.compile(r"(?<!\S)(?:a|an|the)\s+(?=\S)")  # a word follows: not so in "vitamin A"
WORD = re.compile(r"[^\W_]+(?:(?:['’]|(?<=\d)[.,](?=\d))[^\W_]+)*")


def plain(text: str) -> str:
    """Lower case, single spaces, no marks around it."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split()).strip(OUTER)


def without_articles(text: str) -> str:
    """The same without "a", "an" and "the" before a word."""
    return ARTICLES.sub("", plain(text))


def words(text: str) -> list[str]:
    """The words in lower case, marks left out; "don't", "3.5" and "1,000" are one each."""
    return WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def is_exact(answer: str, truths: tuple[str, ...]) -> bool:
    """Whether the answer is one of the truths, but for case, articles, outer marks and drafts."""
    return without_articles(answered(answer).text) in {without_articles(truth) for truth in truths}
