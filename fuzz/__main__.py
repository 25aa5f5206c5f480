"""Attack Deixis with inputs made to harm: `python -m fuzz --help`.

    python -m fuzz --seconds 1800           every target, that long in all
    python -m fuzz regions --seconds 60     one target
    python -m fuzz --inputs 200             so many of a fixed seed, and what was found before
    python -m fuzz regions --file X.input   one input again

Each finding is kept in runs/fuzz: the input, and what it did. Once mended, an input goes to
fuzz/found/TARGET, where it is run at each `--inputs`, and changed in each later attack.
"""

import argparse
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from fuzz import inputs, targets
from fuzz.engine import Finding, Spent, TargetError, attack, can_limit
from fuzz.worker import Job

OUT = Path("runs/fuzz")


@final
@dataclass
class Told:
    """What was found so far; each kind of finding is printed once."""

    out: Path
    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)  # targets that fail by themselves
    lock: threading.Lock = field(default_factory=threading.Lock)
    begun: float = field(default_factory=time.monotonic)

    def __call__(self, finding: Finding) -> None:
        """Print and keep a finding, if it is the first of its name."""
        with self.lock:
            self.counts[finding.name] += 1
            if self.counts[finding.name] > 1:
                return
            path = finding.save(self.out)
            after = time.monotonic() - self.begun
            print(f"{after:6.0f} s  FOUND {finding.kind} in {finding.where}: {path}", flush=True)


def main() -> int:
    """Attack; 1 where anything was found."""
    asked = _asked()
    unknown = sorted(set(asked.targets) - set(targets.names()))
    if unknown or not can_limit():
        print(f"no target {unknown}; there are {targets.names()}" if unknown else "needs Linux")
        return 2
    told = Told(out=asked.out)
    names = asked.targets or targets.names()
    share = asked.seconds * asked.jobs / len(names)

    def one(name: str) -> None:
        print(f"{time.monotonic() - told.begun:6.0f} s  {name} …", flush=True)
        try:
            spent = ask(name)
        except TargetError as broken:
            told.broken.append(name)
            print(broken, flush=True)
            return
        after = time.monotonic() - told.begun
        results = f"{spent.num_inputs} inputs, {len(spent.findings)} findings"
        print(f"{after:6.0f} s  {name}: {results}", flush=True)

    def ask(name: str) -> Spent:
        if asked.file:
            return attack(Job(target=name, folder="", files=tuple(asked.file)), tell=told)
        if asked.inputs is not None:
            return _fixed(name, asked.inputs, told)
        job = Job(target=name, folder="", seed=asked.seed, with_found=not asked.seeds_only)
        return attack(job, until=time.monotonic() + share, tell=told)

    with ThreadPoolExecutor(asked.jobs) as pool:
        list(pool.map(one, names))
    if told.broken:
        print(f"not attacked to the end: {', '.join(told.broken)}")
        return 2
    kinds = len(told.counts)
    print(f"{kinds} kinds of findings" if kinds else "clean: nothing was found")
    return 1 if kinds else 0


def _fixed(name: str, num_inputs: int, told: Told) -> Spent:
    """What was found before, and so many inputs that are always the same."""
    files = tuple(map(str, inputs.found(name)))
    before = attack(Job(target=name, folder="", files=files), tell=told) if files else None
    now = attack(Job(target=name, folder="", stop=num_inputs), tell=told)
    if before is None:
        return now
    total = before.num_inputs + now.num_inputs
    return Spent(num_inputs=total, findings=before.findings + now.findings)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(targets.names()))
    parser.add_argument("--seconds", type=float, default=60.0, help="by the clock, in all")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="default: the time")
    parser.add_argument("--jobs", type=int, default=2, help="targets attacked at once")
    parser.add_argument("--inputs", type=int, help="so many of seed 0 instead of a time")
    parser.add_argument("--file", action="append", help="run this input alone")
    parser.add_argument("--seeds-only", action="store_true", help="without what was found before")
    parser.add_argument("--out", type=Path, default=OUT, help="where findings are kept")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
