"""One step of learning a pixel prompt, against the same step done naively.

  python benchmarks/pixel.py [nano|llava] [STEPS]

TVP's frame on a batch of 8 (nano) or 2 (a random LLaVA of about 100 M weights, 576 tokens of 336
pixels, 16,000 words). Naive: the model's weights want gradients, logits are made for every token
and a cache is kept beside them, the pictures without the prompt are encoded anew each step, with
what a gradient would need. Ours is what `deixis train` does from the second epoch on, where those
tokens are known; half and all are the same with so many layers computed anew on the way back. The
losses are TVP's, without TSE. Each way runs in a process of its own, so that its memory can be
told; one thread; the median of STEPS steps (default 5) in the processor's own time, after one that
is not counted.
"""

import ctypes
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from deixis.core.image import Image
from deixis.data.tasks import TaskSample
from deixis.models.checkpoint_model import wrap
from deixis.models.interface import Example, Question
from deixis.models.language import IGNORED
from deixis.models.load_by_name import load
from deixis.models.tensor_interface import pixels_of
from deixis.models.transformers_model import TransformersModel
from deixis.pixel.losses import consistency
from deixis.pixel.prompts import Layout, build
from deixis.pixel.training.source_models import recompute_layers
from deixis.testing import tiny

WORDS = "How many red cups stand on the table? Answer the question using a single word or phrase."
WEIGHT = 0.005  # of FCA
SIZES = {"nano": (8, Layout(side=96, width=8)), "llava": (2, Layout(side=224, width=30))}


def main() -> None:
    """Print a line a way, and the ratios."""
    if sys.argv[1:2] == ["--way"]:
        alone(sys.argv[2], sys.argv[3], int(sys.argv[4]))
        return
    given = sys.argv[1:]
    steps = int(given.pop()) if given and given[-1].isdecimal() else 5
    for name in given or list(SIZES):
        found = {
            way: measured(way, name, steps) for way in ("ours", "half", "all", "naive", "model")
        }
        for way, (seconds, megabytes) in found.items():
            print(f"{name} {way:6} {1e3 * seconds:9.1f} ms {megabytes:8.1f} MB more at its peak")
        naive, large = found["naive"]
        for way in ("ours", "half", "all"):
            time_, memory = naive / found[way][0], large / found[way][1]
            print(f"{name}: naive / {way}: time {time_:.2f}, memory {memory:.2f}")
        outside = 1 - found["model"][0] / found["ours"][0]
        print(f"{name}: outside of the frozen model {100 * outside:.1f} % of the step")


def measured(way: str, name: str, steps: int) -> tuple[float, float]:
    """Seconds a step and megabytes."""
    told = subprocess.run(
        [sys.executable, __file__, "--way", way, name, str(steps)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, megabytes = told.stdout.split()[-2:]
    return float(seconds), float(megabytes)


def alone(way: str, name: str, steps: int) -> None:
    """One way, in this process."""
    torch.set_num_threads(1)
    batch, layout = SIZES[name]
    model = replace(load("nano") if name == "nano" else large_llava(), rounding=False)
    model.family.model.requires_grad_(way == "naive").eval()
    if way in ("half", "all"):
        recompute_layers(model.family.model, way)
    prompt = build("frame", layout)
    draws = np.random.default_rng(0)
    pictures = [
        pixels_of(Image(pixels=draws.integers(0, 256, (96, 96, 3), dtype=np.uint8)))
        for _ in range(batch)
    ]
    ways = {"ours": ours, "half": ours, "all": ours, "naive": naive, "model": inside}
    step = ways[way](model, prompt, pictures)
    step()  # loads code and the libraries' own buffers
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before = memory_line("VmRSS")
    times = []
    for _ in range(steps):
        begun = time.process_time()  # of this thread's work: other processes do not count
        step()
        times.append(time.process_time() - begun)
    print(np.median(times), max(memory_line("VmHWM") - before, 0.1))


def ours(model: TransformersModel, prompt, pictures):
    """As `pixel/training/learning.py` has it."""
    clean: list[torch.Tensor] = []

    def step() -> None:
        kept = []

        def keep(seen):
            kept.extend(seen)
            return [one.tokens for one in seen]

        prompted = [prompt(picture) for picture in pictures]
        loss = model.with_token_change(keep).loss(examples(prompted))
        if not clean:
            with torch.no_grad():
                placed = [prompt.placed(picture) for picture in pictures]
                clean.extend(one.tokens for one in model.vision_tokens(placed))
        (loss + WEIGHT * consistency([one.tokens for one in kept], clean)).backward()
        prompt.zero_grad(set_to_none=True)

    return step


def naive(model: TransformersModel, prompt, pictures):
    """Everything anew, and a gradient for everything."""
    language = model.family.language()

    def step() -> None:
        asked = examples([prompt(picture) for picture in pictures])
        ids = [model._turn(example) for example in asked]
        text, features = model._encoded([example.question for example in asked])
        rows, labels = language._with_answers(text, ids)
        logits = language._forward(rows, features, 0, True).logits[:, :-1].float()
        loss = functional.cross_entropy(
            logits.flatten(0, 1), labels[:, 1:].flatten(), ignore_index=IGNORED
        )
        placed = examples([prompt.placed(picture) for picture in pictures])
        _, without = model._encoded([example.question for example in placed])
        tokens = [torch.stack(list(one.pooler_output)) for one in (features, without)]
        (loss + WEIGHT * consistency(*[one.flatten(0, 1)[None] for one in tokens])).backward()
        prompt.zero_grad(set_to_none=True)
        model.family.model.zero_grad(set_to_none=True)

    return step


def inside(model: TransformersModel, prompt, pictures):
    """The frozen model alone: from its own pixels to the loss, and back to them."""
    asked = examples([prompt(picture).detach() for picture in pictures])
    ids = [model._turn(example) for example in asked]
    inputs = model._inputs([example.question for example in asked])
    text = {k: v for k, v in inputs.items() if k not in model.family.vision_inputs}
    pixels = {k: inputs[k] for k in model.family.vision_inputs if k in inputs}

    def step() -> None:
        wanted = {k: v.detach().requires_grad_(v.is_floating_point()) for k, v in pixels.items()}
        features = model.family.encode({**inputs, **wanted})
        model.family.language().loss(text, features, ids).backward()

    return step


def examples(pictures) -> list[Example]:
    """The same question about each."""
    sample = TaskSample(key="", picture="", question=WORDS, answer="three")
    return [
        Example(question=Question(pictures=(one,), text=sample.question), answer=sample.answer)
        for one in pictures
    ]


def large_llava() -> TransformersModel:
    """LLaVA's real class with random weights, about 100 M of them."""
    from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig
    from transformers import LlavaForConditionalGeneration as Llava

    processor = tiny.build("llava").processor
    image = processor.image_processor
    image.size, image.crop_size = {"shortest_edge": 336}, {"height": 336, "width": 336}
    processor.patch_size = 14
    ids = processor.tokenizer
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(
            hidden_size=512,
            intermediate_size=2048,
            num_hidden_layers=8,
            num_attention_heads=8,
            image_size=336,
            patch_size=14,
        ),
        text_config=LlamaConfig(
            vocab_size=16_000,
            hidden_size=704,
            intermediate_size=1920,
            num_hidden_layers=8,
            num_attention_heads=8,
            num_key_value_heads=8,
            bos_token_id=ids.bos_token_id,
            eos_token_id=ids.eos_token_id,
            pad_token_id=ids.pad_token_id,
        ),
        image_token_index=ids.image_token_id,
        image_seq_length=576,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = Llava(config)
    count = sum(weight.numel() for weight in model.parameters())
    assert 90e6 < count < 115e6, count
    wrapped = wrap(model, processor, name="large llava")
    assert isinstance(wrapped, TransformersModel)
    return wrapped


def memory_line(name: str) -> float:
    """Of this process, in megabytes."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
