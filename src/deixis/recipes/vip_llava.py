"""The stages of ViP-LLaVA at full size: arXiv 2312.00784, section 5.1, and its scripts."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, final

from deixis.knowledge.tuning import KnowledgeTuningOptions, build
from deixis.models.build_llava import RELEASED_LAYERS, join
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.model_parts import Recomputed
from deixis.train.recipe import Recipe
from deixis.train.tuning import Tuning, TuningOptions, source_of

if TYPE_CHECKING:
    from deixis.recipes.knowledge_prompts import PlainAlignOptions

# projector and language side on ViP-LLaVA's own file, marks drawn as the release draws them
ON_MARKS = KnowledgeTuningOptions(
    format="vip_llava_instruct",
    model="runs/vip_llava/align/model",
    parts=("projector", "language"),
    marks="release",
    pad=True,
    dtype="bfloat16",
    recomputes="all",
    max_tokens=2048,
)


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


def on_captions(options: "AlignOptions | PlainAlignOptions") -> TuningOptions:
    """Both kinds of joined models are tuned on captions, each right behind its picture."""
    return TuningOptions(
        data=options.data,
        images=options.images,
        template="plain",
        skip_bad=options.skip_bad,
        recomputes=options.recomputes,
        max_tokens=options.max_tokens,
    )


def align(options: AlignOptions) -> Tuning:
    """The projector of a new ViP-LLaVA on captions, each right behind its picture."""
    tuning = on_captions(options)
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


RECIPES = {
    "vip_llava_align": Recipe(
        summary="ViP-LLaVA 7B, stage 1: the projector, on captions",
        about=r"""ViP-LLaVA 7B, first of three stages: a new projector between CLIP and Vicuna, on
captions.

    deixis train vip_llava_align --set task.data=blip_laion_cc_sbu_558k.json \
        --images LLaVA-Pretrain --out runs/vip_llava/align

Of the paper: 558,128 captions once, 256 a step, 1e-3, the projector alone; 3.5 hours on 8 A100 80G.
`--set task.tower=FOLDER`, `task.language=FOLDER` and `task.layers=-2,-5` join others. Vicuna is
published as pickles, which are not opened: `deixis models convert FOLDER --out NEW` once, then
`--set task.language=NEW`. Here it is run on tiny models only (tests/recipes/test_vip_llava.py).
""",
        config=stage(lr=1e-3, batch_size=256),
        options=AlignOptions(),
        build=align,
    ),
    "vip_llava_instruct": Recipe(
        summary="ViP-LLaVA 7B, stage 2: projector and language side, on marks and instructions",
        about=r"""ViP-LLaVA 7B, second of three stages: projector and language side, on marks and
instructions.

    deixis train vip_llava_instruct --set task.data=vip-llava_stage2_mix.json --images DIR \
        --skip-bad --out runs/vip_llava/instruct

It goes on from `runs/vip_llava/align/model`; elsewhere: `--model FOLDER`. Of the paper: 1.2 million
rows once, 128 a step, 2e-5; 20 hours on 8 A100 80G. An epoch here has each answer of each row once,
so it has more steps than the paper's 9,260. Pictures are padded to squares, and the 40,688 rows
without one are learnt from too. Memory: 120 GiB on one device, 38 on each of eight (spread=true);
`--memory --devices 8` tells it of your settings. Your own mixture: `--format mixture`. Here it is
run on tiny models only (tests/recipes/test_vip_llava.py).
""",
        config=stage(lr=2e-5, batch_size=128, spread=True),
        options=ON_MARKS,
        build=build,
    ),
    "vip_llava_lora": Recipe(
        summary="ViP-LLaVA 7B, stage 2 with LoRA beside the projector",
        about=r"""ViP-LLaVA 7B, second stage with adapters instead of all weights.

    deixis train vip_llava_lora --set task.data=vip-llava_stage2_mix.json --images DIR \
        --skip-bad --out runs/vip_llava/lora

It goes on from `runs/vip_llava/align/model`; elsewhere: `--model FOLDER`. Of the paper: rank 128,
alpha 256, dropout 0.05, 2e-4, the projector at 2e-5, else as stage 2. Memory: 24 GiB on a
device at four examples of 2,048 tokens; `--memory` tells it of your settings.
`runs/vip_llava/lora/model` holds adapters and projector: `deixis ask … --model
runs/vip_llava/align/model --adapter` that. Here it is run on tiny models only
(tests/recipes/test_vip_llava.py).
""",
        config=stage(lr=2e-4, batch_size=128),
        options=dataclasses.replace(
            ON_MARKS,
            parts=("lora", "projector"),
            lora_rank=128,
            lora_alpha=256,
            projector_lr=2e-5,
        ),
        build=build,
    ),
    "vip_llava_region": Recipe(
        summary="ViP-LLaVA 7B, stage 3: dialogues about regions, at a low rate",
        about=r"""ViP-LLaVA 7B, third of three stages: a little more on dialogues about regions.

    deixis train vip_llava_region --set task.data=vip-llava_stage3_mix.json --images DIR \
        --out runs/vip_llava/region

It goes on from `runs/vip_llava/instruct/model`; elsewhere: `--model FOLDER`. Of the paper: 26,000
rows once, 128 a step, 2e-7; half an hour on 8 A100 80G. An epoch here has each answer of each row
once. Here it is run on tiny models only (tests/recipes/test_vip_llava.py).
""",
        config=stage(lr=2e-7, batch_size=128, spread=True),
        options=dataclasses.replace(ON_MARKS, model="runs/vip_llava/instruct/model"),
        build=build,
    ),
}
