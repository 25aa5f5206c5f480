"""What each stage of each form of knowledge costs: parameters, FLOPs, milliseconds, memory.

  python benchmarks/forms.py [--model nano] [--source truth] [--source rapidocr] [--encoder minilm]

One scene of Things, one thread. FLOPs are those of torch's own counter: of matrices and
convolutions, and none of what runs outside of torch, as OCR does. Memory is what a stage needs
beyond what is there already, at its peak. Milliseconds are the processor's own, so that other work
beside it changes little; medians of five.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from deixis.ask.composer import Asking, compose
from deixis.ask.knowledge_forms import Knowledge
from deixis.coordinates import dialects
from deixis.knowledge.map import chart
from deixis.knowledge.network import NetworkConfig
from deixis.knowledge.prompt import PromptConfig
from deixis.knowledge.saved import new_prompt
from deixis.models.interface import Generation
from deixis.models.load_by_name import load
from deixis.sources import built
from deixis_lab.things.world import ThingWorld
from knowledge import peak_of

REPEATS = 5
QUESTION = "What is in the picture?"


@dataclass(frozen=True)
class Cost:
    """Of one stage."""

    stage: str
    parameters: int | None  # None: not counted
    flops: float
    milliseconds: float
    megabytes: float

    def __str__(self) -> str:
        count = "not counted" if self.parameters is None else f"{self.parameters:,}"
        return (
            f"| {self.stage} | {count} | {self.flops / 1e6:,.1f} | "
            f"{self.milliseconds:.1f} | {self.megabytes:.1f} |"
        )


def main() -> None:
    """Print a line a stage."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="nano")
    parser.add_argument("--source", action="append")
    parser.add_argument("--encoder", default="minilm")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print("| stage | parameters | MFLOP | ms | MB more |\n| --- | --- | --- | --- | --- |")
    with torch.no_grad():
        for cost in costs(arguments):
            print(cost, flush=True)


def costs(arguments: argparse.Namespace):
    """Each stage of what all forms share, then of each form."""
    image = ThingWorld(split="test", side=224, art="small").scene(1).image
    notes = []
    for name in arguments.source or ["truth", "rapidocr"]:
        (source,) = built([name])
        notes += source.look(image)
        count = 0 if name == "truth" else None
        yield cost(f"source {name}", lambda source=source: source.look(image), count)
    model = load(arguments.model)
    inner = model.family.model
    weights = sum(weight.numel() for weight in inner.parameters())
    spoken = sum(weight.numel() for weight in inner.get_decoder().parameters())
    (seen,) = model.vision_tokens([image])
    yield cost("tower and projector", lambda: model.vision_tokens([image]), weights - spoken)
    dialect = dialects.get(model.dialect)(**model.dialect_settings)
    asked = compose(Asking(images=(image,), text=QUESTION), dialect)
    one_word = Generation(max_new_tokens=1)
    for form in ("none", "told", "drawn"):
        known = Knowledge(look=lambda image: (), form=form) if form != "none" else None
        whole = known.with_notes(asked, notes) if known else asked
        question = whole.question(None)
        if known:
            yield cost(f"{form}: made", lambda known=known: known.with_notes(asked, notes))
        yield cost(
            f"{form}: question and one word",
            lambda question=question: model.generate([question], one_word),
            weights,
        )
    known = replace(seen, notes=tuple(notes))
    for layers in ("linear", "points", "convolutions"):
        for merge in ("add", "concat"):
            network = NetworkConfig(layers=layers)
            config = PromptConfig(encoder=arguments.encoder, merge=merge, network=network)
            yield from infused(model, known, config)


def infused(model, known, config):
    """The text encoder, the map, and the network with its merging."""
    prompt = new_prompt(config, model, tokens=known.tokens.shape[1])
    size = known.grid.size
    words = list(chart(known.notes, size).words)
    layers, merge = config.network.layers, config.merge
    if (layers, merge) == ("linear", "add"):
        text = prompt.words.encoder
        count = sum(w.numel() for w in text.module.parameters()) if text.module else 0
        told = f"text encoder {config.encoder}, {len(words)} words"
        yield cost(told, lambda: text.encode(words), count)
        yield cost("map", lambda: chart(known.notes, size))
    prompt([known])  # embeddings are kept from here on
    count = sum(weight.numel() for weight in prompt.parameters())
    yield cost(f"{layers}, {merge}: map, network and merging", lambda: prompt([known]), count)


def cost(stage: str, run: Callable[[], object], parameters: int | None = 0) -> Cost:
    """Of one call, after one that loads what is loaded once."""
    run()
    with FlopCounterMode(display=False) as counter:
        run()
    memory = peak_of(run)
    times = []
    for _ in range(REPEATS):
        begun = time.process_time()
        run()
        times.append(time.process_time() - begun)
    return Cost(
        stage=stage,
        parameters=parameters,
        flops=float(counter.get_total_flops()),
        milliseconds=1e3 * float(np.median(times)),
        megabytes=memory,
    )


if __name__ == "__main__":
    main()
