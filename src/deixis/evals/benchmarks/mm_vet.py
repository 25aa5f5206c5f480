"""MM-Vet has 218 free answers that need several capabilities, graded by a judge (Yu et al.,
2023).
"""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.benchmark import About, GradeRequest, Options, Sample
from deixis.evals.question_files import QuestionFiles
from deixis.evals.records import Record
from deixis.evals.verdicts import AND, GRADE, OR, grade_request
from deixis.evals.wording import literal

FILE = "mm-vet.json"


@final
@dataclass(frozen=True, kw_only=True)
class MmVet(QuestionFiles):
    """Each row is a question, asked plainly. Its tags are the capabilities that it needs, and all
    of them together: "only know+rec" are the questions that need these two and no other.

    The judge is that of all benchmarks here. It has the form of the official one (a table of
    examples, 0.0 to 1.0 in tenths) but is not the same: the seven examples are our own, any model
    may judge and is named, the temperature stays 0 (there it rises when no number comes), and an
    answer that gets no grade is counted and left out (there it is 0). The paper judges five times:
    --judge-runs 5.
    """

    form: ClassVar = f"{FILE} and images/ (of mm-vet.zip)"
    splits: ClassVar = ("v1",)
    about: ClassVar = About(
        title="MM-Vet",
        asks="free answers that need several capabilities, graded by a judge",
        origin="https://github.com/yuweihao/MM-Vet",
        licence="its own: non-commercial research and education",
        max_new_tokens=512,
    )
    measures: ClassVar = (GRADE,)
    needs_judge: ClassVar = True

    @classmethod
    @override
    def of(cls, options: Options) -> "MmVet":
        folder = cls.folder(options)
        cls.split_of(options)
        return cls(
            images=folder.images("images"),
            records=[
                Record(dataset=FILE, row=key, value=value)
                for key, value in folder.members(folder.file(FILE)).items()
            ],
            skips_bad=options.skips_bad,
        )

    @override
    def made(self, place: int, record: Record) -> list[Sample]:
        needed = sorted(set(record.texts("capability")))
        truth = record.text("answer").replace(AND.strip(), AND).replace(OR.strip(), OR)
        sample = Sample(
            key=f"mm_vet/{record.row}",
            picture=record.file_name("imagename"),
            text=literal(record.text("question")),
            truth=(truth,),
            tags=(*needed, f"only {'+'.join(needed)}"),
            place=place,
        )
        return [sample]

    @override
    def score(self, sample: Sample, answer: str) -> GradeRequest:
        return grade_request(sample)
