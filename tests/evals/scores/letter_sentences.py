"""Eight thousand answers to questions with lettered choices, made of kinds of sentences, each with
the letter that a person would read in it.

Run as a program, it prints what is read in each.
"""

import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

NUM_SENTENCES = 8000
NOUNS = (
    *("cup", "dog", "cupboard", "red ball", "ball", "umbrella", "apple", "car", "cart", "old man"),
    *("t-shirt", "ice cream", "box", "cat", "cattle", "elephant", "iron", "teapot", "tea", "boat"),
)
# {L} the letter of the truth, {M} another; {T} the truth's words, {O} the other choice's; {a} its
# article, {A} and {B} all choices written out; read as the truth's letter, or as none
LETTER_SAID = """
    {L}|{L}.|({L})|[{L}]|**{L}**|"{L}"|“{L}”|‘{L}’|{L})|{L}:|({l})|{l})|{l}.|{L}. {T}|{L}) {T}
    |{L}: {T}|({L}) {T}|({l}) {T}|{l}) {T}|**{L}** {T}|**{L}. {T}**|{L} - {T}|{L}, {T}|{L}.{T}
    |Option {L}|option {L}.|Option {L}: {T}|Choice {L}|Answer: {L}|Answer:{L}|answer: {l}
    |Answer: {L}. {T}|**Answer:** {L}|**Answer**: {L}|The answer is {L}|The answer is {L}.
    |The answer is {L}. {T}|The answer is ({L}).|The answer is “{L}”.
    |The correct answer is option {L}.|The answer is: {L}|the answer is {l}.
    |The answer is {L}, {T}.|The answer is {L} because the {T} is there.
    |The answer is {L}, not {M}.|My final answer is **{L}**.|I would choose {L}.
    |I choose option {L}, the {T}.|I pick ({L}).|I'd go with {L}.|It's {L}.
    |It must be ({L}), not the other|I think it is ({L}).|{L} is correct.
    |{L} is the right answer.|Option {L} is the best answer|{L}\\n{a} {T} is next to the {O}.
    |{L}. It is next to the {O}.|{L} because the {O} is not there.|\\boxed{{{L}}}
    |<answer>{L}</answer>|Not {M}, it is {L}.|The answer is not {M} but {L}.
    |{M} is wrong, so the answer is {L}.|{A} So the answer is {L}.|{B} So the answer is ({L}).
    |Looking at it, {a} {O} is behind. The answer is {L}.
    |<think>{M} or {L}? The answer is {M}.</think>{L}|<think>{M}.</think>The answer is {L}.
    |{L}</s>|{L}<eos>"""
WORDS_SAID = """
    {T}|{T}.|the {T}|{a} {T}|{Aa} {T}.|"{T}"|“{T}”|**{T}**|{T}!|It is {a} {T}.
    |I see {a} {T} there.|The answer is {a} {T}.|The answer is {a} {T}|The answer is the {T}.
    |Answer: {a} {T}|Answer: {Aa} {T}.|Answer: {T}|The choice is {a} {T}.
    |My choice is {a} {T}, I think.|The correct answer is {a} {T}.
    |The right choice would be {a} {T}.|I choose {a} {T}.|I would pick the {T}.
    |Not {a} {O} but {a} {T}.|It is {a} {T}, not {a} {O}.|{a} {T} rather than {a} {O}
    |It's the ‘{T}’.|(the {T})|I, too, see {a} {T}.|No, {a} {T}.|That is {a} {T}; I am sure.
    |<thinking>{a} {O}</thinking>{a} {T}|{T}<eos>"""
TWO_NOUNS = """
    The {T}, next to the {O}.|the {T} and the {O}|{a} {T} or {b} {O}|The {T} is on the {O}.
    |The {T}: it is left of the {O}.|The {T} (and the {O})|{T}, {O}|{T}/{O}
    |both the {T} and the {O}|The answer is {a} {T} or {b} {O}.|I see the {T};the {O} too."""
NO_LETTER = """
    {L} or {M}|{L} and {M}|{L}, {M}|{L}/{M}|({L}) or ({M})|{L}) or {M})|The answer is {L} or {M}
    |The answer is {L} or {M}.|The answer is either {L} or {M}.|Both {L} and {M}
    |both ({L}) and ({M})|{L} or {M} is correct.|Option {L} or option {M}|Answer: {L}, {M}
    |I choose {L} or {M}.|not {L}|Not {L}.|The answer is not {L}.|It isn't {L}.
    |Neither {L} nor {M}.|neither the {T} nor the {O}|It is not {a} {T}.|{A}|{B}|both|none
    |I cannot tell.||...|The answer is A thing.|{T}ish|{T}x|<think>The answer is {L}
    |<think>{L}. {T}|The answer is {L}. The answer is {M}.|{L} is wrong.|A-frame houses|A.M."""
KINDS = {"letter": LETTER_SAID, "words": WORDS_SAID, "two nouns": TWO_NOUNS, "neither": NO_LETTER}


@dataclass(frozen=True)
class Sentence:
    kind: str
    form: str
    answer: str
    choices: tuple[str, ...]
    letter: str | None


def sentences(num: int = NUM_SENTENCES) -> Iterator[Sentence]:
    """The same in every run, every form as often as every other."""
    source = random.Random(17)
    forms = [(kind, form) for kind, text in KINDS.items() for form in _forms(text)]
    for i in range(num):
        kind, form = forms[i % len(forms)]
        choices = source.sample(NOUNS, k=source.randint(2, 5))
        truth, other = source.sample(range(len(choices)), k=2)
        answer = _filled(form, choices, truth, other)
        read = "ABCDE"[truth] if kind in ("letter", "words") else None
        yield Sentence(kind=kind, form=form, answer=answer, choices=tuple(choices), letter=read)


def _forms(text: str) -> list[str]:
    return [form.strip().replace("\\n", "\n") for form in text.split("|")]


def _filled(form: str, choices: Sequence[str], truth: int, other: int) -> str:
    def article(noun: str) -> str:
        return "an" if noun[0] in "aeiou" else "a"

    words, others = choices[truth], choices[other]
    dotted = [f"{'ABCDE'[i]}. {noun}" for i, noun in enumerate(choices)]
    return form.format(
        L="ABCDE"[truth],
        l="abcde"[truth],
        M="ABCDE"[other],
        T=words,
        O=others,
        a=article(words),
        b=article(others),
        Aa=article(words).capitalize(),
        A="\n".join(dotted),
        B=" ".join(f"({'ABCDE'[i]}) {noun}" for i, noun in enumerate(choices)),
    )


def llava(answer: str) -> str | None:
    """As LLaVA's release reads ScienceQA (eval_science_qa.py)."""
    if len(answer) == 1 and answer in "ABCDE":
        return answer
    if len(answer) >= 3 and answer[0] in "ABCDE" and answer[1:3] == ". ":
        return answer[0]
    found = re.findall(r"The answer is ([A-Z]).", answer)
    return found[0] if len(found) == 1 else None


def main() -> None:
    from deixis.evals.scores.letters import read_letter

    rows = []
    for one in sentences():
        read = read_letter(one.answer, one.choices)
        verdict = "right" if read == one.letter else ("none" if read is None else "wrong")
        rows.append({**asdict(one), "read": read, "verdict": verdict, "llava": llava(one.answer)})
    sys.stdout.write(json.dumps(rows))


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Counter[str]]:
    """Of each kind: read right, wrongly (a letter), or not where there is a letter."""
    found: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for row in rows:
        found[row["kind"]][row["verdict"]] += 1
    return found


if __name__ == "__main__":
    main()
