"""Deforum's settings by name: which of ours each one is, its default, and what only concerns the program.

A setting without a row here is looked up in the vocabulary by its own name, so that a new one is taken up by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..vocabulary import BY_NAME, Param

TRACKS: dict[str, str] = {
    **{name: name for name in ("angle", "zoom", "translation_x", "translation_y", "translation_z",
                               "transform_center_x", "transform_center_y")},
    "rotation_3d_x": "rotation_x", "rotation_3d_y": "rotation_y", "rotation_3d_z": "rotation_z",
    "fov_schedule": "fov", "near_schedule": "near", "far_schedule": "far",
    "strength_schedule": "strength", "noise_schedule": "noise", "contrast_schedule": "contrast",
    "cfg_scale_schedule": "cfg", "steps_schedule": "steps", "seed_schedule": "seed",
    "amount_schedule": "antiblur_amount", "sigma_schedule": "antiblur_sigma",
    "threshold_schedule": "antiblur_threshold", "kernel_schedule": "antiblur_kernel",
}  # fmt: skip
"""Schedules, by the track that each one is; a track that does not exist yet stays behind with a note."""

RENAMED = {
    "near_plane": "near_schedule", "far_plane": "far_schedule", "fov": "fov_schedule", "scale": "cfg_scale_schedule",
    "cfg_scale": "cfg_scale_schedule", "flip_2d_perspective": "enable_perspective_flip",
    "skip_video_for_run_all": "skip_video_creation", "turbo_steps": "diffusion_cadence",
    "animation_prompts_positive": "positive_prompts", "animation_prompts_negative": "negative_prompts",
    "rotation_x": "rotation_3d_x", "rotation_y": "rotation_3d_y", "rotation_z": "rotation_3d_z",
    "width": "W", "height": "H",
}  # fmt: skip
"""Older names, of the notebook and of early versions; the newer name wins where a file has both."""

VALUES: dict[str, dict[str, str]] = {
    "color_coherence": {"Match Frame 0 HSV": "HSV", "Match Frame 0 LAB": "LAB", "Match Frame 0 RGB": "RGB"},
    "hybrid_composite": {"False": "None", "True": "Normal"},
    "optical_flow_redo_generation": {"False": "None", "True": "DIS Fine"},
    "optical_flow_cadence": {"False": "None", "True": "DIS Fine"},
    "use_zoe_depth": {"True": "Zoe+AdaBins (old)", "False": "Midas+AdaBins (old)"},
}
"""Older values by the setting."""

SAMPLERS = {
    "euler": "euler", "euler a": "euler_a", "euler_ancestral": "euler_a", "ddim": "ddim", "plms": "ddim",
    "lms": "lms", "klms": "lms", "lms karras": "lms", "heun": "heun", "unipc": "unipc", "lcm": "lcm",
    "dpm++ 2m": "dpmpp_2m", "dpm++ 2m karras": "dpmpp_2m", "dpmpp_2m": "dpmpp_2m",
    "dpm++ sde": "dpmpp_sde", "dpm++ sde karras": "dpmpp_sde", "dpmpp_sde": "dpmpp_sde", "tcd": "tcd",
}  # fmt: skip
PADDING = {"border": "replicate", "reflection": "reflect", "zeros": "zeros"}

PROGRAM = frozenset(
    [
        "show_info_on_ui",
        "batch_name",
        "outdir",
        "timestring",
        "save_settings",
        "save_samples",
        "save_sample_per_step",
        "display_samples",
        "n_batch",
        "n_samples",
        "batchdir",
        "filename_format",
        "make_grid",
        "grid_rows",
        "show_sample_per_step",
        "save_depth_maps",
        "resume_from_timestring",
        "resume_timestring",
        "reroll_blank_frames",
        "reroll_patience",
        "motion_preview_mode",
        "overwrite_extracted_frames",
        "skip_video_creation",
        "make_gif",
        "delete_imgs",
        "delete_input_frames",
        "store_frames_in_ram",
        "image_path",
        "sd_model_hash",
        "deforum_git_commit_id",
        "hybrid_comp_save_extra_frames",
        "r_upscale_keep_imgs",
        "frame_interpolation_keep_imgs",
        "override_settings_with_file",
        "custom_settings_file",
        "ddim_steps",
        "mp4_path",
        "render_steps",
        "path_name_modifier",
        "max_video_frames",
        "save_images",
        "use_manual_settings",
        "bitdepth_extension",
        "precision",
        "seed_internal",
        "raw_batch_name",
        "raw_seed",
        "perlin_w",
        "perlin_h",
        "init_sample",
        "init_image_box",
        "f",
        "C",
        "prompt_weighting",
        "normalize_prompt_weights",
        "log_weighted_subprompts",
        "models_path",
        "output_path",
    ]
)
"""What concerns the program that ran, its files and its screen, and not the film."""

DEFAULTS: dict[str, str] = {
    "tiling": "False", "restore_faces": "False", "seed_resize_from_w": "0", "seed_resize_from_h": "0",
    "seed_iter_N": "1", "strength": "0.8", "strength_0_no_init": "True", "init_image": "", "mask_contrast_adjust": "1",
    "mask_brightness_adjust": "1", "use_mask": "False", "use_alpha_as_mask": "False", "invert_mask": "False",
    "overlay_mask": "True", "fill": "0", "full_res_mask": "True", "enable_perspective_flip": "False",
    "aspect_ratio_schedule": "0:(1)", "aspect_ratio_use_old_formula": "False",
    "pix2pix_img_cfg_scale_schedule": "0:(1.5)", "pix2pix_img_cfg_scale": "1.5", "kernel_schedule": "0:(5)",
    "noise_multiplier_schedule": "0:(1.05)", "enable_noise_multiplier_scheduling": "True", "ddim_eta": "0",
    "color_coherence_image_path": "", "color_force_grayscale": "False", "legacy_colormatch": "False",
    "diffusion_cadence": "1", "optical_flow_cadence": "None", "cadence_flow_factor_schedule": "0:(1)",
    "optical_flow_redo_generation": "None", "redo_flow_factor_schedule": "0:(1)", "diffusion_redo": "0",
    "noise_type": "perlin", "perlin_octaves": "4", "perlin_persistence": "0.5", "depth_algorithm": "Midas-3-Hybrid",
    "midas_weight": "0.2", "sampling_mode": "bicubic", "use_looper": "False", "parseq_manifest": "",
    "add_soundtrack": "None", "r_upscale_video": "False", "frame_interpolation_engine": "None",
    "color_coherence_video_every_N_frames": "1", "histogram_matching": "True",
    "use_init": "False", "use_noise_mask": "False", "use_mask_video": "False", "hybrid_motion": "None",
    "hybrid_composite": "None", "hybrid_generate_inputframes": "False", "hybrid_generate_human_masks": "None",
    "enable_subseed_scheduling": "False", "enable_sampler_scheduling": "False", "enable_checkpoint_scheduling": "False",
    "enable_clipskip_scheduling": "False", "enable_ddim_eta_scheduling": "False",
    "enable_ancestral_eta_scheduling": "False", "enable_steps_scheduling": "False",
}  # fmt: skip
"""What settings without a counterpart stand at where they change nothing, as text."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Settings that do nothing while a switch is off: ``prefix`` of their names, the switch and its values for off."""

    prefix: str
    switch: str
    off: tuple[str, ...] = ("False", "", "None")


GATES: tuple[Gate, ...] = (
    *(Gate(f"cn_{unit}_", f"cn_{unit}_enabled") for unit in range(1, 10)),
    Gate("perspective_flip_", "enable_perspective_flip"),
    Gate("subseed_", "enable_subseed_scheduling"), Gate("sampler_schedule", "enable_sampler_scheduling"),
    Gate("checkpoint_schedule", "enable_checkpoint_scheduling"),
    Gate("clipskip_schedule", "enable_clipskip_scheduling"), Gate("ddim_eta", "enable_ddim_eta_scheduling"),
    Gate("ancestral_eta", "enable_ancestral_eta_scheduling"),
    Gate("noise_multiplier_schedule", "enable_noise_multiplier_scheduling"),
    Gate("steps_schedule", "enable_steps_scheduling"),
    Gate("noise_mask_schedule", "use_noise_mask"), Gate("mask_", "use_mask"), Gate("overlay_mask", "use_mask"),
    Gate("invert_mask", "use_mask"), Gate("full_res_mask", "use_mask"), Gate("fill", "use_mask"),
    Gate("use_alpha_as_mask", "use_mask"), Gate("video_mask_path", "use_mask_video"),
    Gate("init_images", "use_looper"), Gate("image_strength_schedule", "use_looper"),
    Gate("blendFactor", "use_looper"), Gate("tweening_frames_schedule", "use_looper"),
    Gate("color_correction_factor", "use_looper"), Gate("strength_0_no_init", "use_init"),
    Gate("soundtrack_path", "add_soundtrack"), Gate("r_upscale_", "r_upscale_video"),
    Gate("frame_interpolation_", "frame_interpolation_engine"), Gate("parseq_", "parseq_manifest"),
    Gate("cadence_flow_factor_schedule", "optical_flow_cadence"),
    Gate("redo_flow_factor_schedule", "optical_flow_redo_generation"),
    Gate("color_coherence_image_path", "color_coherence", ("None", "LAB", "RGB", "HSV", "")),
    Gate("color_coherence_video_", "color_coherence", ("None", "LAB", "RGB", "HSV", "Image", "")),
    *(Gate(name, "animation_mode", ("2D", "3D", "Interpolation", "None"))
      for name in ("video_init_path", "extract_nth_frame", "extract_from_frame", "extract_to_frame")),
    *(Gate(name, "animation_mode", ("2D", "Video Input", "Interpolation", "None"))
      for name in ("midas_weight", "depth_algorithm", "sampling_mode")),
)  # fmt: skip


def is_off(name: str, settings: Mapping[str, object]) -> bool:
    """Return whether a setting does nothing, because what it belongs to is switched off."""
    if name.startswith("hybrid_") and name not in ("hybrid_motion", "hybrid_composite"):
        return all(
            str(settings.get(switch, "None")) in ("None", "False") for switch in ("hybrid_motion", "hybrid_composite")
        )
    gates = [gate for gate in GATES if name.startswith(gate.prefix) and name != gate.switch]
    return any(str(settings.get(gate.switch, "False")) in gate.off for gate in gates)


def at_default(name: str, value: object) -> bool:
    """Return whether a setting stands where it changes nothing."""
    if name not in DEFAULTS:
        return value in (None, "", False)
    return _same(str(value), DEFAULTS[name]) or (DEFAULTS[name] == "" and value is None)


def _same(a: str, b: str) -> bool:
    a, b = (text.replace(" ", "").replace("(", "").replace(")", "") for text in (a, b))
    try:
        return float(a.removeprefix("0:")) == float(b.removeprefix("0:"))
    except ValueError:
        return a == b


def counterpart(name: str) -> Param | None:
    """Return our own parameter for one of Deforum's settings, if there is one."""
    if name in ("strength", "init_image"):
        return None
    names = (TRACKS.get(name, name), name.removesuffix("_schedule"), name.removeprefix("diffusion_"))
    return next((BY_NAME[each] for each in names if each in BY_NAME), None)
