"""The runner: a task, its settings and a folder in; trained weights out, whatever interrupts."""

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import final

import numpy as np
import torch
from torch import nn

from deixis.core.errors import TrainingError, UsageError
from deixis.core.progress import Progress, Reporter, Silent
from deixis.core.stopping import StopRequest, stop_requests
from deixis.train.checkpoint import Checkpoint
from deixis.train.config import RunConfig
from deixis.train.data_order import DataOrder, Shares, resolved
from deixis.train.distributed import Parallel, joined
from deixis.train.fsdp import Spread, gathered
from deixis.train.metrics import StepMeans, draw_curves, newest_numbers
from deixis.train.optimizer import Optimizer, autocast
from deixis.train.run_folder import Finish, Record, RunFolder, run_record
from deixis.train.source import Job, Piece, prepared
from deixis.train.state import GROUPS, State, other_pieces, put_in_place
from deixis.train.task import Task

SHOWN = 16  # indices and bad rows that a message lists
RATE_MEMORY = 0.95  # of the steps' mean duration


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How a run of so many steps ended. `bad` are the rows that were left out, and why."""

    step: int
    steps: int
    finished: bool
    folder: Path
    numbers: Mapping[str, float]
    bad: Mapping[int, str]


def run(
    task: Task,
    config: RunConfig,
    folder: Path,
    *,
    about: Mapping[str, object] | None = None,
    reporter: Reporter | None = None,
    resume: bool = True,
) -> Outcome:
    """Train, from the newest whole checkpoint in the folder if there is one.

    After a kill at any moment the same call goes on, to the same weights as without. SIGINT and
    SIGTERM save, and end it with `finished` False. `resume=False` clears the folder first. `about`
    is kept in config.json beside the settings. All processes of a run see the same folder, which
    is new, empty or a run's. Nothing is written where a run is done.
    """
    reporter = reporter or Silent()
    config = resolved(config, task.source)
    about = {**(about or {}), **({"rests_on": dict(task.rests_on)} if task.rests_on else {})}
    home = RunFolder(folder, keep_checkpoints=config.keep_checkpoints)
    home.check_ours()
    home.check_apart(about)
    with (
        joined(config.device) as parallel,
        _torch_settings(config),
        stop_requests("this step, which is saved first", say=reporter.say) as stop,
    ):
        told = reporter if parallel.is_first else Silent()
        finish = _finish_of(home, config, told) if resume else None
        writes = parallel.is_first and finish is None
        with home.owned() if writes else nullcontext():
            trainer = _Trainer(task, config, home, told, parallel)
            trainer.begin(run_record(config, about), resume=resume, finish=finish)
            finished = trainer.train(stop)
            return trainer.outcome(finished=finished)


def _finish_of(home: RunFolder, config: RunConfig, reporter: Reporter) -> Finish | None:
    """How the run in the folder ended, if it has and all that it left is whole."""
    found = home.finished.read()
    if isinstance(found, str):
        reporter.warn(f"the run was finished, but {found}: what is broken is made again")
    return found if isinstance(found, Finish) and found.step >= config.steps else None


@final
class _Trainer:
    """One process of one run."""

    def __init__(
        self,
        task: Task,
        config: RunConfig,
        home: RunFolder,
        reporter: Reporter,
        parallel: Parallel,
    ) -> None:
        self.task, self.config, self.home = task, config, home
        self.reporter, self.parallel = reporter, parallel
        task.begin(config)
        if not hasattr(task.module, "hf_device_map"):  # transformers has placed that one
            task.module.to(parallel.device)
        self.spread = Spread(self._spreadable(), parallel)
        self.optimizer = Optimizer(task, config.optim)
        self.order = DataOrder(seed=config.seed, num_examples=task.source.num_examples)
        self.record: Record = {}
        self.is_over = False
        self.shares = Shares.of(config, task.source, parallel.num_processes)
        self.state = State()
        self.numbers: dict[str, float] = {}
        self.seconds_a_step = 0.0

    def _spreadable(self) -> nn.Module | None:
        if not self.config.spread or self.parallel.num_processes == 1:
            return None
        module = self.task.spreadable
        if module is None:
            raise UsageError("the weights of this task cannot be spread; set spread=false")
        return module

    def begin(self, record: Record, *, resume: bool, finish: Finish | None) -> None:
        """Load the newest checkpoint, or start anew. `finish`: the run is done already."""
        self.record, self.is_over = record, finish is not None
        is_first, home = self.parallel.is_first, self.home
        if is_first and not self.is_over:
            home.clear_drafts()
            if not resume:
                home.clear()
        self.parallel.wait()
        found = home.checkpoints.newest(self.reporter.warn, groups=GROUPS)
        if found is not None:
            home.check_same(record, found.state.get("config"))
            self._load(found)
            self.reporter.say(f"going on from step {found.step} of {self.config.steps}")
        elif length := self.shares.told(self.config.steps):
            self.reporter.say(length)
        if finish is not None and self.state.step != finish.step:  # its checkpoint is gone
            home.check_same(record, None)
            self.state = State(step=finish.step, bad=dict(finish.bad))
        self.parallel.wait()
        if is_first and not self.is_over:
            home.finished.remove()
            home.describe(record)
            saved = None if found is None else found.state.get("metrics")
            if warning := home.metrics.go_on(self.state.step, saved):
                self.reporter.warn(warning)

    def train(self, stop: StopRequest) -> bool:
        """Step until the end or until asked to stop; whether it came to the end."""
        config = self.config
        if self.is_over:
            self.numbers = newest_numbers(self.home.metrics.path)
            return True
        began = time.monotonic() - self.state.seconds
        pieces = prepared(self.task.source, self._jobs(), config.num_workers)
        try:
            while self.state.step < config.steps:
                asked = self._step(pieces, stop)
                self.state.seconds = time.monotonic() - began
                self._write_down(asked)
                if asked:
                    return False
        finally:
            pieces.close()
        self._finish()
        return True

    def outcome(self, *, finished: bool) -> Outcome:
        """How it ended."""
        return Outcome(
            step=self.state.step,
            steps=self.config.steps,
            finished=finished,
            folder=self.home.path,
            numbers=self.numbers,
            bad=self.state.bad,
        )

    def _step(self, pieces: Iterator[Piece], stop: StopRequest) -> bool:
        """One step of the optimizer; whether a process was asked to stop."""
        begin = time.monotonic()
        step, window, weight, total = self.state.step, StepMeans(), 0.0, 0.0
        self.task.module.train()
        for turn, piece in enumerate(self._taken(pieces)):
            self.state.bad.update(piece.bad)
            if piece.batch is None and self.spread.layers:
                raise TrainingError(f"no example of a process's part is good: {piece.bad}")
            if piece.batch is not None:
                _seed_torch(self.config.seed, step, self.parallel.rank, turn)
                gave = self._backward(piece, window)
                weight, total = weight + gave[1], total + gave[0] * gave[1]
        asked = float(stop.is_made)
        weight, total, asked = self.parallel.sum_numbers([weight, total, asked])
        self._check(total, "loss", step)
        if weight > 0:
            lr = self.config.optim.lr_at(step, self.config.steps)
            norm = self.optimizer.step(lr=lr, weight=weight, parallel=self.parallel)
            self._check(norm, "gradient", step)
            self.task.after_step(step)
            window.add("lr", lr, 1.0)
            window.add("gradient_norm", norm, 1.0)
        self.state.window.join(window)
        self.state.step += 1
        self._tell(total / weight if weight else math.nan, time.monotonic() - begin)
        return asked > 0

    def _taken(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """The pieces of one step, one after another; all at once for a task that weighs steps."""
        taken = islice(pieces, self.shares.num_turns)
        if self.shares.num_pieces == 1 or not self.task.weighs_steps:
            return taken
        held = list(taken)
        good = [piece.batch for piece in held if piece.batch is not None]
        self.task.begin_step(good, self.parallel)
        return iter(held)

    def _backward(self, piece: Piece, window: StepMeans) -> tuple[float, float]:
        """Add one piece's gradients, times its weight; its loss and weight."""
        with autocast(self.config.precision, self.parallel.device):
            losses = self.task.loss(piece.batch, self.state.step)
        self.state.bad |= {piece.good[place]: reason for place, reason in losses.bad.items()}
        if losses.weight == 0 and self.spread.layers:
            raise TrainingError(f"no example of a process's part is good: {dict(losses.bad)}")
        weight = losses.weight if piece.job.counts else 0.0
        if losses.total.requires_grad:  # text alone does not reach a projector
            torch.autograd.backward(losses.total * weight)
        loss = float(losses.total.detach())
        if weight == 0:
            return 0.0, 0.0
        window.add("loss", loss, weight)
        for name, value in losses.parts.items():
            number = value.detach() if isinstance(value, torch.Tensor) else value
            window.add(name, float(number), weight)
        return loss, weight

    def _check(self, value: float, what: str, step: int) -> None:
        if math.isfinite(value):
            return
        all_of_it = self.shares.of_step(step)
        indices = self.order.indices(all_of_it.start, all_of_it.stop)
        shown = ", ".join(str(index) for index in indices[:SHOWN])
        more = f" and {len(indices) - SHOWN} more" if len(indices) > SHOWN else ""
        raise TrainingError(
            f"the {what} is {value} at step {step}, of examples {shown}{more}; the last "
            "checkpoint is as it was. Look at these examples, or begin anew with a lower optim.lr "
            f"(--fresh --set optim.lr={self.config.optim.lr / 10:g})"
        )

    def _tell(self, loss: float, seconds: float) -> None:
        memory = RATE_MEMORY if self.seconds_a_step else 0.0
        self.seconds_a_step = memory * self.seconds_a_step + (1 - memory) * seconds
        left = self.config.steps - self.state.step
        self.reporter.advance(
            Progress(
                step=self.state.step,
                steps=self.config.steps,
                steps_per_second=1 / max(self.seconds_a_step, 1e-9),
                seconds_left=left * self.seconds_a_step,
                numbers={"loss": loss},
            )
        )

    def _write_down(self, asked: bool) -> None:
        """What is due after a step: metrics, evaluation, a checkpoint; in this order, so that a
        checkpoint has all metrics up to its step.
        """
        config, step = self.config, self.state.step
        last = step == config.steps
        if step % config.log_every == 0 or last:
            self._log()
        if last or (config.evaluate_every and step % config.evaluate_every == 0):
            self._evaluate()
        if last or asked or step % config.save_every == 0:
            self._save()

    def _log(self) -> None:
        self._join_processes()
        self.numbers = self.state.window.means()
        self.state.window = StepMeans()
        self._measured("train", self.numbers)

    def _evaluate(self) -> None:
        if self.parallel.is_first:
            self.task.module.eval()
            with torch.no_grad(), autocast(self.config.precision, self.parallel.device):
                numbers = dict(self.task.evaluate(self.state.step))
            if numbers:
                self._measured("evaluate", numbers)
                self.numbers |= {f"held-out {name}": value for name, value in numbers.items()}
        self.parallel.wait()

    def _measured(self, kind: str, numbers: Mapping[str, float]) -> None:
        if self.parallel.is_first:
            seconds = round(self.state.seconds, 3)
            record = {"step": self.state.step, "kind": kind, "seconds": seconds, **numbers}
            self.home.metrics.append(record)

    def _join_processes(self) -> None:
        """Bring the window and the bad rows of all processes to the first."""
        gathered = self.parallel.gather((self.state.window, self.state.bad))
        self.state.window = StepMeans()
        for window, bad in gathered:
            self.state.bad |= bad
            if self.parallel.is_first:
                self.state.window.join(window)

    def _save(self) -> None:
        self._join_processes()
        module, is_first = self.task.module, self.parallel.is_first
        tensors: dict[str, dict[str, torch.Tensor]] = {
            "weights": {name: p for p, name in self.optimizer.names.items()},
            # cloned: buffers may be views of one another
            "buffers": {name: buffer.clone() for name, buffer in module.named_buffers()},
            "optimizer": self.optimizer.tensors(),
        }
        whole = {
            group: {name: gathered(one, keep=is_first) for name, one in own.items()}
            for group, own in tensors.items()
        }
        if is_first:
            self.home.metrics.sync()
            kept = {"config": self.record, "pieces": self.shares.num_pieces}
            kept["metrics"] = self.home.metrics.up_to(self.state.step)
            self.home.checkpoints.write(
                Checkpoint(
                    step=self.state.step,
                    tensors=whole,
                    state=self.state.record(self.task.source) | kept,
                )
            )
        self.parallel.wait()

    def _load(self, checkpoint: Checkpoint) -> None:
        state = State.read(checkpoint.step, checkpoint.state, self.task.source)
        weights = {name: p for p, name in self.optimizer.names.items()}
        put_in_place("weights", weights, checkpoint.tensors["weights"])
        buffers = dict(self.task.module.named_buffers())
        put_in_place("buffers", buffers, checkpoint.tensors["buffers"])
        self.optimizer.load(checkpoint.tensors["optimizer"])
        self.state = state
        if not self.parallel.is_first:
            state.window = StepMeans()
        if warning := other_pieces(checkpoint.state, self.shares.num_pieces):
            self.reporter.warn(warning)

    def _finish(self) -> None:
        """Save the model, draw the curves, and say last that all is there."""
        with self.spread.whole(keep=self.parallel.is_first):
            if self.parallel.is_first:
                self.task.module.eval()
                self.home.write_model(self.task.save, num_bytes=self.task.num_saved_bytes)
                draw_curves(self.home.metrics.path, self.home.curves)
                self.home.finish(self.state.step, self.state.bad)
            self.parallel.wait()

    def _jobs(self) -> Iterator[Job]:
        """The process's share of every step's batch, piece by piece."""
        config, shares, rank = self.config, self.shares, self.parallel.rank
        for step in range(self.state.step, config.steps):
            for turn in range(shares.num_turns):
                share = shares.piece(step, turn=turn, rank=rank)
                counts = bool(share) or not self.spread.layers
                if not counts:  # the others wait for it at every layer
                    share = shares.of_step(step)[:1]
                yield Job(
                    seed=config.seed,
                    first=share.start,
                    indices=tuple(self.order.indices(share.start, share.stop)),
                    skip_bad=config.skip_bad,
                    counts=counts,
                )


def _seed_torch(*parts: int) -> None:
    """Dropout and the like depend on the seed and the turn alone, so no generator is saved."""
    torch.manual_seed(int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> 1))


@contextmanager
def _torch_settings(config: RunConfig) -> Iterator[None]:
    """Threads and generators as they were, afterwards."""
    threads = torch.get_num_threads()
    with torch.random.fork_rng():
        if config.threads is not None:
            torch.set_num_threads(config.threads)
        try:
            yield
        finally:
            torch.set_num_threads(threads)
