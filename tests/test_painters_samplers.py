"""The samplers are diffusers' own, where those can be driven at the same times, and agree on an easy problem."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from animc.runtime.painters.levels import NoiseCurve, evaluations
from animc.runtime.painters.samplers import CLEAN, SAMPLERS, Level
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
    LMSDiscreteScheduler,
    UniPCMultistepScheduler,
)
from torch import Tensor

BETAS = {"num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


def curve(**more: object) -> NoiseCurve:
    return NoiseCurve(DDIMScheduler(**BETAS, **more).alphas_cumprod.double().numpy())


def model(x: Tensor, t: float) -> Tensor:
    """A noise prediction that depends on all it is given."""
    return torch.tanh(x * 0.7 + t / 1000) + 0.1 * x


def see_with(noise_curve: NoiseCurve):
    def see(x: Tensor, t: float) -> tuple[Tensor, Tensor]:
        level = noise_curve.at(t)
        noise = model(x, t)
        return (x - level.sigma * noise) / level.alpha, noise

    return see


def start() -> Tensor:
    return torch.randn(1, 4, 6, 6, generator=torch.Generator().manual_seed(0))


def theirs(scheduler: object, steps: int) -> tuple[Tensor, list[float]]:
    """diffusers' own sampling of the same model, and the times that it visits."""
    scheduler.set_timesteps(steps)
    times = [float(t) for t in scheduler.timesteps]
    x = start() * scheduler.init_noise_sigma
    for t in scheduler.timesteps:
        x = scheduler.step(model(scheduler.scale_model_input(x, t), float(t)), t, x).prev_sample
    return x, times


@pytest.mark.parametrize(
    ("name", "scheduler", "tolerance"),
    [
        ("ddim", DDIMScheduler(**BETAS, timestep_spacing="trailing", clip_sample=False), 1e-4),
        ("euler", EulerDiscreteScheduler(**BETAS, timestep_spacing="trailing"), 1e-3),
        ("lms", LMSDiscreteScheduler(**BETAS, timestep_spacing="trailing"), 1e-2),
        ("dpmpp_2m", DPMSolverMultistepScheduler(**BETAS, timestep_spacing="trailing", final_sigmas_type="zero"), 1e-3),
        ("unipc", UniPCMultistepScheduler(**BETAS, timestep_spacing="trailing", final_sigmas_type="zero"), 1e-3),
    ],
)
def test_samplers_agree_with_diffusers(name: str, scheduler: object, tolerance: float) -> None:
    expected, times = theirs(scheduler, 8)
    noise_curve = curve()
    levels = [noise_curve.at(t) for t in times]
    # The k-diffusion family starts from noise of sigma's size over no picture; ours from unit power.
    begun = start() * (levels[0].alpha * float(scheduler.init_noise_sigma) if name in ("euler", "lms") else 1)
    found = SAMPLERS[name](see_with(noise_curve), begun, levels, torch.Generator())
    assert torch.allclose(found, expected, atol=tolerance * float(expected.abs().max()))


def test_heun_agrees_with_diffusers() -> None:
    scheduler = HeunDiscreteScheduler(**BETAS, timestep_spacing="trailing")
    expected, times = theirs(scheduler, 8)
    noise_curve = curve()
    levels = [noise_curve.at(t) for t in dict.fromkeys(times)]
    begun = start() * levels[0].alpha * float(scheduler.init_noise_sigma)
    found = SAMPLERS["heun"](see_with(noise_curve), begun, levels, torch.Generator())
    assert torch.allclose(found, expected, atol=2e-2 * float(expected.abs().max()))


@pytest.mark.parametrize("name", list(SAMPLERS))
@pytest.mark.parametrize("zero_snr", [False, True])
@pytest.mark.parametrize("steps", [1, 2, 3, 12])
def test_every_sampler_finds_the_picture_of_a_model_that_knows_it(name: str, zero_snr: bool, steps: int) -> None:
    noise_curve = curve(rescale_betas_zero_snr=zero_snr)
    picture = torch.full((1, 4, 6, 6), 0.3)

    def see(x: Tensor, t: float) -> tuple[Tensor, Tensor]:
        level = noise_curve.at(t)
        return picture, (x - level.alpha * picture) / level.sigma

    for share in (1.0, 0.6, 0.2, 0.003):
        levels = noise_curve.levels(share, steps)
        x = levels[0].alpha * picture + levels[0].sigma * start()
        found = SAMPLERS[name](see, x, levels, torch.Generator().manual_seed(0))
        # A consistency model's last step skips what little noise is left at time 0.
        assert torch.allclose(found, picture, atol=0.2 if name == "lcm" else 1e-2)


@pytest.mark.parametrize("name", list(SAMPLERS))
def test_samplers_draw_only_on_the_given_chance(name: str) -> None:
    noise_curve = curve()
    levels = noise_curve.levels(1.0, 6)
    found = [SAMPLERS[name](see_with(noise_curve), start(), levels, torch.Generator().manual_seed(5)) for _ in range(2)]
    assert torch.equal(*found)


def test_levels_are_a_unit_circle_and_move_with_the_share() -> None:
    noise_curve = curve(rescale_betas_zero_snr=True)
    assert noise_curve.at(999).alpha == 0.0
    for t in np.linspace(0, 999, 50):
        level = noise_curve.at(float(t))
        assert level.alpha**2 + level.sigma**2 == pytest.approx(1)
    assert [level.t for level in noise_curve.levels(1.0, 4)] == [999, 749, 499, 249]
    assert noise_curve.levels(0.355, 2)[0].t == pytest.approx(354)
    assert Level(-1.0, 1.0, 0.0) == CLEAN


def test_work_follows_the_share() -> None:
    assert [evaluations(20, share) for share in (1.0, 0.5, 0.35, 0.05, 0.001)] == [20, 10, 7, 1, 1]
    assert evaluations(1, 0.3) == 1
