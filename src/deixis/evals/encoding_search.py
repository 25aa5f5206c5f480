"""A search finds the encoding that a model follows best, within a budget of questions.

It is successive halving (Karnin et al., 2013): all candidates get a few questions, and the better
half goes on to more. The winner was picked for its score on these, so it is confirmed on questions
that the search has not seen, against the encoding that would have been used without it.
"""

import dataclasses
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.errors import UsageError
from deixis.core.files import make_folder, write_text
from deixis.encodings.spec import PLAIN, EncodingSpec
from deixis.evals.benchmarks import Benchmark, Sample
from deixis.evals.compare import joined_pictures
from deixis.evals.figures import Figure, figure, headline
from deixis.evals.paired import Difference, difference
from deixis.evals.results import UNASKED, Row
from deixis.evals.run import Exam, RunSettings, chosen, lot, run

FILE = "search.json"
FEWEST = 4  # questions of a candidate in a round


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class SearchSettings:
    """All candidates together get `budget` questions; the winner and the baseline get `confirm`
    more each.
    """

    candidates: tuple[str, ...]
    budget: int
    confirm: int = 100
    baseline: str = PLAIN
    seed: int = 0

    def __post_init__(self) -> None:
        count = len(self.candidates)
        if count < 2 or len(set(self.candidates)) < count:
            raise UsageError(
                f"a search is among two different encodings at least, got {self.candidates}"
            )
        least = FEWEST * count * self.num_rounds
        if self.budget < least:
            raise UsageError(
                f"{count} encodings need a budget of {least} questions at least, got "
                f"{self.budget}: name fewer, or allow more"
            )
        if self.confirm < 0:
            raise UsageError(f"questions to confirm with are 0 or more, got {self.confirm}")

    @property
    def num_rounds(self) -> int:
        """So many rounds leave one candidate."""
        return math.ceil(math.log2(len(self.candidates)))


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """A round ranks its candidates, the best first, on the same questions."""

    num_questions: int
    figures: tuple[tuple[str, Figure], ...]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class SearchResult:
    """The result has the winner, the rounds, and the winner against the baseline on questions of
    their own.

    `confirmed` is None where no questions were left. `num_questions` counts what the search asked.
    `left_out` are candidates that cannot show some question, with the reason.
    """

    best: str
    baseline: str
    rounds: tuple[Round, ...]
    confirmed: Difference | None
    num_confirmed: int
    num_questions: int
    left_out: tuple[tuple[str, str], ...]


def search(
    exam: Exam, settings: SearchSettings, *, say: Callable[[str], None] | None = None
) -> SearchResult:
    """The best candidate is found, and tested on questions that the search did not see."""
    return _Search(exam, settings, say or (lambda text: None)).go()


def save_found(found: SearchResult, out: Path) -> dict[str, object]:
    """search.json is written; its record comes back."""
    record = dataclasses.asdict(found)
    record["rounds"] = [
        {
            "num_questions": one.num_questions,
            "figures": {name: dataclasses.asdict(figure) for name, figure in one.figures},
        }
        for one in found.rounds
    ]
    make_folder(out)
    write_text(out / FILE, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    return record


@final
class _Search:
    """A search keeps its state here."""

    def __init__(self, exam: Exam, settings: SearchSettings, say: Callable[[str], None]) -> None:
        self.exam, self.settings, self.say = exam, settings, say
        self.num_questions = 0
        self.left_out: list[tuple[str, str]] = []

    def go(self) -> SearchResult:
        """All rounds run, then the confirmation."""
        settings = self.settings
        alive = list(settings.candidates)
        ways = {spec: EncodingSpec.of(spec) for spec in (*alive, settings.baseline)}
        order = _in_lots(self.exam.benchmark, settings.seed)
        rounds: list[Round] = []
        num_used = 0
        for _ in range(settings.num_rounds):
            more = settings.budget // settings.num_rounds // len(alive)
            asked = _first(order, num_used + more)
            num_used = len(asked)
            rounds.append(self._round([ways[spec] for spec in alive], asked))
            ranked = [spec for spec, _ in rounds[-1].figures]
            alive = ranked[: max(1, math.ceil(len(ranked) / 2))]
        num_searched = self.num_questions
        rest = _first(order[num_used:], settings.confirm)
        confirmed, num_confirmed = self._confirm(ways[alive[0]], ways[settings.baseline], rest)
        return SearchResult(
            best=alive[0],
            baseline=settings.baseline,
            rounds=tuple(rounds),
            confirmed=confirmed,
            num_confirmed=num_confirmed,
            num_questions=num_searched,
            left_out=tuple(self.left_out),
        )

    def _round(self, ways: Sequence[EncodingSpec], samples: Sequence[Sample]) -> Round:
        figured = []
        for way in ways:
            rows = self._rows(way, samples)
            lost = [row.problem for row in rows if row.sort_of_problem == UNASKED]
            if lost:
                self.left_out.append((way.spec, lost[0] or ""))
                self.say(f"{way.spec} is left out: {lost[0]}")
                continue
            measure, scored = headline(type(self.exam.benchmark), rows)
            one = figure(measure, scored, part="all")
            self.say(f"{way.spec}: {one} on {len(samples)} questions")
            figured.append((way.spec, one))
        if not figured:
            raise UsageError("none of these encodings can show the questions of this benchmark")
        figured.sort(key=lambda one: (-one[1].value, one[0]))
        return Round(num_questions=len(samples), figures=tuple(figured))

    def _rows(self, way: EncodingSpec, samples: Sequence[Sample]) -> list[Row]:
        """A candidate's questions are answered; answers that are known already are not asked for
        again.
        """
        try:
            ran = run(self.exam, RunSettings(way=way), samples=samples)
        except UsageError as error:
            if UNASKED not in str(error):
                raise
            empty = Row(key="", picture="", asks="", truth=(), problem=f"{UNASKED}: {error}")
            return [empty]
        self.num_questions += ran.num_asked
        return list(ran.rows)

    def _confirm(
        self, best: EncodingSpec, baseline: EncodingSpec, samples: Sequence[Sample]
    ) -> tuple[Difference | None, int]:
        """The winner is compared with the baseline, if they differ and both can be asked."""
        if not samples or best.spec == baseline.spec:
            return None, 0
        kind = type(self.exam.benchmark)
        pair = [self._rows(way, samples) for way in (baseline, best)]
        tables = [{row.key: row for row in rows if row.problem is None} for rows in pair]
        shared = sorted(tables[0].keys() & tables[1].keys())
        if not shared:
            return None, 0
        measure, first = headline(kind, [tables[0][key] for key in shared])
        _, second = headline(kind, [tables[1][key] for key in shared])
        ours, theirs = joined_pictures(measure, first, second)
        return difference(measure, ours, theirs), len(shared)


def _in_lots(benchmark: Benchmark, seed: int) -> list[Sample]:
    """All samples come in a random order that keeps together what belongs together."""
    samples = chosen(benchmark.samples(), RunSettings())
    groups: dict[str, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(sample.together or sample.key, []).append(sample)
    names = sorted(groups, key=lambda name: lot(name, seed))
    return [sample for name in names for sample in groups[name]]


def _first(samples: Sequence[Sample], count: int) -> list[Sample]:
    """So many samples are taken, and the rest of the last one's group."""
    taken = list(samples[:count])
    last = taken[-1].together if taken else None
    rest = samples[len(taken) :]
    taken += [sample for sample in rest if last is not None and sample.together == last]
    return taken
