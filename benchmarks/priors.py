"""Exact ranks of 10,000 pictures among 20,000 names: against the bare product, and sorting.

  python benchmarks/priors.py [IMAGES NAMES WIDTH]

Random unit vectors. "product" is one float32 matrix product of the same size into memory that is
there already; "sorting" makes all scores, sorts each picture's and looks for its own name, "twice"
sorts the order again to have all ranks; both on a tenth of the pictures. Each way runs in a process
of its own, so that its memory can be told. Seconds are the processor's, over all threads, so that
other work beside it counts less.
"""

import ctypes
import subprocess
import sys
import time
from pathlib import Path

import torch
from torch import Tensor

from deixis.priors.exact_ranks import exact_ranks

IMAGES, NAMES, WIDTH = 10_000, 20_000, 768
REPEATS, FEWER = 3, 10


def main() -> None:
    """Print a line a way, and the ratios."""
    if sys.argv[1:2] == ["--way"]:
        alone(sys.argv[2], *map(int, sys.argv[3:]))
        return
    sizes = [int(word) for word in sys.argv[1:]] or [IMAGES, NAMES, WIDTH]
    found = {way: measured(way, sizes) for way in ("product", "ours", "sorting", "twice")}
    for way, (seconds, megabytes) in found.items():
        print(f"{way:8} {seconds:8.2f} s {megabytes:8.0f} MB beside the inputs")
    print(f"ours / product: {found['ours'][0] / found['product'][0]:.2f}")
    for way in ("sorting", "twice"):
        print(f"{way} / ours: {found[way][0] / found['ours'][0]:.1f}")


def measured(way: str, sizes: list[int]) -> tuple[float, float]:
    """Processor seconds, the least of some, and megabytes."""
    command = [sys.executable, __file__, "--way", way, *map(str, sizes)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, megabytes = told.stdout.split()
    return float(seconds), float(megabytes)


def alone(way: str, num_images: int, num_names: int, width: int) -> None:
    """One way, in this process."""
    draws = torch.Generator().manual_seed(0)
    images = torch.nn.functional.normalize(torch.randn(num_images, width, generator=draws))
    names = torch.nn.functional.normalize(torch.randn(num_names, width, generator=draws))
    own = torch.randint(num_names, (num_images,), generator=draws)
    exact_ranks(images[:64], names[:64], own[:64] % 64)  # loads code and the libraries' buffers
    ways = {
        "ours": exact_ranks,
        "sorting": sorted_ranks,
        "twice": sorted_twice,
        "product": product,
    }
    run, times, memory = ways[way], [], 0.0
    for turn in range(1 if way in ("sorting", "twice") else REPEATS):
        if turn == 0:
            before = least_memory()
        begun = time.process_time()
        seconds = run(images, names, own)
        spent = time.process_time() - begun
        times.append(seconds if isinstance(seconds, float) else spent)
        if turn == 0:
            memory = memory_line("VmHWM") - before
    print(min(times), memory)


def product(images: Tensor, names: Tensor, own: Tensor) -> float:
    """The scores alone; its seconds, without those for finding memory."""
    scores = torch.zeros(len(images), len(names))
    begun = time.process_time()
    torch.mm(images, names.T, out=scores)
    return time.process_time() - begun


def sorted_ranks(images: Tensor, names: Tensor, own: Tensor) -> float:
    """Each picture's names in order, and the place of its own; its seconds for all pictures."""
    some = len(images) // FEWER
    begun = time.process_time()
    order = torch.argsort(images[:some] @ names.T, dim=1, descending=True)
    place = (order == own[:some, None]).nonzero()[:, 1] + 1
    assert len(place) == some
    return (time.process_time() - begun) * len(images) / some


def sorted_twice(images: Tensor, names: Tensor, own: Tensor) -> float:
    """All names' ranks of each picture; its seconds for all pictures."""
    some = len(images) // FEWER
    begun = time.process_time()
    order = torch.argsort(images[:some] @ names.T, dim=1, descending=True)
    ranks = torch.argsort(order, dim=1).gather(1, own[:some, None]) + 1
    assert len(ranks) == some
    return (time.process_time() - begun) * len(images) / some


def least_memory() -> float:
    """Megabytes that are there, freed memory given back and the peak forgotten."""
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    return memory_line("VmRSS")


def memory_line(name: str) -> float:
    """Of this process, in megabytes."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
