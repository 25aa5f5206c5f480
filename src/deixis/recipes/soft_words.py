"""Soft words for any task: 16 learned vectors before every question to a model that stays as it is.

    deixis train soft_words --set task.task=cifar10 --set task.data=cifar-10-batches-bin \
        --set task.model=llava-hf/llava-1.5-7b-hf --out runs/words

Prompt tuning (arXiv 2104.08691), with Adam and without decay. The vectors begin as the words of
`task.begin`; the rate is told in the size of their embeddings. Without `task.model` it is nano's.
"""

from deixis.pixel.prompt_tuning import WordsLearning, WordsOptions
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe

RECIPE = Recipe(
    about=__doc__,
    summary="words for a task, learned as vectors on a model that is named",
    config=RunConfig(
        steps=400,
        batch_size=16,
        optim=OptimConfig(lr=0.2, weight_decay=0.0),
        precision="fp32",
        save_every=50,
        evaluate_every=200,
    ),
    options=WordsOptions(),
    build=WordsLearning,
)
