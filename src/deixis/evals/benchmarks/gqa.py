"""GQA asks compositional questions on scenes, with one right answer each (Hudson and Manning,
2019).
"""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.benchmark import About, Options, Sample, Verdict
from deixis.evals.measure import ACCURACY
from deixis.evals.question_files import QuestionFiles
from deixis.evals.records import Record
from deixis.evals.wording import in_short

QUERY = "query"  # the kind of question that is open; all others have two or a few answers


@final
@dataclass(frozen=True, kw_only=True)
class Gqa(QuestionFiles):
    """Each row of the balanced set is a question; its tags are open or binary, and the kind of
    question.

    An answer is right if it matches letter by letter, once in lower case and without closing full
    stops, as LLaVA's release hands answers to the official evaluation.
    """

    form: ClassVar = "testdev_balanced_questions.json (of questions1.2.zip) and images/ID.jpg"
    splits: ClassVar = ("testdev", "val", "train")
    about: ClassVar = About(
        title="GQA",
        asks="a word or a phrase about things, what they are like and how they lie",
        origin="https://cs.stanford.edu/people/dorarad/gqa/download.html",
        licence="CC BY 4.0; the pictures keep Visual Genome's and COCO's terms",
    )
    measures: ClassVar = (ACCURACY,)

    @classmethod
    @override
    def of(cls, options: Options) -> "Gqa":
        folder = cls.folder(options)
        name = f"{cls.split_of(options)}_balanced_questions.json"
        file = folder.file(name, f"questions1.2/{name}")
        return cls(
            images=folder.images("images"),
            records=[
                Record(dataset=name, row=key, value=value)
                for key, value in folder.members(file).items()
            ],
            skips_bad=options.skips_bad,
        )

    @override
    def made(self, place: int, record: Record) -> list[Sample]:
        types = Record(dataset=record.dataset, row=record.row, value=record.field("types"))
        kind = types.text("structural")
        sample = Sample(
            key=f"gqa/{record.row}",
            picture=f"{record.file_name('imageId')}.jpg",
            text=in_short(record.text("question")),
            truth=(record.text("answer"),),
            tags=("open",) if kind == QUERY else ("binary", kind),
            place=place,
        )
        return [sample]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        read = answer.strip().rstrip(".").lower()
        return Verdict(numbers={"right": float(read == sample.truth[0])}, read=read or None)
