"""MME asks two questions a picture; yes is right for one and no for the other (Fu et al., 2023)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from jaxtyping import Float
from typing_extensions import override

from deixis.evals.benchmark import About, Options, Sample, Verdict
from deixis.evals.measure import ACCURACY, Measure, ratio
from deixis.evals.question_files import QuestionFiles
from deixis.evals.records import PublishedFolder, Record
from deixis.evals.wording import literal

PERCEPTION = (
    *("existence", "count", "position", "color", "posters"),
    *("celebrity", "scene", "landmark", "artwork", "OCR"),
)
COGNITION = ("commonsense_reasoning", "numerical_calculation", "text_translation", "code_reasoning")
SUBTASKS = (*PERCEPTION, *COGNITION)
QUESTIONS = 2  # of a picture
READ = 4  # letters that MME's program looks at
NUMBERS = tuple(f"{subtask}: {what}" for subtask in SUBTASKS for what in ("asked", "right"))


def read_mme(answer: str) -> bool | None:
    """MME's own program looks for yes or no within the first letters, yes first; otherwise None."""
    start = answer.strip().lower()[:READ]
    if "yes" in start:
        return True
    return False if "no" in start else None


def mme_numbers(subtask: str, *, is_right: bool) -> dict[str, float]:
    """One answer is counted among the NUMBERS."""
    told = {f"{subtask}: asked": 1.0, f"{subtask}: right": float(is_right)}
    return dict.fromkeys(NUMBERS, 0.0) | told


def with_pairs(sums: Float[np.ndarray, "picture number"]) -> Float[np.ndarray, "picture column"]:
    """Each picture and subtask has four columns: asked, right, both were asked, both are right.

    `sums` are those of the NUMBERS, followed by the number of answers. A picture with a single
    answer counts among the answers, not among the pairs.
    """
    each = sums[:, : len(NUMBERS)].reshape(len(sums), len(SUBTASKS), 2)
    pairs = each >= QUESTIONS
    return np.concatenate([each, pairs], axis=-1).reshape(len(sums), 4 * len(SUBTASKS))


def mme_score(sums: Float[np.ndarray, "*more column"]) -> Float[np.ndarray, "*more"]:
    """The score is the sum over the subtasks that were asked, each 0 to 2."""
    each = sums.reshape(*sums.shape[:-1], len(SUBTASKS), 4)
    accuracy = ratio(each[..., 1], each[..., 0], nothing=0.0)
    of_pairs = ratio(each[..., 3], each[..., 2], nothing=0.0)
    return np.asarray((accuracy + of_pairs).sum(-1))


ROOTS = ("", "MME_Benchmark_release_version", "MME_Benchmark_release_version/MME_Benchmark")
PICTURES, TEXTS = "images", "questions_answers_YN"
ENDINGS = (".jpg", ".jpeg", ".png")
PARTS = {"all": SUBTASKS, "perception": PERCEPTION, "cognition": COGNITION}
SCORE = Measure(
    name="MME score",
    numbers=NUMBERS,
    value=mme_score,
    of_picture=with_pairs,
    is_bounded=False,
)
SPOKEN = {True: "yes", False: "no", None: None}


@final
@dataclass(frozen=True, kw_only=True)
class Mme(QuestionFiles):
    """Each picture is a row; its tags are its subtask, and perception or cognition.

    A subtask scores up to 200 (accuracy, and accuracy+ of pictures with both questions right);
    perception is the sum of ten, cognition of four, and all together reach 2800. MME's own words
    ask for yes or no. Answers are read as its own program reads them, by their first four letters;
    an answer that says neither is wrong.
    """

    form: ClassVar = (
        f"a folder each for {', '.join(SUBTASKS)}: with pictures and a text of the same name, or "
        f"with {PICTURES}/ and {TEXTS}/"
    )
    splits: ClassVar = tuple(PARTS)
    about: ClassVar = About(
        title="MME",
        asks="yes or no, of 14 subtasks of perception and cognition",
        origin="https://github.com/BradyFU/Awesome-Multimodal-Large-Language-Models",
        licence="its own: academic research only",
    )
    measures: ClassVar = (SCORE, ACCURACY)

    @classmethod
    @override
    def of(cls, options: Options) -> "Mme":
        folder, subtasks = cls.folder(options), PARTS[cls.split_of(options)]
        roots = [folder.path / root for root in ROOTS]
        root = next((one for one in roots if (one / subtasks[0]).is_dir()), roots[0])
        absent = [subtask for subtask in subtasks if not (root / subtask).is_dir()]
        if absent:
            more = f" (and {len(absent) - 1} more)" if len(absent) > 1 else ""
            raise folder.missing(f"there is no folder {absent[0]!r}{more}")
        records = [record for subtask in subtasks for record in _records(folder, root, subtask)]
        if not records:
            raise folder.missing("there is no picture")
        return cls(images=root, records=records, skips_bad=options.skips_bad)

    @override
    def made(self, place: int, record: Record) -> list[Sample]:
        subtask = record.row.partition("/")[0]
        lines = record.texts("lines")
        if len(lines) != QUESTIONS:
            raise record.bad(f"a picture has {QUESTIONS} questions, a line each, got {len(lines)}")
        samples = []
        for number, line in enumerate(lines, start=1):
            question, _, answer = line.rpartition("\t")
            truth = answer.strip().lower()
            if truth not in ("yes", "no") or not question.strip():
                raise record.bad(f"a line is a question, a tab, and Yes or No, got {line!r:.60}")
            samples.append(
                Sample(
                    key=f"mme/{record.row}/{number}",
                    picture=record.text("picture"),
                    text=literal(question.strip()),
                    truth=(truth,),
                    tags=(subtask, "perception" if subtask in PERCEPTION else "cognition"),
                    together=f"mme/{record.row}",
                    place=place,
                )
            )
        return samples

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        said = SPOKEN[read_mme(answer)]
        is_right = said == sample.truth[0]
        numbers = mme_numbers(sample.tags[0], is_right=is_right)
        return Verdict(numbers=numbers | {"right": float(is_right)}, read=said)


def _records(folder: PublishedFolder, root: Path, subtask: str) -> Iterator[Record]:
    """A subtask's pictures come with the lines of their texts, by name; either may be missing."""
    apart = (root / subtask / TEXTS).is_dir() and (root / subtask / PICTURES).is_dir()
    here = f"{subtask}/{PICTURES}" if apart else subtask
    texts = root / subtask / TEXTS if apart else root / subtask
    pictures = {
        path.stem: f"{here}/{path.name}"
        for path in sorted((root / here).iterdir())
        if path.suffix.lower() in ENDINGS
    }
    written = {path.stem: path for path in sorted(texts.glob("*.txt"))}
    for name in sorted({*pictures, *written}):
        value: dict[str, object] = {}
        if name in pictures:
            value["picture"] = pictures[name]
        if name in written:
            lines = folder.text(written[name]).split("\n")
            value["lines"] = [line for line in lines if line.strip()]
        yield Record(dataset="MME", row=f"{subtask}/{name}", value=value)
