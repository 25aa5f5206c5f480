"""The stages of ViP-LLaVA at full size: arXiv 2312.00784, section 5.1, and its scripts."""

from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.models.build_llava import RELEASED_LAYERS, join
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recompute import Recomputed
from deixis.train.tuning import Tuning, TuningOptions, source_of

ALIGNED = "runs/vip_llava/align/model"
INSTRUCTED = "runs/vip_llava/instruct/model"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class AlignOptions:
    """What is joined, and the captions that join it."""

    stored_name = "AlignOptions"

    data: Path | None = None  # rows in LLaVA's format
    images: Path | None = None  # the folder of their pictures
    tower: str = "openai/clip-vit-large-patch14-336"  # sees
    language: str = "lmsys/vicuna-7b-v1.5"  # published as pickles: `deixis models convert`
    layers: tuple[int, ...] = RELEASED_LAYERS  # hidden states of the tower, in their order
    dtype: str = "bfloat16"  # of what stays as it is
    recomputes: Recomputed = "all"  # layers that are computed anew on the way back: half, none
    max_tokens: int | None = 2048  # of an example; a longer one is a bad row
    seed: int = 0  # of the projector
    skip_bad: bool = False  # leave out, and count, rows that are bad before training begins


def align(options: AlignOptions) -> Tuning:
    """The projector of a new ViP-LLaVA on captions, each right behind its picture."""
    tuning = TuningOptions(
        data=options.data,
        images=options.images,
        template="plain",
        skip_bad=options.skip_bad,
        recomputes=options.recomputes,
        max_tokens=options.max_tokens,
    )
    source = source_of(tuning)
    model = join(
        options.tower,
        options.language,
        layers=options.layers,
        dtype=options.dtype,
        seed=options.seed,
    )
    return Tuning(model, source, tuning)


def stage(*, lr: float, batch_size: int, spread: bool = False) -> RunConfig:
    """A run as all stages have it: one epoch, cosine, 3 % warm-up, no weight decay; `spread` where
    several devices hold what one cannot.
    """
    optim = OptimConfig(lr=lr, weight_decay=0.0, betas=(0.9, 0.999), warmup_share=0.03)
    return RunConfig(
        epochs=1,
        batch_size=batch_size,
        micro_batch=4,
        spread=spread,
        optim=optim,
        num_workers=4,
        save_every=500,
        log_every=10,
    )
