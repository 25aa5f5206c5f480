"""Writes the table of dialects into its page: python docs/dialects_table.py."""

import html
from pathlib import Path

from deixis.coordinates import dialects
from deixis.core import region as make
from deixis.core.size import Size

PAGE = Path(__file__).with_name("coordinates.md")
BEGIN = "<!-- dialects: made by python docs/dialects_table.py -->\n"
END = "<!-- end -->\n"
HEADER = ("dialect", "numbers are", "this cup is written", "trap", "whose")
SIZE = Size(width=1280, height=720)
CUP = make.box(412, 300, 520, 411, label="cup")
# whose it is, what the numbers count, and what goes wrong
ABOUT = {
    "agentcpm_gui": (
        "AgentCPM-GUI",
        "0-1000 of the picture",
        "`duration` is no place, a list under `to` is",
    ),
    "anthropic_computer": (
        "Claude's computer tool",
        "pixels of the screenshot",
        "a screenshot beyond the model's limits is shrunk first, and so are the numbers",
    ),
    "claude": (
        "Claude",
        "pixels after its own resize",
        "its edge and its 28-pixel patches; never 0-1000",
    ),
    "deepseek_vl2": ("DeepSeek-VL2", "0-999 of the picture", "999 is the border, not 1000"),
    "florence2": (
        "Florence-2",
        "the middles of bins 0-999",
        "8 locations are two boxes or one outline; the label stands before",
    ),
    "gemini": (
        "Gemini 2 to 3.7",
        "0-1000 of the picture, **y first**",
        "outlines under `mask` are x first; PNG masks are stretched over their box",
    ),
    "gemini_computer": ("Gemini's computer use", "0-1000 of the picture", "named, in either order"),
    "glm_v": (
        "GLM-4.1V to 4.6V",
        "0-1000 of the picture",
        "the box tokens stand around any answer",
    ),
    "holo": (
        "Holo1, Holo1.5",
        "pixels after smart resize",
        'Holo2 and later: 0-1000, `space="thousandths"`',
    ),
    "internvl": (
        "InternVL 1.2 to 3.5",
        "0-1000 of the picture",
        "as an agent it writes shares of 1: `pyautogui.click(x=0.2346, y=0.381)`",
    ),
    "kimi_vl": ("Kimi-VL, Kimi K2.5", "0-1 of the picture", "fractions, also in its calls"),
    "kosmos2": (
        "Kosmos-2",
        "cells of a 32 x 32 grid",
        "a box within one row or column of cells is read as whole cells",
    ),
    "locate_anything": (
        "LocateAnything-3B",
        "0-1000 of the picture",
        "one label holds for all boxes after it",
    ),
    "minicpm_v": (
        "MiniCPM-V",
        "0-1000 of the picture",
        "a decoder that drops its tags leaves bare numbers",
    ),
    "molmo": ("Molmo", "percent, one decimal", "percent, not thousandths; points only"),
    "molmo2": (
        "Molmo 2",
        "0-1000 of the picture",
        "the first number is the picture's, then each point's own",
    ),
    "molmo_point": (
        "MolmoPoint",
        "vision tokens of the picture",
        "needs the picture's size as sent; lost where a server skips special tokens",
    ),
    "moondream": ("Moondream", "0-1 of the picture", "an object per place"),
    "openai_computer": (
        "OpenAI's computer tool",
        "pixels of the screenshot",
        "`scroll_x` and `scroll_y` are no places",
    ),
    "opencua": (
        "OpenCUA 7B to 72B",
        "pixels after smart resize",
        "its small models write fractions: `kimi_vl`",
    ),
    "padded_unit": (
        "LLaVA-1.5, Shikra",
        "0-1 of the picture padded to a square",
        "the picture is centred, so both axes shift and scale",
    ),
    "paligemma": (
        "PaliGemma",
        "0-1023 of the picture, **y first**",
        "`/1023` as its makers have it (others write `/1024`)",
    ),
    "permille": (
        "many, when asked",
        "0-1000 of the picture",
        "shares the numbers with Qwen3-VL, not the words",
    ),
    "pixels": (
        "GPT-5.2 and later, many",
        "pixels of the picture as sent",
        "a server that shrinks pictures shrinks the numbers: `resize=`",
    ),
    "qwen2_5_vl": (
        "Qwen2.5-VL",
        "pixels after smart resize",
        "needs the server's real `min_pixels` and `max_pixels`",
    ),
    "qwen2_vl": ("Qwen2-VL", "0-1000 of the picture", "two pairs are one box, not two points"),
    "qwen3_vl": (
        "Qwen3-VL, Qwen3.5 and later",
        "0-1000 of the picture",
        "looks like Qwen2.5-VL, is not",
    ),
    "rex_omni": (
        "Rex-Omni",
        "0-999 of the picture",
        "2 numbers are a point, 4 a box, more an outline",
    ),
    "seed": (
        "Seed1.5-VL, Doubao",
        "0-1000 of the picture",
        "thousandths also where they look like pixels",
    ),
    "ui_tars": (
        "UI-TARS 1.0",
        "0-1000 of the picture",
        "UI-TARS 1.5 looks the same and counts pixels",
    ),
    "ui_tars_1_5": (
        "UI-TARS 1.5",
        "pixels after smart resize",
        "at least 78,400 pixels: small pictures grow",
    ),
    "unit": (
        "GPT-5, GPT-5.1, many",
        "0-1 of the picture",
        "not padded; LLaVA-1.5 is `padded_unit`",
    ),
}


def table() -> str:
    """Each dialect is a row of Markdown."""
    lines = [HEADER, ("---",) * len(HEADER), *map(_cells, dialects.names())]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def with_table(page: str) -> str:
    """The page with the table as the dialects are now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


def _cells(name: str) -> tuple[str, ...]:
    whose, numbers, trap = ABOUT[name]
    said = html.escape(dialects.get(name)().say([CUP], SIZE), quote=False).replace("|", "&#124;")
    return (f"`{name}`", numbers, f"<code>{said}</code>", trap, whose)


def main() -> None:
    """The page is written anew."""
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
