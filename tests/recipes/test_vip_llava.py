"""ViP-LLaVA's stages, each run dry on a tiny model of the same classes."""

import numpy as np
import pytest
import torch
from transformers import CLIPModel, LlamaForCausalLM, VipLlavaForConditionalGeneration

from deixis.cli.main import main
from deixis.core.errors import UsageError
from deixis.models.build_llava import RELEASED_LAYERS, join
from deixis.models.interface import Question
from deixis.models.load_by_name import load
from deixis.train.config import OptimConfig
from deixis.train.recipe import recipes
from tests.data.published import path_of
from tests.models.test_families import picture
from tests.recipes.vip_llava_parts import save_parts
from tests.train.rows import row, write_rows

LAYERS = (-2, -3, 1)
SHORT = ["--set", "steps=2", "--set", "batch_size=2", "--set", "gradient_accumulation=1"]
SHORT += ["--set", "num_workers=0", "--set", "precision=fp32"]


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Folders of a tiny CLIP and a tiny Llama, as checkpoints of the hub lie on disk."""
    return save_parts(tmp_path_factory.mktemp("parts"))


@pytest.fixture(scope="module")
def aligned(parts, tmp_path_factory):
    """What the first stage leaves."""
    folder = tmp_path_factory.mktemp("align")
    data, pictures = write_rows(folder, [row(i) for i in range(4)])
    run_recipe(
        "vip_llava_align",
        folder / "run",
        images=pictures,
        data=data,
        tower=parts / "clip",
        language=parts / "llama",
        layers="-2,-3,1",
        dtype="float32",
    )
    return folder / "run" / "model"


def run_recipe(name, out, *, images=None, model=None, **task):
    settings = [word for key, value in task.items() for word in ("--set", f"task.{key}={value}")]
    given = [
        word
        for key, value in (("--images", images), ("--model", model))
        if value
        for word in (key, str(value))
    ]
    assert main(["train", name, "--out", str(out), *given, *settings, *SHORT, "--skip-bad"]) == 0


def test_joined_sides_prepare_pictures_by_pillow_with_torchvision_and_without(parts):
    joined = join(str(parts / "clip"), str(parts / "llama"), layers=LAYERS)
    assert joined.family.image_processor.backend == "pil"


def test_joined_sides_stay_as_they_were(parts):
    joined = join(str(parts / "clip"), str(parts / "llama"), layers=LAYERS).family.model
    tower = CLIPModel.from_pretrained(parts / "clip").vision_model.state_dict()
    language = LlamaForCausalLM.from_pretrained(parts / "llama")
    kept = joined.model.vision_tower.state_dict()
    assert all(
        torch.equal(kept[next(k for k in kept if k.endswith(n))], t) for n, t in tower.items()
    )
    rows = language.config.vocab_size
    assert torch.equal(joined.lm_head.weight[:rows], language.lm_head.weight)
    embedded = joined.model.language_model.embed_tokens.weight
    assert torch.equal(embedded[:rows], language.model.embed_tokens.weight)
    assert joined.config.text_config.vocab_size % 64 == 0


def test_the_projector_begins_from_its_seed(parts):
    def projector(seed):
        model = join(str(parts / "clip"), str(parts / "llama"), layers=LAYERS, seed=seed)
        return model.family.model.model.multi_modal_projector.linear_1.weight

    assert torch.equal(projector(1), projector(1))
    assert not torch.equal(projector(1), projector(2))


def test_layers_that_a_tower_lacks_are_told(parts):
    with pytest.raises(UsageError, match="has hidden states 0 to 3, got layers"):
        join(str(parts / "clip"), str(parts / "llama"), layers=RELEASED_LAYERS)


def test_a_tower_that_is_not_clip_is_told(parts):
    with pytest.raises(UsageError, match=r"the tower is CLIP's; .* is a llama"):
        join(str(parts / "llama"), str(parts / "llama"))
    with pytest.raises(UsageError, match="there is no folder '/nowhere/clip'"):
        join("/nowhere/clip", str(parts / "llama"))


def test_the_first_stage_shows_the_picture_and_nothing_else(parts, tmp_path):
    recipe = recipes.get("vip_llava_align")
    data, pictures = write_rows(tmp_path, [row(0)])
    recipe = recipe.with_settings(
        [
            f"task.data={data}",
            f"task.images={pictures}",
            f"task.tower={parts / 'clip'}",
            f"task.language={parts / 'llama'}",
            "task.layers=-2,-3,1",
            "task.dtype=float32",
        ]
    )
    task = recipe.task()
    family = task.model.family
    opened = task.source.example(0, np.random.default_rng(0))
    chat = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What?"}]}]
    assert family.processor.apply_chat_template(chat, add_generation_prompt=True) == "<image>"
    loss = task.loss([opened], 0)
    loss.total.backward()
    trained = {n for n, p in task.module.named_parameters() if p.grad is not None}
    assert trained
    assert all("multi_modal_projector" in name for name in trained)


@pytest.mark.long
def test_every_stage_follows_the_one_before(aligned, tmp_path):
    data = path_of("vip_llava_instruct")
    images = data.parent / "images"
    given = {"images": images, "data": data, "dtype": "float32"}
    run_recipe("vip_llava_instruct", tmp_path / "two", model=aligned, **given)
    second = tmp_path / "two" / "model"
    run_recipe("vip_llava_region", tmp_path / "three", model=second, **given)
    assert load(str(tmp_path / "three" / "model")).dialect_settings == {"fit": "pad"}
    third = VipLlavaForConditionalGeneration.from_pretrained(tmp_path / "three" / "model")
    assert list(third.config.vision_feature_layer) == list(LAYERS)
    before = VipLlavaForConditionalGeneration.from_pretrained(aligned)
    old, new = before.state_dict(), third.state_dict()
    changed = {name for name in new if not torch.equal(old[name].float(), new[name].float())}
    assert any("multi_modal_projector" in name for name in changed)
    assert any("language_model" in name for name in changed)
    assert not any("vision_tower" in name for name in changed)


def test_adapters_and_projector_are_loaded_back_the_same(aligned, tmp_path):
    data = path_of("vip_llava_instruct")
    run_recipe(
        "vip_llava_lora",
        tmp_path / "run",
        images=data.parent / "images",
        model=aligned,
        data=data,
        lora_rank=4,
        dtype="float32",
    )
    adapter = tmp_path / "run" / "model"
    question = Question(pictures=(picture(40, 30),), text="What is this?")
    plain = load(str(aligned)).answer_logprobs(question, ["a cup"])[0].total
    tuned = load(str(aligned), adapter=str(adapter))
    assert tuned.dialect_settings == {"fit": "pad"}  # as it was trained
    assert tuned.answer_logprobs(question, ["a cup"])[0].total != plain
    names = {n for n, p in tuned.family.model.named_parameters() if "modules_to_save" in n}
    assert names


def test_the_projector_has_its_own_rate(aligned):
    data = path_of("vip_llava_instruct")
    recipe = recipes.get("vip_llava_lora").with_settings(
        [
            f"task.data={data}",
            f"task.images={data.parent / 'images'}",
            f"task.model={aligned}",
            "task.skip_bad=true",
        ]
    )
    groups = recipe.task().parameter_groups(OptimConfig(lr=2e-4))
    sizes = {round(group.lr_share, 6): len(group.parameters) for group in groups}
    assert set(sizes) == {0.1, 1.0}


@pytest.mark.parametrize(
    ("name", "lr", "batch", "parts"),
    [
        ("align", 1e-3, 256, None),
        ("instruct", 2e-5, 128, ("projector", "language")),
        ("region", 2e-7, 128, ("projector", "language")),
        ("lora", 2e-4, 128, ("lora", "projector")),
    ],
)
def test_the_numbers_are_those_of_the_paper(name, lr, batch, parts):
    recipe = recipes.get(f"vip_llava_{name}")
    assert (recipe.config.optim.lr, recipe.config.batch_size) == (lr, batch)
    assert (recipe.config.optim.weight_decay, recipe.config.optim.warmup_share) == (0.0, 0.03)
    assert parts is None or recipe.options.parts == parts


def test_a_recipe_without_its_data_says_what_it_needs(tmp_path, capsys):
    assert main(["train", "vip_llava_instruct", "--out", str(tmp_path)]) == 2
    assert "--set task.data=FILE" in capsys.readouterr().err


@pytest.mark.long
def test_weights_of_fewer_bits_ask_for_the_precision_that_joins_them(aligned, tmp_path, capsys):
    data = path_of("vip_llava_instruct")
    settings = [f"task.data={data}", "precision=fp32"]
    words = ["train", "vip_llava_region", "--images", str(data.parent / "images"), "--skip-bad"]
    words += ["--model", str(aligned), "--out", str(tmp_path)]
    assert main([*words, *(word for one in settings for word in ("--set", one))]) == 2
    assert "precision=bf16" in capsys.readouterr().err
