"""The U-Net compiled by torch for the machine it runs on: the first frame waits, the others are quicker."""

from __future__ import annotations

from typing import Any

import torch

from ..errors import RenderError


def compiled(unet: torch.nn.Module, model: str) -> None:
    """Let torch compile a U-Net, in place, at its first use in each size.

    There, RenderError is raised where it cannot: torch has no compiler for every system, and needs one of C++ too.
    """
    plain = unet.forward
    quick = torch.compile(plain)

    def forward(*given: Any, **named: Any) -> Any:
        try:
            return quick(*given, **named)
        except Exception as fault:  # the compilers raise of many kinds
            if not _of_compiling(fault):
                raise
            said = str(fault).strip().splitlines()
            raise RenderError(
                f"{model} cannot be compiled on this machine: {said[0] if said else type(fault).__name__}",
                "leave compile out",
            ) from fault

    unet.forward = forward


def _of_compiling(fault: BaseException | None) -> bool:
    """Tell whether an exception, or what it came from, is a compiler's own."""
    while fault is not None:
        if type(fault).__module__.startswith(("torch._dynamo", "torch._inductor")):
            return True
        fault = fault.__cause__
    return False
