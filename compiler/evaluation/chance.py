"""Chance without a clock: the same words and numbers give the same values on every machine."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from .arithmetic import Array

_MASK = 0xFFFFFFFFFFFFFFFF


def salt(*words: object) -> int:
    """Return 64 bits that stand for ``words``."""
    body = "\x1f".join(str(word) for word in words).encode()
    return int.from_bytes(hashlib.blake2b(body, digest_size=8).digest(), "little")


def uniform(salted: int, index: NDArray[np.int64]) -> Array:
    """Return values in 0..1, one for each index: SplitMix64 (Steele, Lea and Flood, 2014) of salt and index."""
    return (bits(salted, index) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def bits(salted: int, index: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return 64 mixed bits for each index."""
    golden = 0x9E3779B97F4A7C15
    with np.errstate(over="ignore"):
        z = np.asarray(index).astype(np.uint64) * np.uint64(golden) + np.uint64((salted + golden) & _MASK)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def smooth_noise(salted: int, phase: Array) -> Array:
    """Return value noise in -1..1 over ``phase``: a value at each whole number, Perlin's quintic fade between."""
    phase = np.asarray(phase, dtype=np.float64)
    whole = np.floor(phase)
    x = phase - whole
    index = whole.astype(np.int64)
    a, b = uniform(salted, index), uniform(salted, index + 1)
    fade = x * x * x * (x * (x * 6.0 - 15.0) + 10.0)
    return 2.0 * (a + (b - a) * fade) - 1.0


def held(salted: int, phase: Array) -> Array:
    """Return values in 0..1 that change where ``phase`` passes a whole number."""
    return uniform(salted, np.floor(np.asarray(phase, dtype=np.float64)).astype(np.int64))
