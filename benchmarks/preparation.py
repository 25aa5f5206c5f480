"""How far each family's differentiable preparation is from its own processor.

    python benchmarks/preparation.py

Sixty random sizes of shapes 1:20 to 20:1 a family, on random pictures; the largest difference after
normalisation. The named alternative is transformers' own processor in the same run.
"""

import warnings

import numpy as np
import torch

import deixis as dx
from deixis.core.errors import MissingExtraError
from deixis.testing import tiny

NUM_SIZES = 60


def picture(generator):
    """Random pixels of a random shape."""
    long = int(generator.integers(20, 400))
    short = max(1, round(long / np.exp(generator.uniform(0, np.log(20)))))
    shape = (short, long) if generator.random() < 0.5 else (long, short)
    return dx.Image(pixels=generator.integers(0, 256, (*shape, 3), dtype=np.uint8))


def worst(model, generator):
    """The largest difference over all sizes and tensors."""
    largest = 0.0
    for _ in range(NUM_SIZES):
        image = picture(generator)
        theirs = model._inputs([dx.Question(pictures=(image,), text="?")])
        pixels = torch.from_numpy(image.pixels.copy()).permute(2, 0, 1).float()
        for name, ours in model.prepare(pixels).items():
            difference = (ours.float() - theirs[name].float()).abs().max()
            largest = max(largest, float(difference))
    return largest


def main():
    """A line a family."""
    warnings.simplefilter("ignore")  # PaliGemma's processor warns with numpy 2
    for name in tiny.names():
        try:
            model = dx.load(f"tiny:{name}").vlm
        except MissingExtraError as missing:
            print(f"{name:16} not run: {missing}")
            continue
        print(f"{name:16} {worst(model, np.random.default_rng(11)):.1e}")


if __name__ == "__main__":
    main()
