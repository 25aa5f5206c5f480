"""What is known of a picture as tokens' vectors, against the map of embeddings built densely.

  python benchmarks/knowledge.py [PICTURES]

A picture of 336 pixels with 64 notes (48 overlapping things, 16 texts), embeddings of 1024
numbers, 24 x 24 tokens of 2560 (as Mipha-3B's in the paper), the same network. Dense is what the
paper describes: an array of 336 x 336 x 1024, filled mask by mask, pooled to the cells. The forward
of CLIP-L/336 (random weights) is beside it: building the map should cost no more than 5 % of it.
PICTURES are in a batch (default 1), of the dense way and CLIP no more than 4, as there is no room.
Time and memory are told for one picture.

Each way is measured in processes of its own, with two threads, by the system's count of resident
pages: how far it rises in a call above what was there before it, results included, weights and what
libraries keep from an earlier call not. It is counted in two ways, the same for each:

- held: blocks of 64 KB or more that are freed go back to the system at once (glibc's
  MALLOC_MMAP_THRESHOLD_), so this is the most that is needed at a time.
- process: the allocator as it is. Freed blocks of up to 32 MB stay, and a block of the same size
  seldom fits in one, as torch asks for aligned ones: what was in use one after the other adds up,
  differently from call to call.
"""

import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from deixis.core.region import Region, box, ellipse
from deixis.core.size import Size
from deixis.core.transform import identity
from deixis.knowledge.map import chart, covered, lattice
from deixis.knowledge.network import Known, NetworkConfig, PromptNetwork

SIDE, TOKENS, WIDTH, OUT, THINGS, TEXTS = 336, 24, 1024, 2560, 48, 16
SIZE = Size(width=SIDE, height=SIDE)
REPEATS, MOST = 5, 4
# what is counted, and the environment of the process that is
COUNTS = {"time": {}, "held": {"MALLOC_MMAP_THRESHOLD_": str(1 << 16)}, "process": {}}


def main() -> None:
    """Print a line a way, and the ratios."""
    if sys.argv[1:2] == ["--way"]:
        print(alone(sys.argv[2], int(sys.argv[3]), sys.argv[4]))
        return
    pictures = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    few = min(pictures, MOST)
    ours = {count: measured("ours", pictures, count) for count in COUNTS}
    dense = {count: measured("dense", few, count) for count in COUNTS}
    charted = {count: measured("map", pictures, count) for count in COUNTS}
    for way, found in (("ours", ours), ("dense", dense), ("map", charted)):
        told = f"MB {found['held']:6.1f} held, {found['process']:6.1f} process"
        print(f"{way:6} {1e3 * found['time']:9.1f} ms, {told}")
    clip = measured("clip", few, "time")
    print(f"clip   {1e3 * clip:9.1f} ms")
    print("dense / ours:", ", ".join(f"{one} {dense[one] / ours[one]:.1f}" for one in COUNTS))
    print(f"map / CLIP-L forward: {100 * charted['time'] / clip:.2f} %")


def measured(way: str, pictures: int, count: str) -> float:
    """Seconds or megabytes a picture, of a process of its own."""
    process = subprocess.run(
        [sys.executable, __file__, "--way", way, str(pictures), count],
        env=os.environ | COUNTS[count],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(process.stdout)


def alone(way: str, pictures: int, count: str) -> float:
    """One way, in this process: the median of several calls."""
    torch.set_num_threads(2)
    notes = some_notes()
    words = sorted({note.label or note.text or "" for note in notes})
    table = torch.randn(len(words), WIDTH, generator=torch.Generator().manual_seed(0))
    network = NetworkConfig(hidden=256).build(
        known=WIDTH, tokens=OUT, generator=torch.Generator().manual_seed(1)
    )
    rows = {word: row for row, word in enumerate(words)}
    ways = {
        "ours": lambda: ours(notes, rows, table, network, pictures),
        "dense": lambda: dense(notes, rows, table, network, pictures),
        "map": lambda: [mapped(notes, network) for _ in range(pictures)],
        "clip": clip_forward(pictures) if way == "clip" else None,
    }
    run = ways[way]
    assert run is not None
    counted = seconds_of if count == "time" else peak_of
    with torch.no_grad():
        run()  # loads code and the libraries' own buffers
        return float(np.median([counted(run) for _ in range(REPEATS)])) / pictures


def seconds_of(run) -> float:
    """How long a call takes."""
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def peak_of(run) -> float:
    """Megabytes that a call needs beyond what is there already, freed memory given back."""
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before = memory_line("VmRSS")
    run()
    return memory_line("VmHWM") - before


def memory_line(name: str) -> float:
    """Of this process, in megabytes."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def some_notes() -> list[Region]:
    """Ellipses that overlap, and boxes of text."""
    draws = np.random.default_rng(0)
    notes = []
    for i in range(THINGS):
        x, y = draws.uniform(0, SIDE, 2)
        across, down = draws.uniform(15, 70, 2)
        notes.append(ellipse(x, y, across, down, angle=20.0 * i, label=f"thing {i}"))
    for i in range(TEXTS):
        x, y = draws.uniform(0, SIDE - 60, 2)
        notes.append(Region(shape=box(x, y, x + 50, y + 12).shape, text=f"text {i}"))
    return notes


def mapped(notes: list[Region], network: PromptNetwork) -> tuple[tuple[str, ...], Tensor]:
    """The words and their shares of the cells."""
    known = chart(notes, SIZE)
    cells = lattice(identity(SIZE), TOKENS, TOKENS, margin=network.config.margin)
    return known.words, torch.from_numpy(covered(known, cells))


def ours(
    notes: list[Region], rows: dict[str, int], table: Tensor, network: PromptNetwork, pictures: int
) -> list[Tensor]:
    """The network on words' shares."""
    views = []
    for _ in range(pictures):
        words, shares = mapped(notes, network)
        views.append(Known(shares=shares, words=torch.tensor([rows[word] for word in words])))
    return network(views, table)


def dense(
    notes: list[Region], rows: dict[str, int], table: Tensor, network: PromptNetwork, pictures: int
) -> Tensor:
    """The network on the map itself."""
    filled = torch.zeros(pictures, SIDE, SIDE, WIDTH)
    for one in filled:
        for note in notes:
            if note.label:
                inside = torch.from_numpy(note.within(SIZE).mask(SIZE).to_array().copy())
                one[inside] = table[rows[note.label]]
        for note in notes:
            if note.text:
                inside = torch.from_numpy(note.within(SIZE).mask(SIZE).to_array().copy())
                one[inside] += table[rows[note.text]]
    pooled = functional.avg_pool2d(filled.permute(0, 3, 1, 2), SIDE // TOKENS)
    hidden = functional.pad(pooled, (network.config.margin,) * 4)
    for number, layer in enumerate(network.convolutions):
        hidden = layer(functional.relu(hidden) if number else hidden)
    return hidden


def clip_forward(pictures: int):
    """CLIP-L/336 with random weights."""
    from transformers import CLIPVisionConfig, CLIPVisionModel

    config = CLIPVisionConfig(
        hidden_size=1024,
        intermediate_size=4096,
        num_hidden_layers=24,
        num_attention_heads=16,
        image_size=SIDE,
        patch_size=14,
    )
    tower = CLIPVisionModel(config).eval()
    pixels = torch.zeros(pictures, 3, SIDE, SIDE)
    return lambda: tower(pixels)


if __name__ == "__main__":
    main()
