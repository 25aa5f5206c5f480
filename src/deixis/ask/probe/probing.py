"""A probe measures a model: in which dialect it writes places, how exact they are, and which
encodings it follows.
"""

import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, final

from deixis.ask.loading import load
from deixis.ask.model import Model
from deixis.ask.probe import following, places
from deixis.ask.probe.asking import ProbeAsker
from deixis.ask.probe.exactness import Exactness, exactness
from deixis.ask.probe.following import EncodingsFound, ask_encodings
from deixis.ask.probe.natives import told_resize, with_resize
from deixis.ask.probe.places import PlacesFound, ask_places
from deixis.ask.probe.record import contract_of_probe, record_of
from deixis.ask.probe.report import report_of
from deixis.ask.probe.verdict import DialectVerdict
from deixis.coordinates import Dialect
from deixis.coordinates.contract import Contract
from deixis.core.answer_store import Answers
from deixis.core.errors import UsageError
from deixis.core.files import make_folder, remove, write_text
from deixis.core.progress import Progress, Reporter, Silent
from deixis.core.untrusted_text import shown
from deixis.core.wording import counted
from deixis.reports import notebook

ANSWERS = "answers.jsonl"
CONTRACT, RECORD, REPORT = "contract.json", "probe.json", "index.html"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeSettings:
    """How much a probe may ask, and by which seed its pictures are drawn."""

    budget: int = field(default=places.BUDGET, metadata={"doc": "calls for the dialect"})
    marks_budget: int = field(
        default=following.BUDGET, metadata={"doc": "calls for the encodings; 0: none"}
    )
    seed: int = field(default=0, metadata={"doc": "of the pictures and the wordings"})

    def __post_init__(self) -> None:
        for name, least in (("budget", 0), ("marks_budget", 0), ("seed", 0)):
            if getattr(self, name) < least:
                raise UsageError(f"{name} is at least {least}, got {getattr(self, name)}")
        if 0 < self.marks_budget < following.least_budget():
            raise UsageError(
                f"to tell which encodings are followed takes {following.least_budget()} calls at "
                f"least, got marks_budget={self.marks_budget}; 0 leaves them out"
            )


@final
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Probe:
    """What was measured of a model. `said_in` is the dialect in which regions were said to it."""

    model: str
    date: str
    settings: ProbeSettings
    places: PlacesFound
    exactness: Exactness | None
    encodings: EncodingsFound
    said_in: str | None
    num_calls: int
    num_kept: int
    failures: tuple[str, ...]

    def __repr__(self) -> str:
        told = self.verdict.dialect if self.verdict.is_told else "not told"
        return f"Probe({shown(self.model)}, dialect {told}, {counted(self.num_calls, 'call')})"

    def _repr_html_(self) -> str:
        return notebook.framed_page(self.report())

    @property
    def verdict(self) -> DialectVerdict:
        """What its numbers mean, and how sure that is; or why it cannot be told."""
        return self.places.verdict

    def contract(self) -> Contract:
        """What was measured as a contract, for `dx.load(…, contract=…)`; UsageError where the
        dialect cannot be told.
        """
        return contract_of_probe(self)

    def record(self) -> dict[str, Any]:  # Any: JSON
        """All that was measured, without the answers."""
        return record_of(self)

    def report(self) -> str:
        """The report page, its pictures inside."""
        return report_of(self)

    def save(self, folder: str | Path) -> None:
        """The report, the record and the contract, if there is one, are written."""
        home = Path(folder)
        make_folder(home)
        told = json.dumps(self.record(), ensure_ascii=False, indent=1)
        write_text(home / RECORD, f"{told}\n")
        write_text(home / REPORT, self.report())
        if self.verdict.is_told:
            self.contract().save(home / CONTRACT)
        elif (home / CONTRACT).exists():  # of an earlier probe, which this one cannot confirm
            remove(home / CONTRACT)


def probe(
    model: Model | str,
    *,
    budget: int = places.BUDGET,
    marks_budget: int = following.BUDGET,
    seed: int = 0,
    out: str | Path | None = None,
    reporter: Reporter | None = None,
    **options: Any,  # Any: those of `load`
) -> Probe:
    """Measure a model on pictures whose truth is known.

    `budget` limits the calls for its dialect, `marks_budget` those for the encodings that it
    follows (0: none). With `out`, a folder, answers are kept as they come, so that a probe that
    ended early goes on where it was and asks nothing twice; the report, the record and, where the
    dialect can be told, the contract are written there. `options` are those of `dx.load`, for a
    model that is given by its name.
    """
    settings = ProbeSettings(budget=budget, marks_budget=marks_budget, seed=seed)
    asked = model if isinstance(model, Model) else load(model, **options)
    teller = _Teller(reporter=reporter or Silent(), total=budget + marks_budget)
    folder = None if out is None else Path(out)
    with _kept(folder) as kept:
        found = _probed(asked, ProbeAsker(vlm=asked.vlm, kept=kept), settings, teller)
    if folder is not None:
        found.save(folder)
    return found


def _probed(model: Model, asker: ProbeAsker, settings: ProbeSettings, teller: "_Teller") -> Probe:
    found = ask_places(asker, seed=settings.seed, budget=settings.budget, advance=teller.places)
    verdict = found.verdict
    exact = None
    if verdict.meaning is not None and verdict.reason in ("", "unreadable"):
        exact = exactness(found.answers, verdict.meaning, seed=settings.seed)
    name, dialect = _spoken(model, verdict)
    followed = ask_encodings(
        asker, dialect, seed=settings.seed, budget=settings.marks_budget, advance=teller.encodings
    )
    teller.end()
    return Probe(
        model=model.vlm.name,
        date=date.today().isoformat(),
        settings=settings,
        places=found,
        exactness=exact,
        encodings=followed,
        said_in=name,
        num_calls=asker.num_calls,
        num_kept=asker.num_kept,
        failures=tuple(asker.failures),
    )


def _spoken(model: Model, verdict: DialectVerdict) -> tuple[str | None, Dialect | None]:
    """Regions are said in the dialect that was found, else in the one that the model is known to
    speak.
    """
    if verdict.dialect is not None:
        resize = told_resize(verdict.dialect, verdict.resize)
        return verdict.dialect, with_resize(verdict.dialect, resize)
    if model.dialect_name is None:
        return None, None
    return model.dialect_name, model.dialect


@contextmanager
def _kept(folder: Path | None) -> Iterator[Answers | None]:
    if folder is None:
        yield None
        return
    with Answers(folder / ANSWERS) as answers:
        yield answers


@final
@dataclass(kw_only=True, slots=True)
class _Teller:
    """Tells how far a probe is: the calls of the dialect first, then those of the encodings."""

    reporter: Reporter
    total: int
    begun: float = field(default_factory=time.monotonic)
    num_places: int = 0
    last: int = 0

    def places(self, done: int) -> None:
        """So many places were asked for."""
        self.num_places = done
        self._tell(done)

    def encodings(self, done: int) -> None:
        """So many questions were asked about encodings."""
        self._tell(self.num_places + done)

    def end(self) -> None:
        """All is asked; less than the budgets may have been enough."""
        self.total = max(self.last, 1)
        self._tell(self.last)

    def _tell(self, done: int) -> None:
        self.last = done
        speed = done / max(time.monotonic() - self.begun, 1e-9)
        left = (self.total - done) / speed if done and math.isfinite(speed) else None
        self.reporter.advance(
            Progress(
                step=min(done, self.total),
                steps=max(self.total, 1),
                steps_per_second=speed,
                seconds_left=left,
                numbers={},
            )
        )
