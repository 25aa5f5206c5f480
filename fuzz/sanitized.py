"""The compiled halves, built once more under the address and undefined-behaviour sanitizers."""

import functools
import subprocess
from pathlib import Path

import deixis

PACKAGE = Path(deixis.__file__).parent
SOURCES = {"raster": PACKAGE / "marks/raster/c", "ranks": PACKAGE / "priors/c"}
FOLDER = Path(__file__).parent.parent / "runs" / "sanitized"
FLAGS = "-std=c11 -O1 -g -ffp-contract=off -fno-math-errno -fPIC -shared"  # build_compiled.py's
CHECKS = "-fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all"
OPTIONS = "detect_leaks=0:abort_on_error=1:allocator_may_return_null=1:max_allocation_size_mb=2048"


def environment(library: str | None) -> dict[str, str]:
    """What a process needs in which the library of that name runs under sanitizers."""
    if library is None:
        return {}
    return {
        "LD_PRELOAD": _runtime(),
        "ASAN_OPTIONS": OPTIONS,
        "UBSAN_OPTIONS": "print_stacktrace=1:abort_on_error=1",
        "DEIXIS_SANITIZED": str(built(library)),
    }


@functools.cache
def built(library: str) -> Path:
    """The library under sanitizers; CalledProcessError where the compiler cannot build it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = FOLDER / f"{library}.so"
    files = sorted(str(path) for path in SOURCES[library].glob("*.c"))
    flags = [*FLAGS.split(), *CHECKS.split()]
    subprocess.run(["cc", *flags, "-o", str(made), *files, "-lm"], check=True)
    return made


@functools.cache
def _runtime() -> str:
    names = ("libasan.so", "libubsan.so")
    found = [
        subprocess.run(
            ["cc", f"-print-file-name={name}"], check=True, capture_output=True, text=True
        ).stdout.strip()
        for name in names
    ]
    return " ".join(str(Path(path).resolve()) for path in found)
