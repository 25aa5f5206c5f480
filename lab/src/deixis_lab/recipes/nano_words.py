"""Soft words for nano: 16 learned vectors before every question of one task on Things.

    deixis train nano_words --out runs/words/nano

Prompt tuning (arXiv 2104.08691), with Adam and without decay: 3,072 numbers of nano. The vectors
begin as the words of `task.begin`, so that step 0 is nano asked with these. The rate is told in the
size of their embeddings: at 0.2 a step moves a number by about a fifth of what is usual there.
"""

from deixis.pixel.prompt_tuning import WordsLearning, WordsOptions
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe

RECIPE = Recipe(
    summary="words for a task, learned as vectors on nano",
    about=__doc__,
    config=RunConfig(
        steps=400,
        batch_size=16,
        optim=OptimConfig(lr=0.2, weight_decay=0.0),
        precision="fp32",
        save_every=50,
        evaluate_every=200,
    ),
    options=WordsOptions(task="scenes_classification", num=2000),
    build=WordsLearning,
)
