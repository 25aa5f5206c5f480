"""VQAv2 asks for short answers about COCO's pictures, by ten people each (Goyal et al., 2017)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, final

from typing_extensions import override

from deixis.evals.benchmark import About, Options, Sample, Verdict
from deixis.evals.measure import Measure
from deixis.evals.question_files import QuestionFiles
from deixis.evals.records import Record
from deixis.evals.scores.vqa import text_form, vqa_accuracy
from deixis.evals.verdicts import VQA_ACCURACY, most_first
from deixis.evals.wording import in_short

QUESTIONS = "v2_OpenEnded_mscoco_{split}_questions.json"
ANNOTATIONS = "v2_mscoco_{split}_annotations.json"
PICTURE = "COCO_{split}_{image:012}.jpg"
USED = ("question_id", "answer_type", "answers")
KINDS = ("yes/no", "number", "other")


@final
@dataclass(frozen=True, kw_only=True)
class VqaV2(QuestionFiles):
    """Each row is a question; its tag is the kind of its answer.

    The first number is what papers report that submit as LLaVA's release does: the answer in the
    form of TextVQA's program, then the official evaluation. The second gives the answer to the
    official evaluation as it was written. The part test2015 is scored by a server alone: `val2014`
    has answers.
    """

    split: str
    annotations: Mapping[int, Any]  # Any: what JSON holds
    form: ClassVar = (
        "v2_OpenEnded_mscoco_val2014_questions.json, v2_mscoco_val2014_annotations.json and the "
        "pictures val2014/COCO_val2014_000000xxxxxx.jpg"
    )
    splits: ClassVar = ("val2014", "train2014")
    about: ClassVar = About(
        title="VQAv2",
        asks="a word or a phrase about a picture, as people answered",
        origin="https://visualqa.org/download.html",
        licence="CC BY 4.0 (annotations); the pictures keep COCO's terms",
    )
    measures: ClassVar = (
        VQA_ACCURACY,
        Measure(name="VQA accuracy, as written", numbers=("written",)),
    )

    @classmethod
    @override
    def of(cls, options: Options) -> "VqaV2":
        folder, split = cls.folder(options), cls.split_of(options)
        questions = folder.file(QUESTIONS.format(split=split))
        answers = folder.file(ANNOTATIONS.format(split=split))
        images = folder.images(split)
        records = [
            Record(dataset=questions.name, row=_name(one, place), value=one)
            for place, one in enumerate(folder.listed(questions, "questions"), start=1)
        ]
        return cls(
            records=records,
            annotations={
                one["question_id"]: one
                for one in folder.listed(answers, "annotations", slim=_slim)
                if isinstance(one, dict) and isinstance(one.get("question_id"), int)
            },
            images=images,
            split=split,
            skips_bad=options.skips_bad,
        )

    @override
    def made(self, place: int, record: Record) -> list[Sample]:
        key = record.whole("question_id")
        if key not in self.annotations:
            raise record.bad(f"{ANNOTATIONS.format(split=self.split)} has no answers to it")
        answered = Record(dataset=record.dataset, row=record.row, value=self.annotations[key])
        people = most_first(record, answered.texts("answers"))
        sample = Sample(
            key=f"vqav2/{self.split}/{key}",
            picture=PICTURE.format(split=self.split, image=record.whole("image_id")),
            text=in_short(record.text("question")),
            truth=people,
            tags=(answered.one_of("answer_type", KINDS),),
            place=place,
        )
        return [sample]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        read = text_form(answer)
        numbers = {
            "right": vqa_accuracy(read, sample.truth),
            "written": vqa_accuracy(answer, sample.truth),
        }
        return Verdict(numbers=numbers, read=read or None)


def _name(question: object, place: int) -> str:
    """Messages call a row by this name."""
    named = question.get("question_id") if isinstance(question, dict) else None
    return str(named) if isinstance(named, int) else f"question {place}"


def _slim(found: dict[str, Any]) -> Any:  # Any: what JSON holds
    """Of two million answers only their words are kept; a question keeps these and two fields
    more.
    """
    if "answer_id" in found and isinstance(found.get("answer"), str):
        return found["answer"]
    if "multiple_choice_answer" in found:
        return {name: value for name, value in found.items() if name in USED}
    return found
