"""Chat templates in the manner of the published ones, written from a few words per family."""

import json

_CONTENT = (
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}{{ image }}"
    "{% elif part['type'] == 'text' %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endif %}"
)


def chat_template(
    *,
    image: str,
    before: dict[str, str],
    after: dict[str, str],
    answer: str,
    start: str = "",
) -> str:
    """Jinja that writes what stands around each role's message; `answer` opens a reply."""
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
    """The `<|im_start|>role` turns of Qwen and of those who build on it."""
    roles = ("system", "user", "assistant")
    return chat_template(
        image=image,
        before={role: f"<|im_start|>{role}\n" for role in roles},
        after=dict.fromkeys(roles, "<|im_end|>\n"),
        answer="<|im_start|>assistant\n",
    )


def inst(*, image: str, start: str = "<s>") -> str:
    """The `[INST]` turns of Mistral."""
    return chat_template(
        image=image,
        before={"system": "[SYSTEM_PROMPT]", "user": "[INST]", "assistant": ""},
        after={"system": "[/SYSTEM_PROMPT]", "user": "[/INST]", "assistant": "</s>"},
        answer="",
        start=start,
    )
