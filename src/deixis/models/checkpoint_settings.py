"""What numbers and names the settings of a checkpoint may have.

Tokenizers are native code that ends the process where it is told to pad to 10¹² tokens, a
configuration of a million layers is built for hours, an attention with a slash in its name is code
of the hub, and peft makes regular expressions of what an adapter says. None of that can be caught
once it has begun, so it is bounded here: far above what any checkpoint has, far below what does
harm. Chat templates are not: they run in a sandbox, but one that loops for ever does.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from deixis.core.errors import ModelError

MOST_DEPTH, MOST_VALUES = 64, 2_000_000
Allowed: TypeAlias = Callable[[Any], bool]  # Any: JSON


def _whole(least: int, most: int) -> Allowed:
    def is_so(value: Any) -> bool:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return not isinstance(value, int) or isinstance(value, bool) or least <= value <= most

    return is_so


def _only_whole(least: int, most: int) -> Allowed:
    within = _whole(least, most)

    def is_so(value: Any) -> bool:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return value is None or (is_number and float(value).is_integer() and within(value))

    return is_so


def _real(least: float, most: float) -> Allowed:
    def is_so(value: Any) -> bool:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return value is None or (is_number and least <= value <= most)

    return is_so


def _is_id(value: Any) -> bool:
    """A token's number; -1 stands for none in some."""
    return value is None or (type(value) is int and -1 <= value < 2**31)


def _is_local(value: Any) -> bool:
    """An attention by its name; one with a slash would be fetched from the hub and run."""
    return not isinstance(value, str) or re.fullmatch(r"[\w.-]*", value) is not None


LAYERS, COUNT, TOKENS, PIXELS = _whole(-4096, 4096), _whole(-1, 2**20), _whole(0, 2**16), 2**26
# by patterns of their names, wherever they stand; what is in a list goes by the list's name
EVERYWHERE: dict[str, Allowed] = {
    r"\w*(layers|depths?|blocks|stages)": LAYERS,
    r"num_(labels|classes|queries|channels)|\w*(heads|experts)": COUNT,
    r"num_\w*tokens|\w*seq_len(gth)?|n_tokens\w*": TOKENS,
    r"_?attn_implementation\w*|experts_implementation": _is_local,
    r"\w*_token_id|image_token_index|video_token_index": _is_id,
}
OF_PICTURES: dict[str, Allowed] = {
    r"(shortest|longest)_edge|(max|min)_pixels|height|width|(crop_)?size": _only_whole(0, PIXELS),
    r"(temporal_|spatial_)?patch_size|merge_size|spatial_merge_size": _only_whole(1, 4096),
    r"resample": lambda value: value is None or (type(value) is int and 0 <= value <= 5),
    r"rescale_factor": _real(0, 1e6),
    r"image_mean": _real(-1e6, 1e6),
    r"image_std": _real(1e-9, 1e6),
}
OF_ANSWERS: dict[str, Allowed] = {
    r"repetition_penalty|temperature|length_penalty|encoder_repetition_penalty": _real(-1e6, 1e6),
    r"num_beams|num_return_sequences|num_beam_groups": _whole(0, 1024),
    r"max_length|min_length|max_new_tokens|min_new_tokens|prompt_lookup_num_tokens": (
        _whole(0, 2**31)
    ),
}
OF_TOKENS: dict[str, Allowed] = {
    r"Fixed|pad_to_multiple_of|max_length|stride": _whole(0, 2**20),
}
RULES: Mapping[str, Mapping[str, Allowed]] = {
    "config.json": EVERYWHERE,
    "processor_config.json": EVERYWHERE | OF_PICTURES,
    "preprocessor_config.json": EVERYWHERE | OF_PICTURES,
    "video_preprocessor_config.json": EVERYWHERE | OF_PICTURES,
    "generation_config.json": EVERYWHERE | OF_ANSWERS,
    "tokenizer.json": OF_TOKENS,
    "adapter_config.json": {},
}
MOST_GROWTH = 4096  # characters that one of a text may become before it is cut into tokens


def check_settings(name: str, file: str, told: Mapping[str, Any]) -> None:
    """ModelError where a setting of that file is none that a checkpoint can have."""
    rules = [(re.compile(pattern), allowed) for pattern, allowed in RULES.get(file, {}).items()]
    growth = 1
    for key, value in _walked(name, file, told):
        if isinstance(value, float) and math.isnan(value):
            raise ModelError(f"{key!r:.80} in {file} of {name!r} is not a number: NaN")
        for pattern, allowed in rules:
            if pattern.fullmatch(key) and not allowed(value):
                raise ModelError(
                    f"{key!r:.80} in {file} of {name!r} is {value!r:.60}, which no checkpoint has"
                )
        if file == "tokenizer.json" and key == "content" and isinstance(value, _Replacement):
            growth *= max(1, len(value))
    if growth > MOST_GROWTH:
        raise ModelError(f"{file} of {name!r} makes {growth} characters of one")


class _Replacement(str):
    """What a tokenizer writes for what it replaces, which may be replaced again."""


def _walked(name: str, file: str, told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """All values that are no dict, list or word of a vocabulary, with the name that is theirs."""
    left: list[tuple[str, Any, int]] = [("", told, 0)]
    seen = 0
    while left:
        key, value, depth = left.pop()
        seen += 1
        if depth > MOST_DEPTH or seen > MOST_VALUES:
            raise ModelError(f"{file} of {name!r} has too many values, or one within another")
        if isinstance(value, dict):
            replaces = value.get("type") == "Replace"
            for inner, one in value.items():
                if file == "tokenizer.json" and inner in ("vocab", "merges", "added_tokens"):
                    continue
                is_text = replaces and inner == "content" and isinstance(one, str)
                left.append((inner, _Replacement(one) if is_text else one, depth + 1))
        elif isinstance(value, list):
            left += [(key, one, depth + 1) for one in value]
        else:
            yield key, value


MODULE = re.compile(r"[\w.*-]{1,200}")
NAMED = ("modules_to_save", "layers_pattern", "target_modules", "exclude_modules")
PATTERNED = ("rank_pattern", "alpha_pattern")
MOST_RANK, MOST_NAMES = 2**14, 10_000
REPEATS = re.compile(r"\)[*+{]|[*+}][*+{]")  # of a group, or of what repeats already


def check_adapter(name: str, told: Mapping[str, Any]) -> None:
    """ModelError where an adapter names modules by anything but names, or by an expression that can
    take for ever; peft tries each on the names of all modules.
    """
    for setting in (*NAMED, *PATTERNED, "target_parameters"):
        value = told.get(setting)
        if value is None:
            continue
        is_expression = setting in ("target_modules", "exclude_modules") and isinstance(value, str)
        if is_expression and _is_tame(value):
            continue
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list | dict) or len(names) > MOST_NAMES:
            raise ModelError(f"{setting} of the adapter {name!r} is no list of names")
        for one in names:
            if not isinstance(one, str) or not (MODULE.fullmatch(one) or _is_tame(one, groups=0)):
                raise ModelError(
                    f"{setting} of the adapter {name!r} has {one!r:.60}; modules are told by their "
                    "names, or by an expression whose groups do not repeat"
                )
    for rank in (told.get("r"), *_values(told.get("rank_pattern"))):
        if rank is not None and not (type(rank) is int and 1 <= rank <= MOST_RANK):
            raise ModelError(f"the rank of the adapter {name!r} is {rank!r:.60}")


def _is_tame(expression: str, *, groups: int = 4) -> bool:
    """Whether a regular expression ends soon on a name: nothing that repeats repeats again, and
    little of it repeats at all.
    """
    repeats = len(re.findall(r"[*+{]", expression))
    choices = sum("|" in part for part in re.split(r"[()]", expression))
    if len(expression) > 2000 or REPEATS.search(expression) or repeats > 4 or choices > groups:
        return False
    try:
        re.compile(expression)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def _values(told: Any) -> list[Any]:  # Any: JSON
    return list(told.values()) if isinstance(told, dict) else []
