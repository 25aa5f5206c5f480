"""`deixis prior probe`: is there anything to repair in an encoder?"""

import argparse
import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deixis.cli.parsers import add_placing, dtype_settings, placing_words
from deixis.cli.prior_options import (
    add_entities,
    add_setting,
    entities_of,
    left_out_lines,
    source_of,
)
from deixis.cli.terminal import table
from deixis.core.errors import UsageError
from deixis.core.files import cache_folder, make_folder

if TYPE_CHECKING:
    from deixis.core.progress import Reporter
    from deixis.data.entities.entity_set import Entities
    from deixis.priors.encoder_probe import ProbeOptions

TOWER = "tower:"
PROBE = """\
Ask an encoder's features themselves, beside its own words: is there anything to repair?

  deixis prior probe photos/ --encoder dual:openai/clip-vit-base-patch32 --out probed
  deixis prior probe photos/ --encoder tower:MODEL --names report/missed.txt --out probed
  deixis prior probe --unfrozen photos/ --encoder tower:MODEL --out probed
  deixis prior probe --unfrozen photos/ --encoder tower:MODEL --dry-run --out probed

A linear probe is fitted on some pictures of each entity and tried on the others, its regularisation
swept. It says one of: nothing to repair (its words name the entities), it sees them (a probe finds
what the words do not: tune the way from features to words), may be repaired (neither does), or why
this cannot tell. --unfrozen also trains the tower on three quarters of the pictures and probes it
again on the rest: there is something to repair where that gains. --set-encoder changes that run:
steps=500. The same command goes on where it was. Writes index.html, README.md and probe.json.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis prior probe` takes these arguments."""
    add_entities(parser)
    parser.add_argument("--encoder", required=True, metavar="KIND:WHICH", help="dual:FOLDER …")
    parser.add_argument("--names", type=Path, metavar="FILE", help="these entities (missed.txt)")
    parser.add_argument(
        "--margin", type=float, default=5.0, metavar="POINTS", help="that would matter (default 5)"
    )
    parser.add_argument(
        "--unfrozen", action="store_true", help="train the tower too, and probe it again"
    )
    add_setting(parser, "encoder", "of the run that trains the tower")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the page")
    add_placing(parser, trains=True)
    parser.set_defaults(do=run, keeps="prior")


def run(arguments: argparse.Namespace) -> None:
    """The encoder is probed."""
    from dataclasses import replace

    from deixis.cli.terminal import TerminalReporter
    from deixis.priors.candidates import read_candidates
    from deixis.priors.encoder_probe import ProbeOptions, gained, probe_encoder
    from deixis.priors.probe_report import rows_of, to_record, write_probe
    from deixis.priors.rank_entities import encoder_of

    model = arguments.encoder.removeprefix(TOWER)
    if arguments.unfrozen and not arguments.encoder.startswith(TOWER):
        raise UsageError(f"--unfrozen trains a model's own tower: --encoder {TOWER}MODEL")
    if arguments.set_encoder and not arguments.unfrozen:
        raise UsageError("--set-encoder is of the run that trains the tower: add --unfrozen")
    names = () if arguments.names is None else read_candidates(arguments.names)
    options = ProbeOptions(
        names=tuple(names), margin=arguments.margin, cache=cache_folder() / "priors"
    )
    entities = entities_of(arguments)
    if arguments.dry_run:
        _tell(arguments, _planned(entities, options))
        return
    reporter = TerminalReporter()
    encoder = encoder_of(arguments.encoder)
    found = probe_encoder(entities, encoder, options, reporter)
    if arguments.unfrozen:
        tower = encoder_of(TOWER + str(_trained(arguments, model, options, reporter)))
        found = replace(found, gain=gained(entities, encoder, tower, options))
    verdict = write_probe(found, arguments.out, command=_command(arguments))
    if arguments.json:
        print(json.dumps(to_record(found), ensure_ascii=False))
        return
    print(table(["", f"right of {found.num_pictures} (95 %)"], rows_of(found)))
    print(f"{verdict.word}: {verdict.why}. {verdict.next}")
    print(
        "\n".join([*left_out_lines(found.left_out), f"All of it: {arguments.out / 'index.html'}."])
    )


def _trained(
    arguments: argparse.Namespace, model: str, options: "ProbeOptions", reporter: "Reporter"
) -> Path:
    """The model whose tower was trained on the pictures that are not held out."""
    from deixis.priors.repair_plan import RepairPlan, check_same, encoder_recipe
    from deixis.train.recipe import trained

    settings = ("task.objective=softmax", *dtype_settings(arguments), *arguments.set_encoder)
    plan = RepairPlan(
        model=model, source=source_of(arguments), names=options.names, encoder=settings
    )
    folder: Path = arguments.out
    make_folder(folder)
    check_same(plan, folder)
    return trained(encoder_recipe(plan, folder), folder / "unfrozen", reporter)


def _command(arguments: argparse.Namespace) -> str:
    """The command, as the same is done by again."""
    entities = {name: getattr(arguments, name) for name in ("images", "format", "split")}
    options = {**entities, "names": arguments.names}
    words = ["deixis prior probe", *(["--unfrozen"] if arguments.unfrozen else [])]
    words += [shlex.quote(str(arguments.entities)), f"--encoder {shlex.quote(arguments.encoder)}"]
    words += [f"--{name} {shlex.quote(str(told))}" for name, told in options.items() if told]
    words += [f"--per-entity {arguments.per_entity} --seed {arguments.seed}"]
    words += [f"--least-side {arguments.least_side} --margin {arguments.margin:g}"]
    words += [f"--set-encoder {shlex.quote(one)}" for one in arguments.set_encoder]
    return " ".join([*words, f"--out {shlex.quote(str(arguments.out))}", *placing_words(arguments)])


def _planned(entities: "Entities", options: "ProbeOptions") -> dict[str, Any]:  # Any: JSON
    """What would be done, counted; no model is opened."""
    from deixis.priors.encoder_probe import num_fits
    from deixis.priors.linear_probe import probed_pictures

    chosen = entities.of(options.names) if options.names else entities
    kept = probed_pictures(chosen.pictures)
    return {
        "entities": len(kept.names),
        "pictures": len(kept.pictures),
        "left_out": len(chosen.left_out) + len(kept.left_out),
        "fits": num_fits(options),
    }


def _tell(arguments: argparse.Namespace, planned: dict[str, Any]) -> None:  # Any: JSON
    if arguments.unfrozen:
        from deixis.priors.repair_plan import RepairPlan, stage_recipe

        plan = RepairPlan(model=arguments.encoder, source=source_of(arguments))
        recipe = stage_recipe(plan, "encoder").with_settings(arguments.set_encoder)
        planned["steps"] = recipe.config.steps
    if arguments.json:
        print(json.dumps(planned))
        return
    told = f"{planned['pictures']} pictures of {planned['entities']} entities would be embedded "
    told += f"({planned['left_out']} left out), and {planned['fits']} probes fitted"
    if "steps" in planned:
        told += f"; the tower would be trained for {planned['steps']} steps"
    print(f"{told}. No model was opened.")
