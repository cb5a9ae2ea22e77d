"""Muon for the matrices of a network, AdamW for the rest."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn


def orthogonal(update: Tensor, rounds: int = 5) -> Tensor:
    """The nearest matrix to `update` (rows×columns) whose singular values are all about 1, by Newton–Schulz rounds.

    Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks".
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    made = update if update.shape[0] <= update.shape[1] else update.T
    made = made / (made.norm() + 1e-7)
    for _ in range(rounds):
        square = made @ made.T
        made = a * made + (b * square + c * square @ square) @ made
    return made if update.shape[0] <= update.shape[1] else made.T


class Muon(torch.optim.Optimizer):
    """Orthogonalised momentum for matrices and convolutions (a kernel seen as rows); AdamW for vectors.

    It pays where a net is small beside its pictures: there its rounds cost nothing. One `lr` serves both kinds: a
    matrix moves as far as AdamW would move it (Liu et al. 2025, arXiv 2502.16982).
    """

    def __init__(self, weights: Iterable[nn.Parameter], lr: float, weight_decay: float = 0.01) -> None:
        weights = [value for value in weights if value.requires_grad]
        groups = [
            {"params": [value for value in weights if value.ndim >= 2], "matrix": True},
            {"params": [value for value in weights if value.ndim < 2], "matrix": False},
        ]
        super().__init__(groups, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  (no closure is needed)
        """One step, from the gradients as they are."""
        for group in self.param_groups:
            for value in group["params"]:
                if value.grad is not None and group["matrix"]:
                    self._turn(value, self.state[value], group["lr"], group["weight_decay"])
                elif value.grad is not None:
                    self._adam(value, self.state[value], group["lr"])

    @staticmethod
    def _turn(value: Tensor, state: dict[str, Tensor], lr: float, decay: float) -> None:
        held = state.setdefault("momentum", torch.zeros_like(value))
        held.lerp_(value.grad, 0.05)
        ahead = value.grad.lerp(held, 0.95).flatten(1)  # Nesterov's
        value.mul_(1 - lr * decay)
        value.add_(orthogonal(ahead).view(value.shape), alpha=-0.2 * lr * max(ahead.shape) ** 0.5)

    @staticmethod
    def _adam(value: Tensor, state: dict[str, Tensor], lr: float) -> None:
        mean, square = (state.setdefault(name, torch.zeros_like(value)) for name in ("mean", "square"))
        count = state.setdefault("count", torch.zeros(()))
        count += 1
        mean.lerp_(value.grad, 0.1)
        square.lerp_(value.grad.square(), 0.05)
        scale = (square / (1 - 0.95**count)).sqrt_().add_(1e-8)
        value.addcdiv_(mean / (1 - 0.9**count), scale, value=-lr)
