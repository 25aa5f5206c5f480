"""The digest of a model's weights: what tells its answers and embeddings from another's."""

import hashlib

import torch
from torch import Tensor

SHORT = 16  # hex digits of a digest that people may read


def weights_digest(model: torch.nn.Module, dtype: torch.dtype | None = None) -> str:
    """Of the names, kinds and bytes of all weights in memory; those that lie elsewhere (meta) are
    told by the checkpoint's commit instead. `dtype` rounds them first: a model that is loaded in a
    wider kind can be told from one that was in this.
    """
    digest = hashlib.sha256()
    for name, weight in sorted(model.state_dict().items()):
        if not isinstance(weight, Tensor):
            continue
        if dtype is not None and weight.is_floating_point():
            weight = weight.to(dtype)
        digest.update(f"{name} {weight.dtype} {tuple(weight.shape)}\n".encode())
        if weight.device.type == "meta":
            digest.update(str(getattr(model.config, "_commit_hash", None)).encode())
        else:
            flat = weight.detach().reshape(-1).cpu().contiguous()
            digest.update(flat.view(torch.uint8).numpy().data)
    return digest.hexdigest()[:SHORT]
