"""The chance behind Parseq's ``rand``: David Bau's seedrandom, an RC4 key stream read as 52-bit fractions."""

from __future__ import annotations


class Generator:
    """Draws the numbers that seedrandom draws from a text; ``frame`` and ``value`` remember the last draw."""

    def __init__(self, seed: str) -> None:
        self.frame: int | None = None
        self.value = 0.0
        key = _key(seed)
        self._i = self._j = 0
        self._s = list(range(256))
        j = 0
        for i in range(256):
            t = self._s[i]
            j = (j + key[i % len(key)] + t) & 255
            self._s[i], self._s[j] = self._s[j], t
        self._bytes(256)

    def next(self) -> float:
        """Return the next number from 0 to 1."""
        n, d, x = self._bytes(6), 256**6, 0
        while n < 2**52:
            n, d = (n + x) * 256, d * 256
            x = self._bytes(1)
        while n >= 2**53:
            n, d, x = n / 2, d / 2, x >> 1
        return float((n + x) / d)

    def _bytes(self, count: int) -> int:
        s, result = self._s, 0
        for _ in range(count):
            self._i = (self._i + 1) & 255
            t = s[self._i]
            self._j = (self._j + t) & 255
            s[self._i], s[self._j] = s[self._j], t
            result = result * 256 + s[(s[self._i] + t) & 255]
        return result


def _key(seed: str) -> list[int]:
    key: list[int] = []
    smear = 0
    for at, letter in enumerate(seed):
        old = key[at & 255] if at > 255 else 0
        smear ^= old * 19
        value = (smear + ord(letter)) & 255
        if at > 255:
            key[at & 255] = value
        else:
            key.append(value)
    return key or [0]
