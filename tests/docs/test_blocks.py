"""Every fenced block of every page is run, with small things where the page's are large.

`python` runs as it stands; `py` needs things that the page speaks of, and `sh` and `console` are
typed: both find them beside them (`stand_ins.py`). JSON and TOML are read.
"""

import json
import re
import shlex
import tomllib
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

import deixis as dx
from deixis.cli.main import main, parser
from deixis.testing import serve
from docs.site.pages import ROOT
from tests.docs.blocks import SHELL, all_blocks, commands
from tests.docs.stand_ins import furnish, stand_in

BLOCKS = all_blocks()
CODE = ("py", *SHELL)
TYPED = sorted({block.page for block in BLOCKS if block.language in CODE})
# pages whose commands train, or ask hundreds of questions
LONG = {"evals", "knowledge", "pixel", "priors", "train"}
ONCE = ["--set", "num_workers=0", "--set", "precision=fp32"]
STEPS = ("steps=1", "batch_size=2", "num_workers=0", "precision=fp32")
STEP = ["--steps", "1", *ONCE, "--set", "batch_size=2"]
TINY_SIDES = ["--set", "task.tower=parts/clip", "--set", "task.language=parts/llama"]
FEW = [word for name in ("said", "dimmed", "cropped") for word in ("--encoding", name)]
# further words that make a command's work small; the longest beginning counts
SMALLER = {
    "train": STEP,
    "train nano_encoder": [*STEP, "--set", "task.art=small"],
    "train things_tower": [*STEP, "--set", "task.art=small"],
    "train things_look_alikes": [*STEP, "--set", "task.art=small"],
    "train vip_llava_align": [
        *STEP,
        *TINY_SIDES,
        "--set",
        "task.layers=-2,-3,1",
        "--set",
        "task.dtype=float32",
    ],
    "train vip_llava_instruct": [*STEP, "--set", "task.dtype=float32"],
    # a CPU without bf16 would choose fp32, which weights of fewer bits refuse
    "train vip_llava_lora --memory": [
        *("--set", "task.model=tiny:vipllava"),
        *("--set", "precision=bf16"),
    ],
    "train vip_llava_instruct --memory": ["--set", "task.model=tiny:vipllava"],
    "train --config": ["--steps", "2"],
    "eval run": ["--limit", "2"],
    "eval run scenes_naming": ["--limit", "2", "--pictures", "6"],
    "eval search-style": ["--budget", "24", "--pictures", "12", *FEW],
    "prior rank scenes": ["--per-entity", "1"],
    "prior report scenes": ["--per-entity", "1"],
    "prior probe scenes": ["--per-entity", "4"],
    "prior probe --unfrozen": [word for one in STEPS for word in ("--set-encoder", one)],
    "prior repair": [
        *("--kind", "naming"),
        *(word for of in ("encoder", "answers") for one in STEPS for word in (f"--set-{of}", one)),
    ],
    "pixel transfer": ["--limit", "2"],
    "lab card": ["--num", "1", "--art", "small", "--split", "novel_names"],
    "lab tower": ["--art", "small", "--sides", "64"],
    "probe": ["--budget", "2", "--marks-budget", "0"],
    "lab report": ["--num", "2"],
}
# what is not run, but read by the command's own parser, and why
NOT_RUN = {
    "lab art": "it fetches 30 MB and draws for minutes; lab/tests/things has an npm of its own",
    "lab study": "it trains a dozen models; tests of the laboratory train two tiny ones",
    "lab prior": "it trains several models from three seeds; as above",
    "serve": "it serves until it is stopped; tests/serve has servers of its own",
    "mcp": "it serves until its client leaves; tests/mcp has clients of its own",
    "point": "it waits for a person; tests/studio has one in a browser",
    "studio": "it runs until it is stopped; tests/studio has studios of its own",
    "pip install": "it would change the environment that the tests run in; `make release` does it",
    "python benchmarks": "it measures for minutes; `make benchmarks` does it",
    "python docs": "it writes into the repository; a test holds that what it would write is there",
    "make": "the tests would call themselves; that the target is there is held",
}


def ids(items):
    return [str(item) for item in items]


@pytest.fixture
def place(tmp_path, monkeypatch, request):
    page = request.getfixturevalue("page") if "page" in request.fixturenames else ""
    furnish(tmp_path, page)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def server():
    """A server that grades, and says so to everything."""

    def answer(body):
        return found.fail(500) if body["model"] == "failing" else "0.7"

    with serve(answer=answer) as found:
        yield found


def here(text, server):
    """The text with the names that stand for others, and servers at the address of ours."""
    text = stand_in(text).replace("http://localhost:8000/v1", server.url)
    return text.replace("openai:gpt-4o", f"openai:gpt-4o@{server.url}")


def test_each_language_is_one_that_is_run_or_read():
    known = {"python", *CODE, "json", "toml", "text", ""}
    assert {block.language for block in BLOCKS} <= known
    # trees, which another test holds
    assert all(b.text.startswith("src/deixis/\n") for b in BLOCKS if not b.language)


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "python"], ids=str)
def test_python_runs_as_it_stands(block, place):
    exec(compile(block.text, str(block), "exec"), {})  # our own pages


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language in ("json", "toml")], ids=str)
def test_json_and_toml_are_read(block):
    assert (json.loads if block.language == "json" else tomllib.loads)(block.text)


@pytest.mark.parametrize("page", [page for page in TYPED if page not in LONG])
def test_what_a_page_types_works(page, place, server, capsys, monkeypatch):
    type_page(page, place, server, capsys, monkeypatch, but="deixis lab")


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # Ray's own
@pytest.mark.parametrize("page", [page for page in TYPED if page in LONG])
def test_what_a_long_page_types_works(page, place, server, capsys, monkeypatch):
    type_page(page, place, server, capsys, monkeypatch)


@pytest.mark.long
@pytest.mark.parametrize("page", [page for page in TYPED if page not in LONG])
def test_what_a_page_types_of_the_laboratory_works(page, place, server, capsys):
    for block in BLOCKS:
        if block.page == page and block.language in SHELL:
            for command in commands(block):
                if command.words[:2] == ("deixis", "lab"):
                    typed(command, server, capsys)


def type_page(page, place, server, capsys, monkeypatch, *, but=None):
    """Type a page's blocks in their order, in one folder; `but` those that begin so."""
    for block in BLOCKS:
        if block.page == page and block.language in SHELL:
            for command in commands(block):
                if but is None or not shlex.join(command.words).startswith(but):
                    typed(command, server, capsys)
        elif block.page == page and block.language == "py":
            names = NAMESPACES.get(page, lambda *_: {})(place, server, monkeypatch)
            with (
                names if isinstance(names, AbstractContextManager) else nullcontext(names) as names
            ):
                exec(compile(here(block.text, server), str(block), "exec"), names)  # our own pages


def typed(command, server, capsys):
    reason = [
        one for one in NOT_RUN if shlex.join(command.words).startswith((one, f"deixis {one}"))
    ]
    if reason:
        read(command.words)
        return
    program, *words = (here(word, server) for word in command.words if word != "…")
    assert program == "deixis", command
    if words[-1] in ("--version", "--help"):
        with pytest.raises(SystemExit, match="0"):
            main(words)
        return
    words = [found(word) for word in words]
    begins = [one for one in SMALLER if " ".join(words).startswith(one)]
    more = SMALLER[max(begins, key=len)] if begins else []
    capsys.readouterr()
    code = main([*words, *more])
    told = capsys.readouterr()
    assert code == 0, f"{command}\n{told.err}"
    assert all(line in told.out for line in command.prints), told.out
    assert told.out.strip() or told.err.strip()


def read(words):
    """Read what is not run, as far as its own program would."""
    program, *rest = words
    if program == "deixis":
        parser(rest[0]).parse_args(rest)
    elif program == "make":
        targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert all(word in targets for word in rest if "=" not in word)
    elif program == "python":
        assert (ROOT / rest[0]).is_file()
    else:
        assert program == "pip"


def found(word):
    """A run's folder, whose name a page leaves open: the first and the second that are there."""
    for number, name in enumerate(("RUN", "OTHER")):
        if word.endswith(f"/{name}"):
            folders = sorted(path for path in Path(word).parent.glob("*--*") if path.is_dir())
            return str(folders[number])
    return word


def _of_images(place, server, monkeypatch):
    data = (place / "street.jpg").read_bytes()
    # what a public host would send
    monkeypatch.setattr(
        "deixis.core.images.fetch_bytes", lambda url, _: SimpleNamespace(data=data, url=url)
    )
    return {"data": data}


def _of_data(place, server, monkeypatch):
    (block,) = (b for b in BLOCKS if b.page == "data" and '"parts"' in b.text)
    (place / "mixture.json").write_text(block.text)
    return {"Path": Path}


def _of_knowledge(place, server, monkeypatch):
    return {"images": [dx.open_image("street.jpg")]}


def _of_remote(place, server, monkeypatch):
    from deixis.core.errors import RemoteError
    from deixis.remote.model import from_name

    question = dx.Question(pictures=(dx.open_image("street.jpg"),), text="What is this?")
    model = from_name(f"openai:failing@{server.url}", dialect="qwen3_vl", retries=0)
    return {
        "model": model,
        "question": question,
        "questions": [question],
        "RemoteError": RemoteError,
    }


@contextmanager
def _of_serve(place, server, monkeypatch):
    import openai

    from tests.serve.running import running, upstream
    from tests.serve.test_chat import BOX, URL

    client = openai.OpenAI
    with running(upstream(server, name="nano")) as house:
        monkeypatch.setattr(openai, "OpenAI", lambda **_: client(base_url=house.base, api_key="-"))
        yield {"url": URL, "cup": BOX}


def _of_train(place, server, monkeypatch):
    from deixis.train.config import RunConfig
    from deixis.train.recipe import NoOptions, Recipe

    return {
        "Recipe": Recipe,
        "RunConfig": RunConfig,
        "MyOptions": NoOptions,
        "MyTask": lambda options: options,
    }


def _of_studio(place, server, monkeypatch):
    """A person draws a box at once."""
    monkeypatch.setattr(dx, "point_on", lambda *_, **__: {"box1": dx.box(110, 195, 245, 330)})
    return {}


NAMESPACES = {
    "images": _of_images,
    "data": _of_data,
    "knowledge": _of_knowledge,
    "remote": _of_remote,
    "serve": _of_serve,
    "studio": _of_studio,
    "train": _of_train,
}
