"""Ask a model about a picture and regions of it.

  deixis ask street.jpg "What is {cup} standing on?" cup=box:412,300,520,411 --model MODEL
  deixis ask street.jpg "What is {cup}?" cup=arrow:color=red:box:412,300,520,411 --model MODEL
  deixis ask street.jpg "Find the cups." --model MODEL --out cups.png
  deixis ask sign.jpg "Where does the road lead?" --knowledge told --source rapidocr --model MODEL
  deixis ask page.png "What is the total?" --cite --model MODEL
  deixis ask --replay sent.json --model MODEL
  deixis ask --each photos/ --regions coco.json "Describe {it}." --model MODEL --out rows.jsonl

MODEL is a folder or hub id of a transformers checkpoint, "openai:NAME@URL" for a server, "nano" for
the small model inside this package, or "tiny:FAMILY" for random weights. A region may say how it
reaches the model: said (coordinates in the model's own dialect, the default), drawn, tagged,
cropped, dimmed, masked, blurred. --out draws the regions of the answer on the picture. A drawn
mark of which the model can hardly see anything is told; with --strict it is refused before
anything is sent. --knowledge brings what --source finds in the picture to the model: told before
the question, drawn on the picture, or, with the folder of a trained prompt, infused in its tokens.
--pixel shows every picture through a pixel prompt that was learned for a task (`deixis pixel`).
--cite asks for the region that the answer rests on, then asks again about that region alone and
about the picture without it, and says what this tells: three more calls.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deixis.cli._dry_run import check_dry_run, run_dry
from deixis.cli._each import add_each, check_not_each, run_each
from deixis.cli._notes import add_sources, has_source_options, source_options
from deixis.cli._pictures import PICTURE, add_opening, check_out, open_picture, write_picture
from deixis.cli._regions import ENCODED, FORMS, given_regions
from deixis.cli.parsers import add_loading, add_speaking, closed_after, loading_options
from deixis.cli.terminal import say_loading, weights_shown
from deixis.core.errors import ModelError, UsageError

if TYPE_CHECKING:
    from deixis.ask.answer import Answer, Cited
    from deixis.ask.model import Model
    from deixis.ask.sent import Sent
    from deixis.core.image import Image
    from deixis.models.interface import Generation


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis ask` takes these arguments."""
    parser.epilog = f"{FORMS}{ENCODED}"
    parser.add_argument("image", nargs="?", help=PICTURE)
    parser.add_argument("question", nargs="?", help='what to ask: "What is {cup}?"')
    parser.add_argument(
        "regions",
        nargs="*",
        metavar="NAME=[ENCODING[:SETTINGS]:]SHAPE:NUMBERS",
        help="what {NAME} is: box:412,300,520,411 in pixels of the picture, and how it is shown",
    )
    parser.add_argument("--model", required=True, help="the model to ask")
    parser.add_argument("--system", help="a system prompt, for models that take one")
    add_speaking(parser)
    parser.add_argument(
        "--max-new-tokens",
        type=int,
        default=128,
        metavar="N",
        help="limit of the answer (default 128)",
    )
    parser.add_argument("--temperature", type=float, default=0.0, help="0 (default) is greedy")
    parser.add_argument("--seed", type=int, help="makes sampling repeatable")
    parser.add_argument("--knowledge", metavar="FOLDER|told|drawn", help="how notes reach it")
    parser.add_argument("--pixel", type=Path, metavar="FILE", help="a pixel prompt to see through")
    add_sources(parser.add_argument_group("sources of knowledge (`deixis look --help`)"))
    add_opening(parser)
    parser.add_argument("--strict", action="store_true", help="refuse marks it cannot see")
    parser.add_argument(
        "--cite", action="store_true", help="ask for the region it rests on, and check it"
    )
    parser.add_argument("--stream", action="store_true", help="print words as they come")
    parser.add_argument("--save", type=Path, metavar="FILE", help="save what was sent")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="send a saved call again")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="print what would be sent, and send nothing; --out DIR writes the pictures there",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_loading(parser)
    add_each(parser)


def run(arguments: argparse.Namespace) -> None:
    """The model is asked, and the answer printed."""
    if arguments.each is not None:
        with weights_shown(arguments.model):
            run_each(arguments, _loading(arguments), _settings(arguments))
        return
    check_not_each(arguments)
    from deixis.ask.asking import ask_of

    _check(arguments)
    if arguments.replay is not None:
        answer = _replayed(arguments)
    else:
        # the picture and the regions before the model, which may take minutes
        given = given_regions(arguments.regions)
        settings = _settings(arguments)
        image = open_picture(arguments.image, arguments)
        how: dict[str, Any] = {  # Any: as `ask_of` takes them
            "regions": {one.name: one.encoded(image.size) for one in given},
            "system": arguments.system,
            "settings": settings,
            "strict": arguments.strict,
        }
        ask_of(image, arguments.question, **how)
        if arguments.dry_run:
            run_dry(arguments, image, how, _loading(arguments))
            return
        if arguments.stream:
            _stream(arguments, image, how)
            return
        with closed_after(_model(arguments)) as model:
            answer = model.ask(image, arguments.question, cite=arguments.cite, **how)
    if arguments.save is not None:
        answer.sent.save(arguments.save)
    if arguments.out is not None:
        write_picture(answer.picture(), arguments.out)
    _print(answer, as_json=arguments.json)
    if not answer.text.strip():
        raise _nothing(f" (it ended by {answer.finish!r})")


def _check(arguments: argparse.Namespace) -> None:
    """UsageError where options do not go together, or a file cannot be written."""
    if arguments.replay is None and arguments.question is None:
        raise UsageError("give a picture and a question, or --replay FILE")
    if arguments.save is not None and not arguments.save.absolute().parent.is_dir():
        raise UsageError(f"cannot write {arguments.save}: there is no such folder")
    others = (arguments.json, arguments.save, arguments.replay, arguments.cite)
    if arguments.stream and any((*others, arguments.out)):
        raise UsageError(
            "--stream prints words only; leave out --json, --save, --out, --replay, --cite"
        )
    if arguments.dry_run:
        check_dry_run(arguments)
    else:
        check_out(arguments.out, needs_folder=True)
    if arguments.cite and arguments.replay:
        raise UsageError("--replay sends one call again, as it was; leave out --cite")


def _model(arguments: argparse.Namespace) -> "Model":
    from deixis.ask.loading import load

    say_loading(arguments.model)
    with weights_shown(arguments.model):
        return load(arguments.model, **_loading(arguments))


def _loading(arguments: argparse.Namespace) -> dict[str, Any]:  # Any: see `load`
    """How the model is loaded."""
    names = ("dialect", "contract", "knowledge", "pixel")
    told = {name: getattr(arguments, name) for name in names} | loading_options(arguments)
    told["sources"] = arguments.source
    told["looking"] = source_options(arguments) if has_source_options(arguments) else None
    return {name: value for name, value in told.items() if value is not None}


def _settings(arguments: argparse.Namespace) -> "Generation":
    from deixis.models.interface import Generation

    return Generation(
        max_new_tokens=arguments.max_new_tokens,
        temperature=arguments.temperature,
        seed=arguments.seed,
    )


def _replayed(arguments: argparse.Namespace) -> "Answer":
    from deixis.ask.sent import Sent

    sent = Sent.load(arguments.replay)
    with closed_after(_model(arguments)) as model:
        return model.replay(sent)


def _stream(
    arguments: argparse.Namespace,
    image: "Image",
    how: dict[str, Any],  # Any: as `Model.stream` takes them
) -> None:
    said_any = False
    with closed_after(_model(arguments)) as model:
        for piece in model.stream(image, arguments.question, **how):
            said_any = said_any or bool(piece.strip())
            print(piece, end="", flush=True)
    print()
    if not said_any:
        raise _nothing()


def _print(answer: "Answer", *, as_json: bool) -> None:
    from deixis.core import region_json

    regions = [region_json.to_record(region) for region in answer.regions]
    if as_json:
        record = {
            "text": answer.text,
            "finish": answer.finish,
            "regions": regions,
            "places": [{"start": place.start, "end": place.end} for place in answer.places],
            "unread": [asdict(piece) for piece in answer.unread],
            "sent": _sent_record(answer.sent),
        }
        if answer.cited is not None:
            record["cited"] = answer.cited.record()
        print(json.dumps(record, ensure_ascii=False))
        return
    print(answer.text)
    for record in regions:
        print(json.dumps(record, ensure_ascii=False))
    for piece in answer.unread:
        print(f"unread: {piece}")
    if answer.cited is not None:
        _print_cited(answer.cited)


def _sent_record(sent: "Sent") -> dict[str, object]:
    """All that was sent; of the pictures their hashes and sizes (--save keeps them)."""
    from deixis.core import region_json

    return {
        "model": sent.model,
        "dialect": sent.dialect,
        "contract": sent.contract,
        "text": sent.text,
        "system": sent.system,
        "earlier": [asdict(turn) for turn in sent.earlier],
        "settings": asdict(sent.settings),
        "pictures": [frame.image.sha256 for frame in sent.frames],
        "sizes": [[frame.image.size.width, frame.image.size.height] for frame in sent.frames],
        "notes": [[region_json.to_record(note) for note in notes] for notes in sent.notes],
        "loaded": dict(sent.loaded),
        "software": dict(sent.software),
    }


def _print_cited(cited: "Cited") -> None:
    """The verdict, the region, and the two answers that it rests on."""
    print(f"cited: {cited.verdict}" + (f": {cited.why}" if cited.why else ""))
    if cited.region is not None:
        box = ",".join(f"{edge:g}" for edge in cited.region.box().xyxy)
        print(f"  region: box:{box}")
    for name, other, agreed in (
        ("the region alone", cited.crop, cited.agreement),
        ("without it", cited.hidden, cited.hidden_agreement),
    ):
        if other is not None:
            print(f"  {name}: {' '.join(other.text.split())} (agreement {agreed:.2f})")


def _nothing(how: str = "") -> ModelError:
    """An empty answer is a failure, so that a script does not go on with it."""
    return ModelError(f"the model said nothing{how}")
