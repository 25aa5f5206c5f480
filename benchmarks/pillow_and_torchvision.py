"""How far the pixels that Pillow prepares are from those of transformers' default with torchvision.

    .venv-torchvision/bin/python benchmarks/pillow_and_torchvision.py  # by make test-torchvision

Forty random pictures a family, of shapes 1:8 to 8:1, smooth as photographs and rough as noise. The
named alternative is the processor that transformers loads by itself in the same run.
"""

import tempfile
import warnings
from pathlib import Path

import numpy as np
import PIL.Image
from transformers import AutoProcessor
from transformers.utils import is_torchvision_available, logging

import deixis as dx
from deixis.models.checkpoint_model import wrap
from deixis.models.load_by_name import load
from deixis.testing import tiny
from deixis_lab.zoo import nano

NUM_PICTURES = 40
SETTINGS = dx.Generation(max_new_tokens=6)


def picture(generator, *, smooth):
    """A random shape; every second picture changes slowly, as most of a photograph does."""
    long = int(generator.integers(40, 400))
    short = max(5, round(long / np.exp(generator.uniform(0, np.log(8)))))
    width, height = (long, short) if generator.random() < 0.5 else (short, long)
    shape = (5, 7, 3) if smooth else (height, width, 3)
    pixels = PIL.Image.fromarray(generator.integers(0, 256, shape, dtype=np.uint8))
    return dx.Image(pixels=np.asarray(pixels.resize((width, height), PIL.Image.Resampling.BICUBIC)))


def compared(folder):
    """A line of what differs, of the checkpoint in that folder."""
    ours = load(folder, batch_size=1)
    processor = AutoProcessor.from_pretrained(folder)
    if processor.image_processor.backend == "pil":
        return "transformers takes Pillow itself"
    theirs = wrap(ours.family.model, processor, name=folder, batch_size=1)
    normalisation = ours.family.normalisation
    step = normalisation.scale / np.mean(normalisation.std)  # of 8 bits; CLIP's three are 2 % apart
    generator = np.random.default_rng(5)
    largest, total, changed, values, answers = 0.0, 0.0, 0, 0, 0
    for i in range(NUM_PICTURES):
        question = dx.Question(pictures=(picture(generator, smooth=i % 2 == 0),), text="What?")
        one, other = (
            model._inputs([question])["pixel_values"].double() / step for model in (ours, theirs)
        )
        apart = (one - other).abs()
        largest, total = max(largest, float(apart.max())), total + float(apart.sum())
        changed, values = changed + int((apart > 0.5).sum()), values + apart.numel()
        answers += told(ours, question) != told(theirs, question)
    return (
        f"largest {largest:5.1f}, mean {total / values:.3f} of 255; {changed / values:6.2%} of "
        f"values changed; {answers} of {NUM_PICTURES} answers changed"
    )


def told(model, question):
    """The tokens of the greedy answer."""
    return model.generate([question], SETTINGS)[0].tokens


def main():
    """A line a family."""
    if not is_torchvision_available():
        print("not run: torchvision is not installed; see `make test-torchvision`")
        return
    warnings.simplefilter("ignore")  # PaliGemma's processor warns with numpy 2
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    print(f"{'nano':16} {compared(str(nano.folder_of('nano')))}")
    for name in sorted(set(tiny.names()) - {"molmo2"}):
        with tempfile.TemporaryDirectory() as folder:
            tiny.save(name, Path(folder))
            print(f"{name:16} {compared(folder)}")


if __name__ == "__main__":
    main()
