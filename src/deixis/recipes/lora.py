r"""Any model with adapters in its language side, on your own conversations.

    deixis train lora --set task.data=data.json --images pictures --model MODEL --out runs/lora

One epoch at the rate of LLaVA-1.5's adapters, 2e-4, rank 16. `deixis train data.json --parts lora`
is the same with warm-up and decay of its own; `deixis pixel rivals` has its adapters from here.
"""

from deixis.knowledge.tuning import KnowledgeTuningOptions, build
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe
from deixis.train.tuning import RATES

RECIPE = Recipe(
    summary="adapters in the language side of any model, on your own conversations",
    about=__doc__,
    config=RunConfig(epochs=1, optim=OptimConfig(lr=RATES["lora"], weight_decay=0.0)),
    options=KnowledgeTuningOptions(parts=("lora",)),
    build=build,
)
