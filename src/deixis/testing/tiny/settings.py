"""Settings that several families share: sizes of both sides, and chat templates.

The templates are written, in the manner of the published ones, from a few words a family.
"""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

Settings: TypeAlias = dict[str, Any]  # Any: keyword arguments of transformers' configurations

ROLES = ("system", "user", "assistant")
_CONTENT = (
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}{{ image }}"
    "{% elif part['type'] == 'text' %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endif %}"
)


def vision_sizes(
    *, hidden: int, heads: int, inner: int, image: int, patch: int, layers: int = 2, **more: Any
) -> Settings:
    """A CLIP-like encoder cuts a square picture in square patches; `more` is taken as it is."""
    return {
        "hidden_size": hidden,
        "num_attention_heads": heads,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "image_size": image,
        "patch_size": patch,
        **more,
    }


def text_sizes(
    tokenizer: Any, *, hidden: int, heads: int, inner: int, groups: int | None = None, **more: Any
) -> Settings:
    """A decoder of two layers speaks with that tokenizer; `groups` are its key-value heads."""
    sizes = {
        "vocab_size": len(tokenizer),
        "hidden_size": hidden,
        "num_attention_heads": heads,
        "num_hidden_layers": 2,
        "max_position_embeddings": 4096,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "tie_word_embeddings": False,
        "intermediate_size": inner,
    }
    return (sizes if groups is None else sizes | {"num_key_value_heads": groups}) | more


def square(side: int) -> dict[str, int]:
    """A square is told to processors by its height and width."""
    return {"height": side, "width": side}


def chat_template(
    *,
    image: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
    answer: str,
    start: str = "",
) -> str:
    """Jinja writes what stands around each role's message; `answer` opens a reply."""
    sets = "".join(
        f"{{% set {name} = {json.dumps(value)} %}}"
        for name, value in (("image", image), ("before", before), ("after", after))
    )
    return (
        f"{sets}{{{{ {json.dumps(start)} }}}}"
        "{% for message in messages %}{{ before[message['role']] }}"
        f"{_CONTENT}{{{{ after[message['role']] }}}}"
        "{% endfor %}"
        f"{{% if add_generation_prompt %}}{{{{ {json.dumps(answer)} }}}}{{% endif %}}"
    )


def im_start(*, image: str) -> str:
    """Qwen and those who build on it open turns with `<|im_start|>role`."""
    return chat_template(
        image=image,
        before={role: f"<|im_start|>{role}\n" for role in ROLES},
        after=dict.fromkeys(ROLES, "<|im_end|>\n"),
        answer="<|im_start|>assistant\n",
    )


def inst(*, image: str, start: str = "<s>") -> str:
    """Mistral puts a question between `[INST]` and `[/INST]`."""
    return chat_template(
        image=image,
        before={"system": "[SYSTEM_PROMPT]", "user": "[INST]", "assistant": ""},
        after={"system": "[/SYSTEM_PROMPT]", "user": "[/INST]", "assistant": "</s>"},
        answer="",
        start=start,
    )
