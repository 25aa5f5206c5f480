"""VCR: an answer of four, and its reason of four (Zellers et al., 2019)."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.data import RegionSample
from deixis.evals.benchmark import About, Sample, Verdict
from deixis.evals.published import PublishedBenchmark, picture_name, right_letter
from deixis.evals.scoring import ANSWER, BOTH, REASON, SHORT_ANSWERS, by_letter, reason_text
from deixis.evals.wording import mentioned


@final
@dataclass(frozen=True, kw_only=True)
class Vcr(PublishedBenchmark):
    """Two questions a row. The second one tells the right answer of the first."""

    reader: ClassVar = "vcr"
    usual: ClassVar = "val"
    about: ClassVar = About(
        title="VCR",
        asks="what happens among the regions, and why",
        origin="https://visualcommonsense.com",
        licence="its own: non-commercial research, by agreement",
        guess=1 / 16,
    )
    measures: ClassVar = SHORT_ANSWERS
    together: ClassVar = BOTH

    @override
    def made(self, index: int, found: RegionSample) -> list[Sample]:
        answer, reason = found.turns
        right_letter(answer)
        right = answer.choices[answer.right or 0]
        texts = {
            ANSWER: answer.question,
            REASON: reason_text(answer.question, right, reason.question),
        }
        return [
            Sample(
                key=f"vcr/{found.id}/{tag}",
                picture=picture_name(found),
                text=texts[tag],
                truth=(right_letter(turn),),
                regions=mentioned(texts[tag], found.regions),
                choices=turn.choices,
                tags=(tag,),
                together=f"vcr/{found.id}",
                place=index,
            )
            for tag, turn in ((ANSWER, answer), (REASON, reason))
        ]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        return by_letter(sample, answer)
