"""The vocabulary: one table of every setting and track that a script may write.

Checking, help, completion, ``animc list``, the docs table and the Deforum bridges all read it; a new parameter is one
row here and its use in the loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "integer", "text", "choice", "size", "duration", "flag"]
Value = float | int | str | tuple[int, int] | bool


@dataclass(frozen=True, slots=True)
class Param:
    """A name that a script may set.

    ``track``: it may have a value for every frame; else it has one for the film. ``default`` None means that the model
    (or the length of the sound) decides. ``low`` and ``high`` bound the values: a value beyond is clamped with a
    warning, or refused where ``hard``. ``per_frame``: a rate, so that ``v per s`` makes sense. ``mode``: the only one
    that reads it.
    """

    name: str
    kind: Kind
    default: Value | None
    help: str
    group: str
    track: bool = False
    unit: str = ""
    low: float | None = None
    high: float | None = None
    hard: bool = False
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    per_frame: bool = False
    open_choice: bool = False
    mode: Literal["2d", "3d"] | None = None


def _motion(
    name: str, default: float, unit: str, help_: str, *aliases: str, per_frame: bool = True,
    mode: Literal["2d", "3d"] | None = None,
) -> Param:  # fmt: skip
    return Param(
        name, "number", default, help_, "motion", track=True, unit=unit, aliases=aliases, per_frame=per_frame, mode=mode
    )


def _paint(
    name: str, default: float | None, low: float, high: float, help_: str, *aliases: str, unit: str = ""
) -> Param:
    return Param(name, "number", default, help_, "painting", track=True, unit=unit, low=low, high=high, aliases=aliases)


def _choice(name: str, default: str, choices: tuple[str, ...], help_: str, group: str, *, more: bool = False) -> Param:
    return Param(name, "choice", default, help_, group, choices=choices, open_choice=more)


MAX_FRAMES = 1_000_000

PARAMS: tuple[Param, ...] = (
    # the film
    Param("fps", "number", 15.0, "frames a second", "film", unit="1/s", low=1, high=240, hard=True),
    Param("size", "size", None, "width x height of the film in pixels, such as 512x512; default: the model's own",
          "film", unit="px", low=16, high=8192, hard=True),
    Param("length", "duration", None, "length of the film; default: the sound's, or the last key plus two seconds",
          "film", hard=True, aliases=("max_frames",)),
    Param("tempo", "number", None, "beats a minute to listen for; tempo = 128 offset 180ms meter 4 is a grid",
          "film", unit="1/min", low=20, high=400, hard=True),
    Param("loop", "flag", None, "the film closes on itself: its last second goes over into the first frame", "film"),
    # motion, in Deforum's units and signs
    _choice("mode", "3d", ("3d", "2d"), "3d: the camera moves through depth; 2d: the picture is moved flat", "motion"),
    _motion("translation_x", 0.0, "1/200 world (3d), px (2d)", "camera to the right (3d), picture to the right (2d)"),
    _motion("translation_y", 0.0, "1/200 world (3d), px (2d)", "camera up (3d), picture down (2d)"),
    _motion("translation_z", 0.0, "1/200 world", "camera forward: zooms in", mode="3d"),
    _motion("rotation_x", 0.0, "degrees", "camera tilts up", "rotation_3d_x", mode="3d"),
    _motion("rotation_y", 0.0, "degrees", "camera pans right", "rotation_3d_y", mode="3d"),
    _motion("rotation_z", 0.0, "degrees", "picture rolls counter-clockwise", "rotation_3d_z", mode="3d"),
    _motion("zoom", 1.0, "factor", "2d: picture grows by this factor", per_frame=False, mode="2d"),
    _motion("angle", 0.0, "degrees", "2d: picture turns counter-clockwise", mode="2d"),
    _motion("transform_center_x", 0.5, "0..1", "2d: centre of zoom and angle, from the left",
            per_frame=False, mode="2d"),
    _motion("transform_center_y", 0.5, "0..1", "2d: centre of zoom and angle, from the top",
            per_frame=False, mode="2d"),
    Param("fov", "number", 70.0, "field of view", "motion", track=True, mode="3d", unit="degrees", low=1, high=170,
          aliases=("fov_schedule",)),
    Param("focal", "number", None, "the lens zooms: the picture grows by this factor about its middle; default: 1",
          "motion", track=True, mode="3d", unit="factor", low=0.1, high=10),
    Param("near", "number", 200.0, "nearest distance of the depth that the warp uses", "motion", track=True,
          mode="3d", unit="1/200 world", low=1, high=100_000),
    Param("far", "number", 10_000.0, "farthest distance of the depth that the warp uses", "motion", track=True,
          mode="3d", unit="1/200 world", low=1, high=1_000_000),
    _choice("border", "reflect", ("replicate", "reflect", "wrap", "zeros"),
            "what stands where the move looks past the picture's edge", "motion"),
    _choice("reveal", "paint", ("paint", "smear"),
            "what the move brings into view is painted anew, or left as the border and what stood beside it make it",
            "motion"),
    _choice("depth", "auto", ("auto", "builtin", "gradient", "none", "depth-anything", "dpt", "zoedepth"),
            "where depth comes from; a folder or hub id of a depth model also does", "motion", more=True),
    # painting
    _choice("model", "storybook", ("storybook", "none"),
            "the painter: the built-in one, none, or a folder or hub id of a diffusers pipeline", "painting",
            more=True),
    Param("vae", "text", None, "an autoencoder in place of the model's own: a folder or hub id, such as "
          "madebyollin/taesd", "painting"),
    Param("compile", "flag", None, "torch compiles the model: the first frame waits, the others are quicker",
          "painting"),
    _paint("strength", 0.65, 0, 1, "share of the last picture that is kept: 0 paints afresh, 1 keeps all",
           "strength_schedule"),
    Param("steps", "integer", None, "denoising steps; default: the model's own", "painting", track=True, low=1,
          high=1000, aliases=("steps_schedule",)),
    _paint("cfg", None, 0, 100, "guidance: how closely the picture follows the prompt; default: the model's own",
           "cfg_scale", "guidance", "scale"),
    Param("cadence", "integer", 1, "a painting every so many frames; those between are moved by the camera and blended",
          "painting", track=True, unit="frames", low=1, high=30,
          aliases=("diffusion_cadence", "cadence_schedule", "diffusion_cadence_schedule")),
    Param("redo", "integer", 0, "paintings that each painting is made over, one over the other, each of another chance",
          "painting", track=True, low=0, high=10, aliases=("diffusion_redo",)),
    _choice("cadence_flow", "none", ("none", "dis"),
            "dis: paintings that a cadence blends are drawn together by optical flow first", "painting"),
    Param("seed", "integer", 0, "start of the chance that the painter draws on", "painting", track=True,
          low=0, high=2**53),
    _choice("seed_behavior", "iter", ("iter", "fixed", "random", "ladder", "alternate", "schedule"),
            "how the seed moves on from frame to frame", "painting"),
    Param("subseed", "integer", 0, "a second seed, whose chance is mixed in", "painting", track=True, low=0, high=2**53,
          aliases=("subseed_schedule",)),
    _paint("subseed_strength", 0.0, 0, 1, "how much of the subseed's chance is mixed in", "subseed_strength_schedule"),
    Param("clip_skip", "integer", None, "layer of the text encoder read, from its end; default: the model's own",
          "painting", track=True, low=1, high=48, aliases=("clipskip", "clipskip_schedule")),
    _choice("sampler", "auto",
            ("auto", "euler", "euler_a", "ddim", "dpmpp_2m", "dpmpp_sde", "heun", "lms", "unipc", "lcm", "tcd"),
            "the diffusion sampler; auto: the model's own", "painting"),
    Param("hires", "number", 1.0, "the picture is painted so many times smaller, enlarged, and painted over",
          "painting", unit="factor", low=1, high=4),
    _paint("hires_strength", 0.7, 0, 1, "share of the enlarged picture that is kept when it is painted over"),
    Param("tiling", "flag", None, "the picture's left and right, and its top and bottom, fit together", "painting"),
    Param("negative", "text", None, "what the picture should not show", "painting", aliases=("negative_prompt",)),
    Param("lora", "text", None, "files of LoRAs, .safetensors, with commas between; lora_NAME is the weight of each",
          "painting"),
    Param("embedding", "text", None, "files of textual inversions, with commas between; a prompt says them by NAME",
          "painting"),
    Param("mask", "text", None, "where frames are painted: FILE (its white), alpha FILE, depth A..B, luma A..B",
          "painting"),
    _paint("mask_feather", 0.0, 0, 200, "softens the mask's edges", unit="px"),
    # the picture between two paintings
    _paint("noise", 0.0, 0, 1, "grain added before painting, as a share of full scale", "noise_schedule"),
    _choice("noise_type", "gaussian", ("gaussian", "perlin"), "grain alike everywhere, or in soft clouds", "painting"),
    Param("perlin_octaves", "integer", 4, "clouds: how many sizes, each half of the last", "painting", low=1, high=8),
    Param("perlin_persistence", "number", 0.5, "clouds: how much of each size beside the last", "painting",
          low=0, high=1),
    _paint("noise_multiplier", 1.0, 0, 2, "the painter's own starting noise, times this", "noise_multiplier_schedule"),
    _paint("contrast", 1.0, 0, 4, "contrast about mid-grey before painting, 1 leaves it", "contrast_schedule"),
    _paint("antiblur_amount", 0.0, 0, 5, "sharpening before painting: unsharp mask's amount", "amount_schedule"),
    _paint("antiblur_sigma", 1.0, 0.1, 20, "sharpening: radius of the blur it subtracts", "sigma_schedule", unit="px"),
    _paint("antiblur_threshold", 0.0, 0, 1, "sharpening: differences below this stay as they are",
           "threshold_schedule"),
    _choice("color_coherence", "lab", ("none", "lab", "rgb", "hsv"),
            "match colours to the reference, in this colour space", "painting"),
    _choice("color_reference", "prompt", ("prompt", "shot", "film"),
            "whose colours: those of the first frame of the prompt, the shot or the film, or of an image file",
            "painting", more=True),
    Param("color_every", "integer", 1, "match the colours of one painting in so many", "painting", low=1, high=1000),
    _paint("color_strength", 1.0, 0, 1, "how far colours are brought to the reference's"),
)  # fmt: skip

BY_NAME: dict[str, Param] = {name: param for param in PARAMS for name in (param.name, *param.aliases)}
"""Every spelling of every parameter."""

LORA = "lora_"
"""What the track of a LoRA's weight begins with; its file's name follows."""


def lora_weight(name: str) -> Param:
    """Return the parameter of a track such as ``lora_ink``."""
    what = f"how strongly the LoRA {name.removeprefix(LORA)} acts"
    return Param(name, "number", 1.0, what, "painting", track=True, low=-10, high=10)


def param_of(name: str) -> Param | None:
    """Return the parameter of any spelling, a LoRA's weight too, or None where there is none."""
    known = BY_NAME.get(name)
    return lora_weight(name) if known is None and name.startswith(LORA) else known


TRACKS: tuple[Param, ...] = tuple(param for param in PARAMS if param.track)
SETTINGS: tuple[Param, ...] = tuple(param for param in PARAMS if not param.track)
