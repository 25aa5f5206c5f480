"""A knowledge prompt for nano: what is known of a scene enters its vision tokens.

    deixis train nano_knowledge --out runs/knowledge/nano
    deixis ask scene.png "What is it?" --model nano --knowledge runs/knowledge/nano/model

The model stays as it is; `--set task.parts=knowledge,language` tunes its language side too, and
`--set task.knowledge.form=told` (drawn) with `--set task.parts=language` tunes it on the rival
forms. The notes are the scenes' truth; `--set task.harm.dropped=30` makes them worse.
"""

from deixis.train.config import OptimConfig, RunConfig
from deixis.train.nano.knowledge_task import SceneKnowledge, SceneKnowledgeOptions
from deixis.train.recipe import Recipe

RECIPE = Recipe(
    summary="what is known of a scene, brought into nano's vision tokens",
    config=RunConfig(
        steps=600,
        batch_size=16,
        optim=OptimConfig(lr=2e-3, weight_decay=0.0, betas=(0.9, 0.98), warmup_share=0.05),
        num_workers=1,
        save_every=100,
        evaluate_every=300,
    ),
    options=SceneKnowledgeOptions(),
    build=SceneKnowledge,
)
