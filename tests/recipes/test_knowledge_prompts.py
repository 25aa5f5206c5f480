"""The recipes of models that learn to use knowledge, each run dry on tiny models of its classes."""

import json

import pytest
import torch
from transformers import (
    PhiConfig,
    PhiForCausalLM,
    SiglipConfig,
    SiglipImageProcessorPil,
    SiglipModel,
)

from deixis.cli.main import main
from deixis.core.errors import UsageError
from deixis.models.build_llava import join_plain
from deixis.models.interface import Question
from deixis.models.load_by_name import load
from deixis.testing.tiny import tokenizers
from deixis.testing.tiny.settings import text_sizes, vision_sizes
from deixis.train.recipe import recipes
from tests.models.test_families import picture
from tests.train.rows import row, write_rows

SIDE, PATCH = 28, 7
SMALL = {"hidden_size": 24, "num_attention_heads": 2, "num_hidden_layers": 1, "vocab_size": 9}
SHORT = ("steps=2", "batch_size=2", "gradient_accumulation=1", "num_workers=0", "precision=fp32")
PROMPT = (
    *("task.knowledge.prompt.encoder=own", "task.knowledge.prompt.network.hidden=5"),
    *("task.lora_rank=4", "task.dtype=float32"),
)


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Folders of a tiny SigLIP and a tiny Phi, as checkpoints of the hub lie on disk."""
    folder = tmp_path_factory.mktemp("parts")
    tokenizer = tokenizers.llama()
    sizes = vision_sizes(hidden=24, heads=3, inner=44, image=SIDE, patch=PATCH, layers=3)
    words = text_sizes(tokenizer, hidden=56, heads=7, inner=64)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        tower = SiglipModel(SiglipConfig(vision_config=sizes, text_config=SMALL))
        language = PhiForCausalLM(PhiConfig(**words))
    tower.save_pretrained(folder / "siglip")
    pictures = SiglipImageProcessorPil(size={"height": SIDE, "width": SIDE})
    pictures.save_pretrained(folder / "siglip")
    language.save_pretrained(folder / "phi")
    tokenizer.save_pretrained(folder / "phi")
    return folder


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """A file of conversations, the folder of its pictures, and notes on them."""
    folder = tmp_path_factory.mktemp("rows")
    data, pictures = write_rows(folder, [row(i) for i in range(4)])
    box = {"kind": "box", "box": [1, 1, 9, 8], "label": "cat"}
    lines = [json.dumps({"image": row(i)["image"], "regions": {"a": box}}) for i in range(4)]
    (folder / "notes.jsonl").write_text("\n".join(lines) + "\n")
    return data, pictures, f"regions:{folder / 'notes.jsonl'}"


def run_recipe(name, out, rows, *more, settings=()):
    data, pictures, _ = rows
    chosen = [word for one in (*SHORT, *settings) for word in ("--set", one)]
    given = ["--set", f"task.data={data}", "--images", str(pictures), "--out", str(out), *more]
    assert main(["train", name, *given, *chosen]) == 0


@pytest.mark.long
def test_mipha_is_joined_aligned_and_learns_with_notes(parts, rows, tmp_path):
    sides = (f"task.tower={parts / 'siglip'}", f"task.language={parts / 'phi'}")
    align = (*sides, "task.dtype=float32")
    run_recipe("mipha_align", tmp_path / "align", rows, settings=align)
    aligned = tmp_path / "align" / "model"
    knowing = (*PROMPT, f"task.knowledge.sources={rows[2]}")
    run_recipe("mipha_knowledge", tmp_path / "run", rows, "--model", str(aligned), settings=knowing)
    tuned = tmp_path / "run" / "model"
    assert (tuned / "adapter_model.safetensors").is_file()
    assert (tuned / "knowledge" / "knowledge.safetensors").is_file()
    question = Question(pictures=(picture(40, 30),), text="What is this?")
    before = load(str(aligned)).answer_logprobs(question, ["a cup"])[0].total
    after = load(str(aligned), adapter=str(tuned)).answer_logprobs(question, ["a cup"])[0].total
    assert before != after


def test_llava_learns_with_notes_in_every_form(rows, tmp_path):
    infused = (*PROMPT, f"task.knowledge.sources={rows[2]}")
    run_recipe("llava_knowledge", tmp_path / "a", rows, "--model", "tiny:llava", settings=infused)
    assert (tmp_path / "a" / "model" / "knowledge" / "knowledge.json").is_file()
    told = (*infused, "task.knowledge.form=told", "task.parts=lora,projector")
    run_recipe("llava_knowledge", tmp_path / "b", rows, "--model", "tiny:llava", settings=told)
    assert not (tmp_path / "b" / "model" / "knowledge").exists()


def test_a_plain_llava_keeps_its_sides(parts):
    joined = join_plain(str(parts / "siglip"), str(parts / "phi")).family.model
    tower = SiglipModel.from_pretrained(parts / "siglip").vision_model.state_dict()
    kept = joined.model.vision_tower.state_dict()
    assert all(
        torch.equal(kept[next(k for k in kept if k.endswith(n))], t) for n, t in tower.items()
    )
    language = PhiForCausalLM.from_pretrained(parts / "phi")
    assert torch.equal(joined.lm_head.weight[: language.config.vocab_size], language.lm_head.weight)


def test_layers_that_the_tower_lacks_are_told(parts):
    with pytest.raises(UsageError, match="has hidden states 0 to 3"):
        join_plain(str(parts / "siglip"), str(parts / "phi"), layer=-9)
    with pytest.raises(UsageError, match="SigLIP's or CLIP's"):
        join_plain(str(parts / "phi"), str(parts / "phi"))


@pytest.mark.parametrize("name", ["llava_knowledge", "mipha_knowledge"])
def test_the_numbers_are_those_of_llavas_script(name):
    recipe = recipes.get(name)
    config = recipe.config
    assert (config.optim.lr, config.batch_size, config.epochs) == (2e-4, 128, 1)
    options = recipe.options
    assert (options.lora_rank, options.lora_alpha, options.projector_lr) == (128, 256, 2e-5)
    assert options.parts == ("lora", "projector", "knowledge")
