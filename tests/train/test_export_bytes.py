"""An export is the same bytes whatever ran before it, also in another process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deixis.models.processors import save_processor
from deixis.testing import tiny
from tests.long import long
from tests.train.rows import row, write_rows

ROOT = Path(__file__).parents[2]
EXPORT = """
import sys
from pathlib import Path
from deixis.models.load_by_name import load
from deixis.train.conversations import read_conversations
from deixis.train.tuning import Tuning, TuningOptions
folder, parts, out, steps = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
source = read_conversations(folder / "data.json", folder / "pictures")
task = Tuning(load("tiny:llava"), source, TuningOptions(parts=(parts,)))
if steps:
    task.loss([source.example(i, None) for i in range(2)], 0)
out.mkdir()
task.save(out)
"""


def content(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("parts", [long("projector"), long("lora")])
def test_a_process_that_only_exports_writes_what_one_that_trained_does(parts, tmp_path):
    write_rows(tmp_path, [row(i) for i in range(3)])
    for steps in ("1", "0"):
        subprocess.run(
            [sys.executable, "-c", EXPORT, str(tmp_path), parts, str(tmp_path / steps), steps],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": steps},
            check=True,
            capture_output=True,
        )
    assert content(tmp_path / "1") == content(tmp_path / "0")


@pytest.mark.parametrize("name", tiny.names())
def test_a_processor_is_saved_as_it_was_loaded(name, tmp_path):
    if name == "molmo2":
        pytest.importorskip("torchvision")
    processor = tiny.build(name).processor
    save_processor(processor, tmp_path / "before")
    for part in (processor, *vars(processor).values()):
        if hasattr(part, "backend_tokenizer"):
            part(["a", "a b"], padding=True, truncation=True, max_length=3)
    save_processor(processor, tmp_path / "after")
    assert content(tmp_path / "before") == content(tmp_path / "after")
