"""Make the shipped diffusers folder from a checkpoint.

Averaged weights in fp16, synonyms in the tokenizer. `python -m training.export OUT VAE FOLDER`.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import torch
from animc.runtime.painters.sketch import Sketch, load_sketch
from animc.runtime.painters.sketched import SketchedUNet
from animc.runtime.painters.steady import SteadyAutoencoder
from diffusers import StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import load_file
from tokenizers import Regex, Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import NFKD, Lowercase, Replace, Sequence
from tokenizers.pre_tokenizers import Split
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast

from .autoencoder import FACTOR
from .network import FULL, Shape, scheduler, text_encoder, unet
from .vocabulary import ACCENTS, LENGTH, SPECIAL, WORD, alone, canonical_words, folds, known_words, phrases

CARDS = Path(__file__).with_name("cards")
HABITS = {"steps": 4, "cfg": 1.5}
"""Denoising steps and guidance that the model looks best with, for the painter (`animc.json`)."""


def tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """A lower-casing word tokenizer that reads a synonym as its canonical word, written to `folder`.

    Its normalizer does so, as its `tokenizer.json` keeps but one token of each id.
    """
    alike: dict[str, list[str]] = {}
    for form, word in folds().items():
        if form != word and " " not in form and (form.isascii() or len(form) == 1):
            alike.setdefault(word, []).append(form)
    rewrites = [Replace(Regex(pattern), f" {word} ") for pattern, word in phrases()]
    for word, forms in alike.items():
        english = "|".join(sorted(form for form in forms if form.isalnum() and form.isascii()))
        signs = "".join(re.escape(form) for form in forms if not (form.isalnum() and form.isascii()))
        if english:
            rewrites.append(Replace(Regex(alone(english)), word))
        if signs:
            rewrites.append(Replace(Regex(f"[{signs}]"), f" {word} "))
    reader = Tokenizer(WordLevel({word: i for i, word in enumerate((*SPECIAL, *canonical_words()))}, "[UNK]"))
    reader.normalizer = Sequence([NFKD(), Replace(Regex(ACCENTS), ""), Lowercase(), *rewrites])
    reader.pre_tokenizer = Split(Regex(WORD), "removed", invert=True)
    reader.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", SPECIAL.index("[CLS]")), ("[SEP]", SPECIAL.index("[SEP]"))],
    )
    names = {f"{token.strip('[]').lower()}_token": token for token in SPECIAL}
    made = PreTrainedTokenizerFast(
        tokenizer_object=reader,
        model_max_length=LENGTH,
        split_special_tokens=True,
        clean_up_tokenization_spaces=False,
        **names,
    )
    made.save_pretrained(folder)
    return made


def _older_names(folder: Path) -> None:
    """Name the tokenizer's class as transformers 4 knows it too."""
    for file in (folder / "model_index.json", folder / "tokenizer" / "tokenizer_config.json"):
        file.write_text(file.read_text().replace("TokenizersBackend", "PreTrainedTokenizerFast"))


def _sketched(painter: UNet2DConditionModel, sketch: Sketch, shape: Shape, side: int, out: Path) -> SketchedUNet:
    """The UNet, its sketch and how far pictures are beyond it, as one part of a pipeline."""
    settings = {name: value for name, value in painter.config.items() if not name.startswith("_")}
    whole = SketchedUNet(shape.latent_channels, side // FACTOR, settings, asdict(sketch.shape))
    whole.unet.load_state_dict(painter.state_dict())
    whole.sketch.load_state_dict(sketch.state_dict())
    if (out / "apart.safetensors").exists():
        whole.apart.copy_(load_file(out / "apart.safetensors")["apart"])
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
    part = painter if sketch is None else _sketched(painter, sketch, shape, side, out)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    words = tokenizer(folder / "tokenizer")
    pipeline = StableDiffusionPipeline(
        vae=SteadyAutoencoder.from_pretrained(vae).half(),
        text_encoder=reader.half(),
        tokenizer=words,
        unet=part.half(),
        scheduler=scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder, safe_serialization=True)
    _drop_derived(folder / "vae" / "config.json")
    _older_names(folder)
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
