"""Learns the weights of ``runtime/hearing/level.npz``: ``python benchmarks/hearing/learn_level.py [--pieces 640]``.

The pieces are ``corpus.make_any`` with seeds from 0; the named styles that are reported on play no part. A few
networks are averaged. About two seconds a piece, then half a minute.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import corpus
import numpy as np
from animc.runtime.hearing import level
from animc.runtime.hearing.accents import accents_of
from animc.runtime.hearing.tempo import plainest
from measure import wave_of

OUT = Path(level.__file__).with_name("level.npz")
HIDDEN, NETWORKS, ROUNDS, DECAY = 16, 5, 1500, 0.003
GROUPS = [slice(first, first + 14) for first in range(0, 56, 14)] + [slice(56, 68)]
"""Features that belong together: the repeats of each band, and what passes between bands."""


def example(seed: int) -> tuple[np.ndarray, int]:
    """Return a piece's features, and which ratio is its beat (-1: none is)."""
    piece = corpus.make_any(seed)
    accents = accents_of(wave_of(piece))
    tempo = plainest(accents.onset)
    return level.features(accents, tempo), label(piece.beats, tempo)


def label(beats: np.ndarray, tempo: np.ndarray) -> int:
    """Return the ratio that brings the tempo to the true one, within 4 %, in most windows."""
    at = np.arange(tempo.size) * level.HOP
    true = np.interp(at, (beats[1:] + beats[:-1]) / 2, 60 / np.diff(beats))
    inside = (at > beats[0]) & (at < beats[-1])
    right = [np.mean(np.abs(np.log2(tempo[inside] * ratio / true[inside])) < 0.06) for ratio in level.RATIOS]
    return int(np.argmax(right)) if max(right) > 0.6 else -1


def learn(inputs: np.ndarray, labels: np.ndarray, seed: int) -> list[np.ndarray]:
    """Return weights by Adam on the cross-entropy over candidates, with blurred inputs and dropout."""
    rng = np.random.default_rng(seed)
    width = inputs.shape[-1]
    weights = [rng.normal(size=(width, HIDDEN)) / np.sqrt(width), np.zeros(HIDDEN), rng.normal(size=HIDDEN) / 8,
               np.zeros(width)]  # fmt: skip
    first, second, rate = [0 * w for w in weights], [0 * w for w in weights], 0.01
    for step in range(1, ROUNDS + 1):
        batch = rng.choice(labels.size, min(64, labels.size), replace=False)
        steps = slope(weights, blurred(inputs[batch], rng), labels[batch], rng)
        for k, change in enumerate(steps):
            first[k] = 0.9 * first[k] + 0.1 * change
            second[k] = 0.999 * second[k] + 0.001 * change**2
            weights[k] -= rate * first[k] / (1 - 0.9**step) / (np.sqrt(second[k] / (1 - 0.999**step)) + 1e-8)
        rate *= 0.999
    return weights


def blurred(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return features with noise, and of some pieces one group taken away: no single cue may be leant on."""
    x = x + 0.3 * rng.normal(size=x.shape)
    for piece in np.flatnonzero(rng.random(x.shape[0]) < 0.3):
        x[piece][:, GROUPS[rng.integers(len(GROUPS))]] = 0
    return x


def slope(weights: list[np.ndarray], x: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    inner, bias, out, line = weights
    hidden = np.tanh(x @ inner + bias)
    kept = (rng.random(HIDDEN) > 0.2) / 0.8
    score = (hidden * kept) @ out + x @ line
    share = np.exp(score - score.max(axis=1, keepdims=True))
    fault = share / share.sum(axis=1, keepdims=True)
    fault[np.arange(labels.size), labels] -= 1
    fault /= labels.size
    back = fault[:, :, None] * out * kept * (1 - hidden**2)
    return [
        np.einsum("bcf,bch->fh", x, back) + DECAY * inner,
        back.sum(axis=(0, 1)),
        np.einsum("bch,bc->h", hidden * kept, fault) + DECAY * out,
        np.einsum("bcf,bc->f", x, fault) + 3 * DECAY * line,
    ]


def save(features: np.ndarray, labels: np.ndarray) -> None:
    """Learn from features (pieces × ratios × features) and their labels, and write the weights."""
    features, labels = features[labels >= 0], labels[labels >= 0]
    mean, spread = features.mean(axis=(0, 1)), features.std(axis=(0, 1)) + 1e-6
    networks = [learn((features - mean) / spread, labels, seed) for seed in range(NETWORKS)]
    names = ("hidden", "bias", "out", "line")
    stacked = {name: np.stack(parts) for name, parts in zip(names, zip(*networks, strict=True), strict=True)}
    arrays = {name: array.astype(np.float32) for name, array in {**stacked, "mean": mean, "spread": spread}.items()}
    np.savez_compressed(OUT, **arrays)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pieces", type=int, default=640)
    seen = [example(seed) for seed in range(parser.parse_args().pieces)]
    save(np.stack([features for features, _ in seen]), np.array([answer for _, answer in seen]))
    print(f"{OUT}: {OUT.stat().st_size / 1000:.0f} kB from {len(seen)} pieces")


if __name__ == "__main__":
    main()
