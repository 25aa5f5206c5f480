"""What it costs to start: importing, a first saying, loading the model inside the package.

    python benchmarks/starting.py

Each side is a new process, and the number its own processor seconds, the least of several. Bars:
`import deixis` at most 0.1 s more than Python itself; a saying at most 3.5 times as much as
importing numpy; a command's help at most 0.15 s more than Python itself; loading nano and asking it
once at most 1.3 times as much as transformers alone; `deixis ask` with nano at most 1.3 times as
much as importing torch and transformers with the classes that nano is made of. By the clock: from
an empty folder, `pip install` of the pure wheel to a first drawn picture, at most 15 s (the wheel
is built before; packages come from pip's index or its cache).
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from deixis.cli.main import commands
from deixis.models.load_by_name import shipped_folder

ROUNDS = 7
NOTHING = "pass"
SAY = "from deixis.cli.main import main; main(['say', '--size', '64x48', 'a=point:1,1'])"
QUESTION = "What colour is the sky?"
ROOT = Path(__file__).parents[1]
IMPORTS = "import torch, transformers"
# what transformers imports of itself when a model of nano's class is made
CLASSES = """
import torch, transformers
import transformers.models.clip.image_processing_pil_clip
import transformers.models.clip.modeling_clip
import transformers.models.llama.modeling_llama
import transformers.models.llava.processing_llava
import transformers.models.vipllava.modeling_vipllava
"""
ASK = f"""
import sys
from deixis.cli.main import main
main(["ask", sys.argv[2], {QUESTION!r}, "--model", "nano"])
"""
DRAW = """
import numpy as np
import deixis as dx
picture = np.full((480, 640, 3), 200, dtype=np.uint8)
dx.draw(picture, [dx.box(100, 100, 300, 300)]).save("drawn.png")
"""
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


def first_picture() -> tuple[float, float]:
    """Seconds from an empty folder to a drawn picture, by the clock and of the processor."""
    with tempfile.TemporaryDirectory() as folder:
        wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT]
        pure = os.environ | {"DEIXIS_PURE": "1"}
        subprocess.run(wheel, check=True, capture_output=True, env=pure)
        (built,) = Path(folder).glob("*.whl")
        python = Path(folder) / "venv/bin/python"
        alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        for command in (
            [sys.executable, "-m", "venv", python.parents[1]],
            [python, "-m", "pip", "install", "--quiet", built],
            [python, "-c", DRAW],
        ):
            subprocess.run(command, check=True, capture_output=True, cwd=folder, env=alone)
        after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return ended - begun, used


def main() -> None:
    """Print a line a comparison."""
    clock, used = first_picture()
    print(f"from an empty folder to a drawn picture: {clock:.1f} s, of the processor {used:.1f} s")
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
        kinds = (IMPORTS, CLASSES, ASK)
        rounds = [[seconds_of(code, *given) for code in kinds] for _ in range(3)]
    bare, classes, ask = map(min, zip(*rounds, strict=True))
    print(
        f"deixis ask with nano: {ask:.2f} s; importing torch and transformers {bare:.2f} s "
        f"({ask / bare:.2f} times), with nano's classes {classes:.2f} s ({ask / classes:.2f} times)"
    )
    print(
        f"load and ask nano: {ours:.2f} s, transformers {theirs:.2f} s, {ours / theirs:.2f} times"
    )


if __name__ == "__main__":
    main()
