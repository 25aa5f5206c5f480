"""What it costs to start: importing, a first saying, loading the model inside the package.

    python benchmarks/starting.py

Each side is a new process, and the number its own processor seconds, the least of several. Bars:
`import deixis` at most 0.1 s more than Python itself; a saying at most 3.5 times as much as
importing numpy; a command's help at most 0.15 s more than Python itself; loading nano and asking it
once at most 1.3 times as much as transformers alone.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from deixis.cli.main import commands
from deixis.models.load_by_name import shipped_folder

ROUNDS = 7
NOTHING = "pass"
SAY = "from deixis.cli.main import main; main(['say', '--size', '64x48', 'a=point:1,1'])"
QUESTION = "What colour is the sky?"
OURS = f"""
import sys
import deixis as dx
model = dx.load("nano")
model.ask(dx.open_image(sys.argv[2]), {QUESTION!r}, settings=dx.Generation(max_new_tokens=4))
"""
THEIRS = f"""
import sys
import PIL.Image
from transformers import AutoModelForImageTextToText, AutoProcessor
model = AutoModelForImageTextToText.from_pretrained(sys.argv[1]).eval()
processor = AutoProcessor.from_pretrained(sys.argv[1], backend="pil")
content = [{{"type": "image"}}, {{"type": "text", "text": {QUESTION!r}}}]
text = processor.apply_chat_template(
    [{{"role": "user", "content": content}}], add_generation_prompt=True
)
inputs = processor(images=PIL.Image.open(sys.argv[2]), text=text, return_tensors="pt")
model.generate(**inputs, max_new_tokens=4, do_sample=False)
"""


def seconds_of(code: str, *arguments: str) -> float:
    """A new process's own processor seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        capture_output=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a line a comparison."""
    bare, ours = (
        min(seconds_of(code) for _ in range(ROUNDS)) for code in (NOTHING, "import deixis")
    )
    print(f"import deixis: {ours:.3f} s, Python itself {bare:.3f} s, {ours - bare:.3f} s more")
    for name in commands.names():
        code = f"from deixis.cli.main import main; main([{name!r}, '--help'])"
        ours = min(seconds_of(code) for _ in range(ROUNDS))
        print(f"deixis {name} --help: {ours - bare:.3f} s more")
    numpy, ours = (min(seconds_of(code) for _ in range(ROUNDS)) for code in ("import numpy", SAY))
    print(f"deixis say: {ours:.2f} s, import numpy {numpy:.2f} s, {ours / numpy:.1f} times")
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "noise.png"
        noise = np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8)
        Image.fromarray(noise).save(picture)
        given = (str(shipped_folder()), str(picture))
        theirs, ours = (min(seconds_of(code, *given) for _ in range(3)) for code in (THEIRS, OURS))
    print(
        f"load and ask nano: {ours:.2f} s, transformers {theirs:.2f} s, {ours / theirs:.2f} times"
    )


if __name__ == "__main__":
    main()
