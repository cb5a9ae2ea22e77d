"""Several processes that train one model together; alone, nothing here does anything."""

from __future__ import annotations

import torch
import torch.distributed as dist
from torch import Tensor


def share(gradients: list[Tensor]) -> None:
    """Replace each process's gradients, in place, by their mean over all processes, if there are several."""
    if not dist.is_initialized():
        return
    flat = torch.cat([value.flatten() for value in gradients])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    for value, mean in zip(gradients, flat.split([value.numel() for value in gradients]), strict=True):
        value.copy_(mean.view(value.shape))


def agreed(value: float) -> float:
    """The first process's number: all of them stop at the same step."""
    if dist.is_initialized():
        said = torch.tensor(value)
        dist.broadcast(said, 0)
        return float(said)
    return value
