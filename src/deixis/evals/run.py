"""A run asks a model what a benchmark still lacks answers to, scores all answers, and writes the
results.

One question goes this way: `Benchmark.question` → its regions as an `EncodingSpec` says →
`Composer` → the key of what would be sent → the file of answers, or the model → `Benchmark.score`
(or a judge) → a Row.
"""

import dataclasses
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import final

from deixis.ask.composer import Asking, Composed
from deixis.ask.knowledge_forms import Looked
from deixis.ask.model import Model
from deixis.core.answer_store import Answers
from deixis.core.answer_text import answered
from deixis.core.errors import SampleError, UsageError
from deixis.core.ordering import batches
from deixis.core.region import Region
from deixis.encodings.spec import PLAIN, EncodingSpec
from deixis.evals.asking import AnswerOrFailure, Asker, Failed, Request, RetryPolicy
from deixis.evals.benchmarks import Benchmark, GradeRequest, Query, Sample, Verdict
from deixis.evals.judges import AnswerToGrade, Grade, Judge
from deixis.evals.request_key import Identity, asked_of, request_key
from deixis.evals.results import FAILED, UNASKED, UNGRADED, Row
from deixis.evals.shown_pictures import ShownPictures
from deixis.models.interface import Generation

GRADED_AT_ONCE = 16
ONE_OF = "Answer with one of these: "


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """A run has come so far; `num_asked` questions had no answer before."""

    done: int
    total: int
    num_asked: int
    seconds: float


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Exam:
    """An exam says who is asked what: it has a model, a benchmark, the answers so far, and a
    judge if one is needed.
    """

    model: Model
    benchmark: Benchmark
    answers: Answers
    judge: Judge | None = None

    def __post_init__(self) -> None:
        if self.benchmark.needs_judge and self.judge is None:
            raise UsageError(
                "the answers of this benchmark are graded by a judge: name one, "
                '"rules" or "openai:MODEL@URL"'
            )


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class RunSettings:
    """The settings choose what of a benchmark is asked, and how.

    `limit` takes that many questions, chosen by `seed`: a smaller choice is part of a larger one.
    Up to `max_failures` questions may fail at a server, and `skips_bad` leaves bad rows of the data
    out; both are counted.
    """

    way: EncodingSpec = field(default_factory=lambda: EncodingSpec.of(PLAIN))
    limit: int | None = None
    seed: int = 0
    system: str | None = None
    generation: Generation | None = None  # None: greedy, as long as the benchmark says
    max_failures: int = 0
    skips_bad: bool = False

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise UsageError(f"a limit is at least 1 question, got {self.limit}")
        chosen = self.generation
        if chosen is not None and chosen.temperature > 0 and chosen.seed is None:
            raise UsageError(
                "a temperature above 0 needs a seed: without one no run can be repeated or resumed"
            )


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """A finished run has what came of every question, who answered, and how many had to be asked
    for it.
    """

    rows: tuple[Row, ...]
    who: Identity
    generation: Generation
    num_asked: int
    bad: tuple[str, ...]
    seconds: float
    pictures: ShownPictures = field(default_factory=ShownPictures, compare=False)


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Prepared:
    """A sample comes with what is sent for it, or with the reason why nothing is."""

    sample: Sample
    asked: Composed | None = None
    key: str = ""
    choices: tuple[str, ...] = ()
    problem: str | None = None
    is_bad: bool = False


def run(
    exam: Exam,
    settings: RunSettings,
    *,
    samples: Sequence[Sample] | None = None,
    advance: Callable[[Reached], None] | None = None,
) -> Ran:
    """Every chosen question that has no answer yet is asked, and all are scored. `samples` asks
    these of the benchmark instead of those that the settings choose.
    """
    if samples is None:
        samples = of_benchmark(exam.benchmark, settings)
    return _Run(exam, settings).go(samples, advance or (lambda reached: None))


def of_benchmark(benchmark: Benchmark, settings: RunSettings) -> list[Sample]:
    """The benchmark's chosen samples are made, and no others where it allows that."""
    total, limit = benchmark.num_places, settings.limit
    if total is None or limit is None or limit >= total:
        return chosen(benchmark.samples(), settings)
    found: dict[int, Sample] = {}
    for place in sorted(range(total), key=lambda place: lot(str(place), settings.seed)):
        sample = benchmark.at(place)
        found |= {} if sample is None else {place: sample}
        if len(found) == limit:
            break
    listed = [found[place] for place in sorted(found)]
    _check_keys(listed)
    return listed


def chosen(samples: Iterator[Sample], settings: RunSettings) -> list[Sample]:
    """The settings choose samples in the benchmark's order; what belongs together stays
    together.
    """
    listed = list(samples)
    _check_keys(listed)
    if settings.limit is None or settings.limit >= len(listed):
        return listed
    groups: dict[str, list[Sample]] = {}
    for sample in listed:
        groups.setdefault(sample.together or sample.key, []).append(sample)
    taken: set[str] = set()
    for name in sorted(groups, key=lambda name: lot(name, settings.seed)):
        if len(taken) + len(groups[name]) > settings.limit and taken:
            break
        taken |= {sample.key for sample in groups[name]}
    return [sample for sample in listed if sample.key in taken]


def lot(name: str, seed: int) -> bytes:
    """A name has this place in the random order of a seed."""
    return hashlib.sha256(f"{seed}:{name}".encode()).digest()


def _check_keys(samples: Sequence[Sample]) -> None:
    seen: set[str] = set()
    for sample in samples:
        if sample.key in seen:
            raise UsageError(f"two questions of the benchmark have the key {sample.key!r}")
        seen.add(sample.key)


@final
class _Run:
    """A run keeps its state here."""

    def __init__(self, exam: Exam, settings: RunSettings) -> None:
        self.exam, self.settings = exam, settings
        vlm, longest = exam.model.vlm, exam.benchmark.about.max_new_tokens
        self.generation = settings.generation or Generation(max_new_tokens=longest)
        self.who = asked_of(exam.model)
        self.composer = exam.model.composer
        known = exam.model.knowledge
        self.looked = None if known is None else Looked(known)
        retry = RetryPolicy(max_failures=settings.max_failures)
        self.asker = Asker(vlm, exam.answers, self.generation, retry)
        self.bad: list[str] = []
        self.pictures = ShownPictures()

    def go(self, samples: Sequence[Sample], advance: Callable[[Reached], None]) -> Ran:
        """All samples are asked and scored."""
        begun = time.monotonic()
        self.bad += self.exam.benchmark.bad
        rows: list[Row] = []
        num_done = 0
        for prepared in self._portions(samples):
            rows += self._rows(prepared)
            num_done += len(prepared)
            seconds = time.monotonic() - begun
            advance(
                Reached(
                    done=num_done,
                    total=len(samples),
                    num_asked=self.asker.num_asked,
                    seconds=seconds,
                )
            )
        self._check_any(rows)
        return Ran(
            rows=tuple(rows),
            who=self.who,
            generation=self.generation,
            num_asked=self.asker.num_asked,
            bad=tuple(self.bad),
            seconds=time.monotonic() - begun,
            pictures=self.pictures,
        )

    def _portions(self, samples: Sequence[Sample]) -> Iterator[list[_Prepared]]:
        """Samples come with what is sent for them; the next portion is prepared while one is
        asked.
        """
        size = max(self.asker.portion, GRADED_AT_ONCE)
        parts = list(batches(samples, size))
        with ThreadPoolExecutor(1) as workers:
            ahead = [workers.submit(self._prepared, part) for part in parts[:1]]
            for place in range(len(parts)):
                ready = ahead.pop().result()
                if place + 1 < len(parts):
                    ahead.append(workers.submit(self._prepared, parts[place + 1]))
                yield ready

    def _prepared(self, samples: Sequence[Sample]) -> list[_Prepared]:
        queries = [self._query(sample) for sample in samples]
        images = [query.image for query in queries if isinstance(query, Query)]
        notes = iter([None] * len(images) if self.looked is None else self.looked(images))
        return [
            self._prepare(sample, query, next(notes)) if isinstance(query, Query) else query
            for sample, query in zip(samples, queries, strict=True)
        ]

    def _query(self, sample: Sample) -> Query | _Prepared:
        """A sample is asked this, or its row is bad."""
        try:
            return self.exam.benchmark.question(sample)
        except SampleError as error:
            if not self.settings.skips_bad:
                raise
            return _Prepared(sample=sample, problem=str(error), is_bad=True)

    def _prepare(self, sample: Sample, query: Query, notes: Sequence[Region] | None) -> _Prepared:
        try:
            regions = self.settings.way.encode(query.regions)
            asking = Asking(images=(query.image,), text=query.text, regions=regions)
            known = None if notes is None else [notes]
            asked = self.composer.compose(asking, marks="widened", notes=known)
        except UsageError as error:  # this way cannot show these regions
            return _Prepared(sample=sample, problem=f"{UNASKED}: {error}")
        choices = self._scored(sample)
        if sample.choices and self.exam.benchmark.scores_choices and not choices:
            asked = dataclasses.replace(
                asked, text=f"{asked.text}\n{ONE_OF}{', '.join(sample.choices)}."
            )
        question = asked.question(self.settings.system)
        key = request_key(question, self.generation, self.who, choices=choices)
        return _Prepared(sample=sample, asked=asked, key=key, choices=choices)

    def _scored(self, sample: Sample) -> tuple[str, ...]:
        """These choices are scored as answers, where that is wanted and possible."""
        if not self.exam.benchmark.scores_choices:
            return ()
        return sample.choices if self.exam.model.vlm.abilities.answer_logprobs else ()

    def _rows(self, prepared: Sequence[_Prepared]) -> list[Row]:
        self.bad += [one.problem or "" for one in prepared if one.is_bad]
        prepared = [one for one in prepared if not one.is_bad]
        requests = [
            Request(
                key=one.key,
                question=one.asked.question(self.settings.system),
                choices=one.choices,
            )
            for one in prepared
            if one.asked is not None
        ]
        outcomes = self.asker.ask(requests)
        rows, wanted = [], {}
        for place, one in enumerate(prepared):
            row, verdict = self._row(one, outcomes)
            rows.append(row)
            if isinstance(verdict, GradeRequest):
                wanted[place] = verdict
        judge = self.exam.judge
        rows = _graded(rows, wanted, judge) if judge is not None and wanted else rows
        for row, one in zip(rows, prepared, strict=True):
            if one.asked is not None:
                self.pictures.add(row, [frame.image for frame in one.asked.frames])
        return rows

    def _row(
        self, one: _Prepared, outcomes: Mapping[str, AnswerOrFailure]
    ) -> tuple[Row, GradeRequest | None]:
        sample = one.sample
        row = Row(
            key=sample.key,
            picture=sample.picture,
            asks=sample.asks,
            truth=sample.truth,
            tags=sample.tags,
            together=sample.together,
        )
        if one.asked is None:
            return dataclasses.replace(row, problem=one.problem), None
        outcome = outcomes[one.key]
        row = dataclasses.replace(row, sent=one.asked.text)
        if isinstance(outcome, Failed):
            return dataclasses.replace(row, problem=f"{FAILED}: {outcome.reason}"), None
        verdict = self.exam.benchmark.score(sample, answered(outcome.text).text)
        scored = verdict if isinstance(verdict, Verdict) else Verdict(numbers={})
        row = dataclasses.replace(
            row,
            answer=outcome.text,
            finish=outcome.finish,
            read=scored.read,
            numbers=scored.numbers,
        )
        return row, verdict if isinstance(verdict, GradeRequest) else None

    def _check_any(self, rows: Sequence[Row]) -> None:
        if not rows:
            raise UsageError("the benchmark has no question to ask")
        if all(row.sort_of_problem == UNASKED for row in rows):
            raise UsageError(f"no question could be asked in this way: {rows[0].problem}")


def _graded(rows: Sequence[Row], wanted: Mapping[int, GradeRequest], judge: Judge) -> list[Row]:
    """Rows that need a judge get what it said."""
    items = [
        AnswerToGrade(
            question=one.question,
            truth=one.truth,
            prediction=answered(rows[place].answer or "").text,
        )
        for place, one in wanted.items()
    ]
    grades = dict(zip(wanted, judge.grade(items), strict=True))
    return [
        _with_grade(row, grades[place]) if place in grades else row
        for place, row in enumerate(rows)
    ]


def _with_grade(row: Row, grade: Grade) -> Row:
    value = grade.value
    reasons = "; ".join(dict.fromkeys(grade.failures))
    return dataclasses.replace(
        row,
        grades=grade.scores,
        grade_failures=grade.failures,
        numbers={} if value is None else {"grade": value},
        read=None if value is None else f"{value:.2g}",
        problem=f"{UNGRADED}: {reasons}" if value is None else None,
    )
