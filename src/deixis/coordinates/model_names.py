"""Names of models, as servers and hubs write them, are matched by exact patterns.

A pattern is a name; `{a,b,}` stands for one of what it lists, `<date>`, `<quant>`, `<gguf>` and
`<tag>` for the endings that hubs and servers hang on names (see `ENDINGS`). `OWNER/NAME` also
matches NAME alone, as servers call what they hold, and copies by `PUBLISHERS` where the pattern
allows quantised weights. Letters' case does not matter. Nothing is matched by a part of a name.
"""

import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath, PureWindowsPath

from deixis.core.errors import UnknownNameError, UsageError

LONGEST_NAME = 300  # letters of a name that is looked at
MOST_NAMES = 4000  # that one pattern may stand for
# endings: their form, and examples that stand for them in lists and tests
ENDINGS: dict[str, tuple[str, tuple[str, ...]]] = {
    # of dated versions: -20251101, @20251101, -2025-08-07, -250815, -04-17, -09-2025
    "date": (
        r"(?:[-@]20[0-9]{6}|-20[0-9]{2}-[0-9]{2}-[0-9]{2}|-2[0-9]{5}|-[0-9]{2}-(?:20)?[0-9]{2})",
        ("-20251101", "-2025-08-07", "-250815"),
    ),
    # of quantised weights on hubs
    "quant": (
        r"(?:-(?:AWQ|GPTQ(?:-Int[348])?|FP8(?:-dynamic|-block)?|NVFP4|MXFP[48]|Int[48]|W4A16|W8A8"
        r"|(?:unsloth-)?bnb-4bit|[34568]bit|BF16|FP16|MLX))+",
        ("-AWQ", "-FP8", "-4bit"),
    ),
    # of GGUF files and their repositories: -GGUF, -GGUF:Q4_K_M, -Q4_K_M, :Q8_0
    "gguf": (
        r"(?:-GGUF(?::(?:UD-)?(?:I?Q[1-8](?:_[0-9A-Z]+)*|F16|BF16|F32))?"
        r"|[-.:](?:UD-)?(?:I?Q[1-8](?:_[0-9A-Z]+)*|F16|F32))",
        ("-GGUF", "-Q4_K_M", "-GGUF:Q8_0"),
    ),
    # of Ollama's library: :latest, :7b, :8b-instruct-q4_K_M, :235b-cloud
    "tag": (
        r":(?:latest|cloud|[0-9.]+[bm](?:-a[0-9.]+b)?(?:-(?:instruct|thinking|it|qat|cloud|mlx"
        r"|v[0-9.]+|bf16|fp16|nvfp4|mxfp[48]|i?q[1-8](?:_[0-9a-z]+)*))*)",
        (":latest", ":7b", ":8b-instruct-q4_K_M"),
    ),
}
# who publishes quantised copies of others' weights, unchanged but for the rounding
PUBLISHERS = (
    "unsloth",
    "bartowski",
    "ggml-org",
    "lmstudio-community",
    "mlx-community",
    "RedHatAI",
    "neuralmagic",
    "nvidia",
    "cyankiwi",
    "QuantTrio",
    "mradermacher",
)
# what routers write before a name
ROUTERS = (
    "openrouter/",
    "litellm_proxy/",
    "hosted_vllm/",
    "lm_studio/",
    "ollama/",
    "ollama_chat/",
    "vertex_ai/",
    "gemini/",
    "bedrock/",
    "dashscope/",
    "volcengine/",
    "deepinfra/",
    "fireworks_ai/",
    "together_ai/",
    "azure/",
    "models/",
    "publishers/google/models/",
    "accounts/fireworks/models/",
    "hf.co/",
    "huggingface.co/",
)
# what OpenRouter writes behind one
ROUTES = re.compile(r":(?:free|nitro|floor|online|exacto|extended|thinking)$")
PIECE = re.compile(r"\{([^{}]*)\}|<([a-z]+)>|[^{}<>]+")


@cache
def matcher(pattern: str) -> re.Pattern[str]:
    """A pattern becomes the expression that whole names are held against."""
    owner, slash, name = pattern.rpartition("/")
    if not slash:
        return re.compile(_expression(name), flags=re.IGNORECASE)
    copies = PUBLISHERS if "<quant>" in name or "<gguf>" in name else ()
    owners = "|".join([_expression(owner), *map(re.escape, copies)])
    return re.compile(f"(?:(?:{owners})/)?{_expression(name)}", flags=re.IGNORECASE)


def is_named(name: str, pattern: str) -> bool:
    """Whether a whole name is one of a pattern's. Most are none by how they begin, and of those no
    expression is made, which costs a millisecond.
    """
    begins = name.rpartition("/")[2].casefold().startswith(_beginnings(pattern))
    return begins and matcher(pattern).fullmatch(name) is not None


@cache
def _beginnings(pattern: str) -> tuple[str, ...]:
    """Each name of the pattern, without its owner, begins with one of these letters."""
    first = _pieces(pattern.rpartition("/")[2])[0]
    return tuple(text.partition("<")[0].casefold() for text in first)


@cache
def names_of(pattern: str) -> tuple[str, ...]:
    """All names that a pattern stands for, with an example or two for each open ending."""
    choices = [[one for text in piece for one in _examples(text)] for piece in _pieces(pattern)]
    names = tuple(itertools.islice(itertools.product(*choices), MOST_NAMES + 1))
    if len(names) > MOST_NAMES:
        raise UsageError(f"the pattern {pattern!r} stands for more than {MOST_NAMES} names")
    return tuple("".join(name) for name in names)


def forms(name: str) -> Iterator[str]:
    """A name as it was asked for, then without what routers write around it, then a path's last
    part: what a pattern may match.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        return
    yield name
    bare = name
    for router in ROUTERS:
        bare = bare.removeprefix(router)
    if "/" in bare:
        bare = ROUTES.sub("", bare)
    if bare != name:
        yield bare
    last = _last_part(bare)
    if last and last != bare:
        yield last


def _last_part(name: str) -> str:
    """The file's or folder's own name where this is a path, and no OWNER/NAME."""
    if name.lower().endswith(".gguf"):
        return PureWindowsPath(name).name[: -len(".gguf")]
    if name.startswith(("/", "./", "../", "~")):
        return PurePosixPath(name).name
    return PureWindowsPath(name).name if re.match(r"[A-Za-z]:[\\/]", name) else ""


def _pieces(pattern: str) -> list[list[str]]:
    """The pattern in pieces: each the texts that may stand there, endings in them."""
    found = list(PIECE.finditer(pattern))
    if "".join(piece[0] for piece in found) != pattern:
        raise UsageError(f"a pattern of names has pairs of braces, not nested; got {pattern!r}")
    return [[piece[0]] if piece[1] is None else piece[1].split(",") for piece in found]


def _expression(pattern: str) -> str:
    pieces = ["|".join(map(_text_expression, piece)) for piece in _pieces(pattern)]
    return "".join(f"(?:{piece})" for piece in pieces)


def _text_expression(text: str) -> str:
    parts = re.split("<([a-z]+)>", text)
    return "".join(_ending(part)[0] if i % 2 else re.escape(part) for i, part in enumerate(parts))


def _examples(text: str) -> list[str]:
    """A text as it may be written, its endings by their examples."""
    parts = re.split("<([a-z]+)>", text)
    choices = [_ending(part)[1] if i % 2 else (part,) for i, part in enumerate(parts)]
    return ["".join(chosen) for chosen in itertools.product(*choices)]


def _ending(name: str) -> tuple[str, tuple[str, ...]]:
    if name not in ENDINGS:
        raise UnknownNameError(kind="ending of models' names", name=name, known=ENDINGS)
    return ENDINGS[name]
