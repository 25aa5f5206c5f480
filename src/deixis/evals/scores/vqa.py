"""VQA's soft accuracy takes an answer as right as far as people gave it too (Antol et al., 2015).

Two programs are followed, to their oddities: `vqa_form` and `vqa_accuracy` are the evaluation of
VQAv2 (GT-Vision-Lab/VQA), `text_form` and `text_accuracy` the one of TextVQA (M4C, as in LLaVA's
release), which takes "'s" from its word and compares in this form always.
"""

import re
from collections.abc import Sequence

from deixis.evals.scores.short_answers import UNITS

ENOUGH = 3  # people who say the same make an answer wholly right
ARTICLES = ("a", "an", "the")
FIGURES = {word: str(value) for value, word in enumerate(UNITS[:11])} | {"none": "0"}
GROUPED = re.compile(r"\d,\d")
POINT = re.compile(r"\.(?!\d)")
MOST_POINTS = 32  # the program gives a flag where the number of replacements belongs
MARKS = ';/[]"{}()=+\\_-><@`,?!'
# a word that has lost one of its apostrophes gets it back
CONTRACTED = """
    ain't aren't can't could've couldn't couldn't've didn't doesn't don't hadn't hadn't've hasn't
    haven't he'd he'd've he's how'd how'll how's isn't it'd it'd've it'll ma'am mightn't mightn't've
    might've mustn't must've needn't not've o'clock oughtn't 'ow's'at shan't she'd've should've
    shouldn't shouldn't've somebody'd've somebody'll somebody's someone'd someone'd've someone'll
    someone's something'd something'd've something'll that's there'd there'd've there're there's
    they'd they'd've they'll they're they've 'twas wasn't we'd've we've weren't what'll what're
    what's what've when's where'd where's where've who'd who'd've who'll who's who've why'll why're
    why's won't would've wouldn't wouldn't've y'all y'all'll y'all'd've you'd you'd've you'll you're
    you've"""
CONTRACTIONS = {"somebody'd": "somebodyd"} | {
    word[:place] + word[place + 1 :]: word
    for word in CONTRACTED.split()
    for place, letter in enumerate(word)
    if letter == "'"
}


def vqa_accuracy(answer: str, people: Sequence[str]) -> float:
    """The accuracy is the mean, over all but one of the people, of min(1, same answers / 3).

    Where all people wrote the same, the program compares letter by letter: "Red." is no "red" then.
    One person alone decides.
    """
    said, theirs = _one_line(answer), [_one_line(one) for one in people]
    if len(set(theirs)) > 1 or len(theirs) == 1:
        said, theirs = vqa_form(said), [vqa_form(one) for one in theirs]
    return _all_but_one(said, theirs)


def text_accuracy(answer: str, people: Sequence[str]) -> float:
    """The same mean is taken of the forms of TextVQA's program."""
    return _all_but_one(text_form(answer), [text_form(one) for one in people])


def vqa_form(text: str) -> str:
    """The text loses marks and articles, number words up to ten become figures, and apostrophes are
    put back.

    A mark that touches a blank goes, any other becomes one; where a comma parts digits, all marks
    go. A point stays before a digit.
    """
    return _plain_words(_without_marks(_one_line(text)))


def text_form(text: str) -> str:
    """The text is put in lower case, without commas and question marks, with "'s" as a word;
    then `vqa_form` follows.
    """
    parted = text.lower().replace(",", "").replace("?", "").replace("'s", " 's")
    return vqa_form(parted)


def _one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\t", " ").strip()


def _without_marks(text: str) -> str:
    has_grouped = GROUPED.search(text) is not None
    bare = text
    for mark in MARKS:
        goes = has_grouped or f"{mark} " in text or f" {mark}" in text
        bare = bare.replace(mark, "" if goes else " ")
    return POINT.sub("", bare, count=MOST_POINTS)


def _plain_words(text: str) -> str:
    figured = (FIGURES.get(word, word) for word in text.lower().split())
    return " ".join(CONTRACTIONS.get(word, word) for word in figured if word not in ARTICLES)


def _all_but_one(said: str, theirs: Sequence[str]) -> float:
    if not theirs:
        return 0.0
    if len(theirs) == 1:
        return float(said == theirs[0])
    same = [said == one for one in theirs]
    total = sum(min(1.0, (sum(same) - one) / ENOUGH) for one in same)
    return total / len(theirs)
