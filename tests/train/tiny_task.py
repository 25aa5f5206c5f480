"""The smallest task with everything in it: dropout, a buffer that changes, uneven weights."""

import torch
from safetensors.torch import save_file
from torch import nn

from deixis.train.task import Losses, Task
from tests.train.tiny_source import TinySource


class TinyTask(Task):
    def __init__(self, source=None, *, dropout=0.2, nan_at=None):
        self.source = source or TinySource()
        self.nan_at = nan_at
        self.seen = []
        with torch.random.fork_rng():
            torch.manual_seed(3)
            self.module = nn.Sequential(
                nn.Linear(5, 7), nn.GELU(), nn.Dropout(dropout), nn.Linear(7, 3)
            )
        self.module.register_buffer("average", torch.zeros(3))

    def loss(self, batch, step):
        given, wanted, weight = (torch.from_numpy(batch[n]) for n in ("given", "wanted", "weight"))
        self.seen.append(given)
        errors = (self.module(given) - wanted).float().square().mean(dim=1)
        total = (errors * weight).sum() / weight.sum()
        if self.nan_at == step:
            total = total * float("nan")
        return Losses(total=total, weight=float(weight.sum()), parts={"worst": errors.max()})

    def after_step(self, step):
        self.module.average.lerp_(self.module[3].bias.detach(), 0.1)

    def evaluate(self, step):
        assert not self.module.training
        assert not torch.is_grad_enabled()
        return {"bias": float(self.module[3].bias.sum())}

    def save(self, folder):
        save_file(self.module.state_dict(), folder / "model.safetensors")
