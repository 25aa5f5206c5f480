"""Finding the rows of a large JSON list, against reading it whole with `json`: time and memory.

  python benchmarks/data.py [MEGABYTES]

Rows are like those of ViP-LLaVA-Instruct, whose list has 2,410 MB. Each way runs in a process of
its own, so that its memory can be told; one core.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

MEGABYTES = 200
WORDS = ["what", "is", "the", "man", "object", "within", "describe", "a", "of", "standing"]
OURS = "datasets.get('vip_llava_instruct').open(file, images=file.parent)"
MEASURE = """
import json, resource, sys, time
from pathlib import Path
{before}
file = Path(sys.argv[1])
memory = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
base, begun = memory(), time.process_time()
rows = {read}
print(len(rows), time.process_time() - begun, memory() - base)
"""


def main() -> None:
    """Print one line a way."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mix.json"
        write_rows(file, megabytes * 2**20)
        ours = measured(file, "from deixis.data import datasets", OURS)
        whole = measured(file, "", "json.loads(file.read_text())")
    for name, (rows, seconds, memory) in (("index", ours), ("json", whole)):
        print(f"{name:6} {rows:8.0f} rows {seconds:6.2f} s {memory:7.0f} MB more")
    print(f"time ratio {ours[1] / whole[1]:.2f}, memory ratio {ours[2] / whole[2]:.3f}")


def measured(file: Path, before: str, read: str) -> list[float]:
    """Rows, seconds and megabytes of a way to read."""
    code = MEASURE.format(before=before, read=read)
    told = subprocess.run(
        [sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True
    )
    return [float(number) for number in told.stdout.split()]


def write_rows(file: Path, size: int) -> None:
    """A list of pointing questions of about that size."""
    draws = np.random.default_rng(0)
    boxes = [[1, 2, 9, 9], [4, 5, 30, 22], [10, 10, 20, 20], [3, 3, 8, 8]]
    with file.open("w") as out:
        out.write("[")
        number = 0
        while out.tell() < size:
            said = " ".join(WORDS[int(word)] for word in draws.integers(0, len(WORDS), 300))
            row = {"id": f"v7w-{number}", "image": "a.jpg", "question": said, "bboxes": boxes}
            out.write((", " if number else "") + json.dumps(row | {"answer": boxes[number % 4]}))
            number += 1
        out.write("]")


if __name__ == "__main__":
    main()
