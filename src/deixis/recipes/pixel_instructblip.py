"""TVP's frame, learned on InstructBLIP (Vicuna-7B), one of TVP's six models, for CIFAR-10.

    deixis train pixel_instructblip --set task.data=cifar-10-batches-bin --out runs/ib

The numbers are those of the release (arXiv 2404.11207; its CIFAR-10 recipe is for MiniGPT-4):
30 pixels around 164 in 224, steps of length 10, weights 0.005 and 0.001, CLIP ViT-B/32, batch 16,
one epoch of 50,000 pictures, so that the rate is constant. Nobody has run it at full size here: it
is tested on a tiny model of the same class (`pytest tests/train/pixel`).
"""

from deixis.pixel.training.learning import PixelLearning
from deixis.pixel.training.tvp import CIFAR10, cifar10_options
from deixis.train.recipe import Recipe

RECIPE = Recipe(
    summary="TVP's frame for CIFAR-10, learned on InstructBLIP",
    config=CIFAR10,
    options=cifar10_options("Salesforce/instructblip-vicuna-7b"),
    build=PixelLearning,
)
