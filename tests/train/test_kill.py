import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]


def nursery(folder, *way):
    done = subprocess.run(
        [sys.executable, "-m", "tests.train.kill_nursery", str(folder), *way],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def weights(folder):
    newest = max(folder.glob("checkpoints/step-*"))
    files = [folder / "model/model.safetensors", *sorted(newest.glob("*.safetensors"))]
    return [file.read_bytes() for file in files]


def metrics(folder):
    records = map(json.loads, (folder / "metrics.jsonl").read_text().splitlines())
    return [{n: v for n, v in record.items() if n != "seconds"} for record in records]


def test_a_run_killed_at_ten_random_moments_ends_in_the_same_weights(tmp_path):
    reached = json.loads(nursery(tmp_path, "moments"))
    assert len(reached) == 10
    assert weights(tmp_path / "broken") == weights(tmp_path / "unbroken")
    assert metrics(tmp_path / "broken") == metrics(tmp_path / "unbroken")


def test_a_run_killed_at_any_file_operation_ends_in_the_same_weights(tmp_path):
    nursery(tmp_path, "operations")
    unbroken = tmp_path / "unbroken"
    broken = list(tmp_path.glob("broken-*"))
    assert len(broken) > 9
    for folder in broken:
        assert weights(folder) == weights(unbroken)
        assert metrics(folder) == metrics(unbroken)
        assert not list(folder.rglob("*.draft"))
        assert (folder / "curves.png").is_file()
        assert (folder / "finished.json").is_file()
