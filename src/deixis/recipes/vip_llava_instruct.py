r"""ViP-LLaVA 7B, second of three stages: projector and language side, on marks and instructions.

    deixis train vip_llava_instruct --set task.data=vip-llava_stage2_mix.json --images DIR \
        --skip-bad --out runs/vip_llava/instruct

It goes on from `runs/vip_llava/align/model`; elsewhere: `--model FOLDER`. Of the paper: 1.2 million
rows once, 128 a step, 2e-5; 20 hours on 8 A100 80G. An epoch here has each answer of each row once,
so it has more steps than the paper's 9,260. Pictures are padded to squares, and the 40,688 rows
without one are learnt from too. Memory: 120 GiB on one device, 38 on each of eight (spread=true);
`--memory --devices 8` tells it of your settings. Your own mixture: `--format mixture`. Here it is
run on tiny models only (tests/train/test_vip_llava.py).
"""

from deixis.knowledge.tuning import KnowledgeTuningOptions, build
from deixis.train.recipe import Recipe
from deixis.train.vip_llava import ALIGNED, stage

# projector and language side on ViP-LLaVA's own file, marks drawn as the release draws them
ON_MARKS = KnowledgeTuningOptions(
    format="vip_llava_instruct",
    model=ALIGNED,
    parts=("projector", "language"),
    marks="release",
    pad=True,
    dtype="bfloat16",
    recomputes="all",
    max_tokens=2048,
)
RECIPE = Recipe(
    summary="ViP-LLaVA 7B, stage 2: projector and language side, on marks and instructions",
    config=stage(lr=2e-5, batch_size=128, spread=True),
    options=ON_MARKS,
    build=build,
)
