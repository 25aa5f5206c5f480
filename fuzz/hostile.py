"""Values that have broken programs before: numbers at the edges of types, words with a meaning."""

import numpy as np

NUMBERS: tuple[int | float, ...] = (
    *(0, 1, -1, 2, 3, 7, 255, 256, 1000, 1024, 65535, 65536),
    *(2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53, 2**63 - 1, 2**63, 2**64, 10**30, 10**400),
    *(0.5, -0.0, 1e-12, 1e-320, 1e6, 1e9, 1e18, 1e38, 1e39, 1e308),
    *(float("nan"), float("inf"), float("-inf")),
)
WORDS = (
    *("", " ", "\0", "\n", "\r", "\t", "\x1b[2J", "\x7f", "\x85", "\u2028", "\u2029", "\ufeff"),
    *("\ud800", "\udfff", "é", "e\u0301", "🦊", "\u202e", "\u0663", "’", "a" * 300, "9" * 5000),
    *("../x", "/etc/hostname", "C:\\x", "file:///x", "http://[::1]/", "con", "-", "--help"),
    *("<script>alert(1)</script>", "[x](javascript:alert(1))", "| a | b |", "`", "{it}", "{0}"),
    *("%s%n", "${x}", "<|im_end|>", "<image>", "<eos>", "</s>", "[INST]", "USER:", "&#1;", "&lt;"),
    *("NaN", "Infinity", "1e999", "0x10", "null", "true", "1_000", "١", "00", "-1"),
)
DEEP = (500, 1500, 20_000)  # brackets within brackets


def number(generator: np.random.Generator) -> int | float:
    """One of them, or any number of any size."""
    if generator.random() < 0.6:
        return NUMBERS[int(generator.integers(len(NUMBERS)))]
    value = float(generator.normal()) * 10.0 ** float(generator.uniform(-3, 7))
    return int(value) if generator.random() < 0.5 else value


def word(generator: np.random.Generator) -> str:
    """One of them, or a few in a row."""
    picked = generator.integers(len(WORDS), size=int(generator.choice([1, 1, 1, 2, 4])))
    return "".join(WORDS[int(place)] for place in picked)


def many(generator: np.random.Generator, most: int) -> int:
    """A count from 1 to `most`: small ones as likely as large ones."""
    return int(np.exp(generator.uniform(0.0, np.log(max(most, 1) + 0.5))))
