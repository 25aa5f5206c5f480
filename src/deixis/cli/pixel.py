"""Pixel prompts: learned once on one model, used on many (TVP, arXiv 2404.11207).

  deixis pixel tasks                                              what a prompt can be learned for
  deixis train pixel --set task.task=clevr_counts --set task.data=DIR --out RUN
  deixis pixel show RUN/model                                     its card, and how it looks
  deixis pixel transfer RUN/model --model MODEL --benchmark clevr_counts --data DIR --out OUT
  deixis pixel import checkpoint_best.pth --out FRAME             one of TVP's release
  deixis pixel export RUN/model --out DIR                         PNG, and what 8 bits cost
  deixis pixel matrix --task cifar10 --data DIR --model ONE --model OTHER --out OUT
  deixis pixel apart --task cifar10 --data DIR --model ONE --model OTHER --out OUT
  deixis pixel rivals --task cifar10 --data DIR --out OUT         against words, soft words, LoRA
  deixis ask cubes.png "How many?" --model nano --pixel RUN/model

Every part has its own --help, and --json.
"""

import argparse
import json
import shlex
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.cli import pixel_learning
from deixis.cli.parsers import add_part, placing_words
from deixis.cli.pixel_learning import options_typed, print_transfer
from deixis.cli.pixel_options import add_matrix, add_rivals, add_transfer
from deixis.cli.terminal import table
from deixis.core.errors import UsageError
from deixis.core.files import make_folder, write_bytes

if TYPE_CHECKING:
    from deixis.evals.run import Reached
    from deixis.pixel.saved import SavedPrompt
    from deixis.pixel.transfer import Transfer

SHOWN_SIDE = 480  # pixels of the longer side of a prompt that is drawn, at least
TASKS = "List what a prompt can be learned for; each is a task of `deixis train pixel` too."
SHOW = "Print a prompt's card: where it was learned, what it expects and brings. --out draws it."
EXPORT = """\
Write a prompt as PNG files, for those who can only send pictures, and tell what rounding costs.

A frame is opaque where its pixels take the picture's place; lay it over the picture that was cut to
its inside. What is added to a picture (border, full, fixed_patch) is written as grey 128 and above
or below, halved. The file is read back: what it loses is written into the card, too.
"""
IMPORT = """\
Make a prompt of the file that TVP's release saves (checkpoint_best.pth), number by number.

  deixis pixel import checkpoint_best.pth --out frame
  deixis ask street.jpg "This is a photo of a" --model MODEL --pixel frame

The file is a pickle; nothing that it holds is run. The picture is then placed in the frame as the
release does it: torchvision's Resize and CenterCrop.
"""
TRANSFER = """\
Ask models a benchmark's questions with each prompt and without, and write the matrix of gains.

  deixis pixel transfer runs/a/model runs/b/model --model nano --model MODEL \\
      --benchmark clevr_counts --data DIR --limit 500 --out OUT
  deixis pixel transfer FRAME --mode 8bit --model openai:NAME@URL --benchmark cifar10 --data DIR …

Intervals are paired and clustered by picture. Answers are kept in --out: the same command goes on
where it was. --keep writes the gains into the prompts' cards.
"""
MATRIX = """\
Learn prompts of several kinds on each model, and see what each brings to every other: no prompt, an
untrained frame, VP, EVP, TVP without one loss, whole, and on two or three models together. A report
in a folder of its own says which of TVP's claims held. Runs are kept in --out and go on where they
were; --jobs N learns and asks in N processes, each on one thread.
"""

APART = """\
Learn prompts on each of two models that share no training data, and see what each brings to the
other: the matrix of `pixel matrix` on these two, of EVP and TVP unless --variant says others. Which
models they are is yours to know; `deixis lab apart` trains two that share none.
"""

RIVALS = """\
Teach a model the same examples in other ways, and see what each brings and costs: the best of some
wordings of the question (--words), a frame of pixels, soft words (vectors learned in the place of a
few words before the question: prompt tuning), LoRA adapters (pip install 'deixis[tune]').
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis pixel` takes these arguments."""
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    add_part(parts, "tasks", "what can be learned", TASKS).set_defaults(do=_tasks)
    show = add_part(parts, "show", "a prompt's card", SHOW)
    show.add_argument("prompt", type=Path, metavar="PROMPT", help="the prompt's folder")
    show.add_argument("-o", "--out", type=Path, metavar="FILE", help="write a PNG of it on grey")
    show.set_defaults(do=_show)
    fetched = add_part(parts, "import", "a frame of TVP's release", IMPORT)
    fetched.add_argument(
        "file", type=Path, metavar="FILE", help="the release's checkpoint_best.pth"
    )
    fetched.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    fetched.add_argument("--name", metavar="NAME", help="which tensor, where there are several")
    fetched.set_defaults(do=_import)
    export = add_part(parts, "export", "PNG files of a prompt", EXPORT)
    export.add_argument("prompt", type=Path, metavar="PROMPT", help="the prompt's folder")
    export.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for files")
    export.set_defaults(do=_export, keeps="pixel")
    transfer = add_part(parts, "transfer", "what prompts bring to models", TRANSFER)
    matrix = add_part(parts, "matrix", "kinds of prompts and models", MATRIX)
    apart = add_part(parts, "apart", "models that share no training data", APART)
    rivals = add_part(parts, "rivals", "a prompt against words, soft words, LoRA", RIVALS)
    for part, add, do in (
        (transfer, add_transfer, _transfer),
        (matrix, add_matrix, pixel_learning.matrix),
        (apart, add_matrix, pixel_learning.apart),
        (rivals, add_rivals, pixel_learning.rivals),
    ):
        add(part)
        part.set_defaults(do=do, keeps="pixel")


def run(arguments: argparse.Namespace) -> None:
    """The chosen part runs."""
    arguments.do(arguments)


def _tasks(arguments: argparse.Namespace) -> None:
    from deixis.data.tasks import tasks

    found = {name: tasks.get(name).about for name in tasks.names()}
    if arguments.json:
        print(json.dumps({name: asdict(about) for name, about in found.items()}))
        return
    rows = [(name, one.answers, one.asks) for name, one in found.items()]
    print(table(("task", "answered by", "asks"), rows))


def _show(arguments: argparse.Namespace) -> None:
    from deixis.core.image import Image
    from deixis.pixel.card import contract, page
    from deixis.pixel.export import shown
    from deixis.pixel.prompts import kind_of
    from deixis.pixel.saved import load_prompt

    saved = load_prompt(arguments.prompt)
    if arguments.out is not None:
        pixels = shown(saved.prompt).byte().permute(1, 2, 0).numpy()
        times = -(-SHOWN_SIDE // max(pixels.shape))  # pixel by pixel, to be looked at
        pixels = pixels.repeat(times, axis=0).repeat(times, axis=1)
        make_folder(arguments.out.parent)
        write_bytes(arguments.out, Image(pixels=pixels).png())
    if arguments.json:
        record = {
            "kind": kind_of(saved.prompt),
            "layout": saved.prompt.layout.record,
            "numbers": saved.prompt.num_trained,
            "digest": saved.prompt.digest,
            "contract": contract(saved.prompt),
            "card": asdict(saved.card),
        }
        print(json.dumps(record, ensure_ascii=False))
        return
    print(page(saved.prompt, saved.card))
    if arguments.out is not None:
        print(arguments.out)


def _import(arguments: argparse.Namespace) -> None:
    from deixis.pixel.imported import imported
    from deixis.pixel.saved import save_prompt

    found = imported(arguments.file, name=arguments.name)
    if arguments.out.exists():
        raise UsageError(f"{arguments.out} is there already; name a folder that is not")
    save_prompt(found.prompt, found.card, arguments.out)
    layout = found.prompt.layout
    if arguments.json:
        record = {"folder": str(arguments.out), "layout": layout.record}
        print(json.dumps({**record, "numbers": found.prompt.num_trained}))
        return
    print(
        f"A frame of {layout.width} pixels in {layout.side}, {found.prompt.num_trained:,} numbers: "
        f"{arguments.out}"
    )


def _export(arguments: argparse.Namespace) -> None:
    from deixis.pixel.card import told_of
    from deixis.pixel.export import export, exported, quantised
    from deixis.pixel.saved import folder_of, load_prompt, save_prompt

    saved = load_prompt(arguments.prompt)
    files = export(saved.prompt, arguments.out)
    cost, lost = quantised(saved.prompt), exported(saved.prompt, files[0])
    card = replace(saved.card, quantised=cost, exported=lost)
    save_prompt(saved.prompt, card, folder_of(arguments.prompt))
    if arguments.json:
        record = {"quantised": asdict(cost), "exported": asdict(lost)}
        print(json.dumps({"files": [str(file) for file in files], **record}))
        return
    for file in files:
        print(file)
    print(f"{100 * cost.outside:.1f} % of its pixels are cut to 0..255")
    print(f"{cost.error:.2f} of 255 is the mean difference of a pixel that it touches")
    print(told_of(lost))


def _transfer(arguments: argparse.Namespace) -> None:
    from deixis.ask.loading import load
    from deixis.evals.benchmarks import Options
    from deixis.evals.run import RunSettings
    from deixis.pixel.saved import folder_of, load_prompt
    from deixis.pixel.transfer import TransferSettings, transfer
    from deixis.pixel.transfer_page import write_transfer

    saved = {_name(path): load_prompt(path) for path in arguments.prompts}
    if len(saved) < len(arguments.prompts):
        raise UsageError("two of the prompts have one name; rename a folder")
    loading = {} if arguments.batch_size is None else {"batch_size": arguments.batch_size}
    settings = TransferSettings(
        benchmark=arguments.benchmark,
        options=Options(
            data=arguments.data, split=arguments.split, corruption=arguments.corruption
        ),
        run=RunSettings(limit=arguments.limit, seed=arguments.seed),
        mode=arguments.mode,
    )
    models = {
        name: partial(load, name, **({} if name.startswith("openai:") else loading))
        for name in arguments.model
    }
    found = transfer(saved, models, settings, arguments.out, tell=_telling())
    write_transfer(found, arguments.out, command=_command(arguments))
    if arguments.keep:
        for path, (name, one) in zip(arguments.prompts, saved.items(), strict=True):
            _keep(found, name, one, folder_of(path))
    print_transfer(found, arguments.out, as_json=arguments.json)


def _keep(found: "Transfer", name: str, saved: "SavedPrompt", folder: Path) -> None:
    """The gains are written into the prompt's card, replacing older ones on the same questions."""
    from deixis.pixel.saved import save_prompt

    gains = {one.what: one for one in saved.card.gains}
    gains |= {
        cell.gain.what: cell.gain
        for cell in found.cells
        if cell.prompt == name and cell.gain is not None
    }
    save_prompt(saved.prompt, replace(saved.card, gains=tuple(gains.values())), folder)


def _name(path: Path) -> str:
    """In the matrix a prompt is called after its folder, or its run."""
    from deixis.pixel.saved import folder_of

    folder = folder_of(path)
    return folder.resolve().parent.name if folder.name == "model" else folder.name


def _command(arguments: argparse.Namespace) -> str:
    words = ["deixis", "pixel", "transfer", *map(str, arguments.prompts)]
    asked = ("model", "benchmark", "data", "split", "corruption", "limit", "seed", "mode", "out")
    return shlex.join([*words, *options_typed(arguments, *asked), *placing_words(arguments)])


def _telling() -> "Callable[[str, Reached], None]":
    from deixis.cli.terminal import TerminalReporter
    from deixis.core.progress import Progress

    reporter = TerminalReporter()
    begun: dict[str, float] = {}

    def tell(label: str, reached: "Reached") -> None:
        if label not in begun:
            begun[label] = time.monotonic() - reached.seconds
            reporter.say(label)
        rate = reached.done / max(time.monotonic() - begun[label], 1e-9)
        reporter.advance(
            Progress(
                step=reached.done,
                steps=reached.total,
                steps_per_second=rate,
                seconds_left=(reached.total - reached.done) / rate,
                numbers={"asked": reached.num_asked},
            )
        )

    return tell
