"""Make the shipped diffusers folder from a checkpoint.

Averaged weights in fp16, synonyms expanded. `python -m training.export OUT VAE FOLDER`.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import torch
from animc.runtime.painters.sketch import Sketch, load_sketch
from animc.runtime.painters.sketched import SketchedUNet
from diffusers import AutoencoderTiny, StableDiffusionPipeline, UNet2DConditionModel
from transformers import BertTokenizer, CLIPTextModel

from .autoencoder import FACTOR
from .network import FULL, Shape, scheduler, text_encoder, unet
from .vocabulary import LENGTH, exported_vocabulary, known_words

CARDS = Path(__file__).with_name("cards")
HABITS = {"steps": 6, "cfg": 3.0}
"""Denoising steps and guidance that the model looks best with, for the painter (`animc.json`)."""


def expanded(folded: CLIPTextModel) -> CLIPTextModel:
    """The text encoder over the full vocabulary: each synonym's row is a copy of its canonical word's."""
    _, rows = exported_vocabulary()
    config = type(folded.config)(**{**folded.config.to_dict(), "vocab_size": len(rows)})
    wide, state = CLIPTextModel(config), folded.state_dict()
    name = next(key for key in state if key.endswith("token_embedding.weight"))
    state[name] = state[name][torch.tensor(rows)]
    wide.load_state_dict(state)
    return wide


def tokenizer(folder: Path) -> BertTokenizer:
    """A lower-casing word tokenizer (BERT's, its vocabulary whole words only), written to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens, _ = exported_vocabulary()
    (folder / "vocab.txt").write_text("\n".join(tokens) + "\n", encoding="utf-8")
    made = BertTokenizer(
        vocab={token: number for number, token in enumerate(tokens)}, do_lower_case=True, model_max_length=LENGTH
    )
    made.save_pretrained(folder)
    return made


def _sketched(painter: UNet2DConditionModel, sketch: Sketch, shape: Shape, side: int) -> SketchedUNet:
    """The UNet and its sketch as one part of a pipeline."""
    settings = {name: value for name, value in painter.config.items() if not name.startswith("_")}
    whole = SketchedUNet(shape.latent_channels, side // FACTOR, settings, asdict(sketch.shape))
    whole.unet.load_state_dict(painter.state_dict())
    whole.sketch.load_state_dict(sketch.state_dict())
    return whole


def export(
    out: Path, vae: Path, folder: Path, shape: Shape = FULL, side: int = 256, sketch: Sketch | None = None
) -> Path:
    """Write a complete pipeline folder (fp16 safetensors) that diffusers loads, with its card and vocabulary.

    `sketch`: what the UNet was trained to see, for a sketched `shape`; its part of the pipeline is animc's own.
    `side`: pixels of the square pictures that the checkpoint was last trained on, which it paints best.
    """
    state = torch.load(out / "storybook.pt", weights_only=True)["ema"]
    painter, reader = unet(shape), text_encoder(shape)
    painter.load_state_dict(
        {key.removeprefix("unet."): value for key, value in state.items() if key.startswith("unet.")}
    )
    reader.load_state_dict(
        {key.removeprefix("text."): value for key, value in state.items() if key.startswith("text.")}
    )
    painter.register_to_config(sample_size=side // FACTOR)
    part = painter if sketch is None else _sketched(painter, sketch, shape, side)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    words = tokenizer(folder / "tokenizer")
    pipeline = StableDiffusionPipeline(
        vae=AutoencoderTiny.from_pretrained(vae).half(),
        text_encoder=expanded(reader).half(),
        tokenizer=words,
        unet=part.half(),
        scheduler=scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder, safe_serialization=True)
    _drop_derived(folder / "vae" / "config.json")
    (folder / "animc.json").write_text(json.dumps({**HABITS, "native_size": side}, indent=2) + "\n")
    known = json.dumps(known_words(), ensure_ascii=False, indent=1)
    (folder / "vocabulary.json").write_text(known + "\n", encoding="utf-8")
    shutil.copy(CARDS / "storybook.md", folder / "README.md")
    return folder


def _drop_derived(config: Path) -> None:
    """Take out what AutoencoderTiny derives anew at every load, and warns of when it finds it, and whose copy it is."""
    entries = json.loads(config.read_text())
    for name in ("block_out_channels", "_name_or_path"):
        entries.pop(name, None)
    config.write_text(json.dumps(entries, indent=2) + "\n")


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("vae", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--side", type=int, default=256, help="pixels of the pictures it was last trained on")
    parser.add_argument("--sketch", type=Path, help="a folder of `training.sketch`, if the painter sees one")
    options = parser.parse_args()
    sketch = load_sketch(options.sketch) if options.sketch else None
    shape = replace(FULL, sketched=sketch is not None)
    print(export(options.out, options.vae, options.folder, shape, options.side, sketch))


if __name__ == "__main__":
    main()
