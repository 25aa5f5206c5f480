"""Which of a nano model's weights Muon changes, and which AdamW."""

from dataclasses import replace

from torch import nn

from deixis.train.config import OptimConfig
from deixis.train.task import ParameterGroup, decayed_groups

MUON_LR_SHARE = 20.0  # 0.02 at a rate of 1e-3
PICTURE_CHANNELS = 3


def muon_groups(module: nn.Module, inner: nn.Module, optim: OptimConfig) -> list[ParameterGroup]:
    """The matrices and convolutions of `inner` by Muon, which learns as much from a third of the
    pictures (docs/log.md); all else of the module, and what reads pixels, by AdamW.
    """
    looked_up = {part.weight for part in inner.modules() if isinstance(part, nn.Embedding)}
    matrices = {
        part.weight
        for part in inner.modules()
        if _is_matrix(part) and part.weight.requires_grad and part.weight not in looked_up
    }
    groups = [
        replace(group, parameters=tuple(p for p in group.parameters if p not in matrices))
        for group in decayed_groups(module, optim.weight_decay)
    ]
    muon = ParameterGroup(
        parameters=tuple(p for p in module.parameters() if p in matrices),
        weight_decay=optim.weight_decay,
        lr_share=MUON_LR_SHARE,
        kind="muon",
    )
    return [group for group in (*groups, muon) if group.parameters]


def _is_matrix(part: nn.Module) -> bool:
    if isinstance(part, nn.Conv2d):
        return part.groups == 1 and part.in_channels > PICTURE_CHANNELS
    return isinstance(part, nn.Linear)
