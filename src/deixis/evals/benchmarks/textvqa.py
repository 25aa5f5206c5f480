"""TextVQA asks what is written in a picture; ten people answered each question (Singh et al.,
2019).
"""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.benchmark import About, Options, Sample, Verdict
from deixis.evals.question_files import QuestionFiles
from deixis.evals.records import Record
from deixis.evals.scores.vqa import text_accuracy, text_form
from deixis.evals.verdicts import VQA_ACCURACY, most_first
from deixis.evals.wording import in_short


@final
@dataclass(frozen=True, kw_only=True)
class TextVqa(QuestionFiles):
    """Each row is a question, scored by M4C's program, which LLaVA's release uses.

    That release also puts the words that an OCR program found into the question ("Reference OCR
    token: …"); here the question is asked alone, so its numbers are not these.
    """

    form: ClassVar = "TextVQA_0.5.1_val.json and the pictures train_images/ID.jpg"
    splits: ClassVar = ("val", "train")
    about: ClassVar = About(
        title="TextVQA",
        asks="a word or a phrase that needs what is written in the picture",
        origin="https://textvqa.org/dataset",
        licence="CC BY 4.0 (annotations); the pictures are of Open Images",
    )
    measures: ClassVar = (VQA_ACCURACY,)

    @classmethod
    @override
    def of(cls, options: Options) -> "TextVqa":
        folder = cls.folder(options)
        file = folder.file(f"TextVQA_0.5.1_{cls.split_of(options)}.json")
        return cls(
            images=folder.images("train_images", "train_val_images/train_images"),
            records=[
                Record(dataset=file.name, row=str(place), value=value)
                for place, value in enumerate(folder.listed(file, "data"), start=1)
            ],
            skips_bad=options.skips_bad,
        )

    @override
    def made(self, place: int, record: Record) -> list[Sample]:
        sample = Sample(
            key=f"textvqa/{record.whole('question_id')}",
            picture=f"{record.file_name('image_id')}.jpg",
            text=in_short(record.text("question")),
            truth=most_first(record, record.texts("answers")),
            place=place,
        )
        return [sample]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        right = text_accuracy(answer, sample.truth)
        return Verdict(numbers={"right": right}, read=text_form(answer) or None)
