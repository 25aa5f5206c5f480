r"""A knowledge prompt for nano: what is known of a scene enters its vision tokens.

    deixis train nano_knowledge --out runs/knowledge/nano
    deixis ask scene.png "What is it?" --model runs/knowledge/nano/model \
        --knowledge runs/knowledge/nano/model/knowledge

Language side and prompt train, on drawings by artists that nano's tower never saw under names that
its language side knows (split `novel_houses`). `--set task.knowledge.form=told` (drawn, or none)
with `--set task.parts=language` trains on the rival forms; `--set task.parts=knowledge` the prompt
alone. The notes are the scenes' truth; `--set task.harm.dropped=30` makes them worse.
"""

from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe
from deixis_lab.zoo.training.knowledge_task import SceneKnowledge, SceneKnowledgeOptions

RECIPE = Recipe(
    summary="what is known of a scene, brought into nano's vision tokens",
    about=__doc__,
    config=RunConfig(
        steps=100,
        batch_size=8,
        optim=OptimConfig(lr=3e-4, weight_decay=0.0, betas=(0.9, 0.98), warmup_share=0.2),
        num_workers=1,
        save_every=50,
        evaluate_every=50,
    ),
    options=SceneKnowledgeOptions(),
    build=SceneKnowledge,
)
