"""Tiny models are real: real classes, real processors, seeded weights, saved and loaded as such."""

import functools
import string
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from transformers import AutoModelForImageTextToText, pipeline
from transformers.processing_utils import ProcessorMixin
from transformers.utils import is_torchvision_available

from deixis.core.errors import MissingExtraError, UnknownNameError
from deixis.models.processors import NoVideo, load_processor, without_video
from deixis.testing import tiny
from tests.long import each_of

pytestmark = [
    # transformers 5.23 itself, in PaliGemmaProcessor, with numpy 2.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
NEEDS_TORCHVISION = {"molmo2"}
FAMILIES = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            name in NEEDS_TORCHVISION and not is_torchvision_available(),
            reason=f"the image processor of {name} needs torchvision",
        ),
    )
    for name in tiny.names()
]
each_family = each_of("name", FAMILIES)
WITH_VIDEO = ("internvl", "llava_onevision", "qwen2_5_vl", "qwen2_vl", "qwen3_vl", "smolvlm")


@functools.cache
def built(name: str) -> tiny.Tiny:
    return tiny.build(name)


def picture(seed: int, width: int = 90, height: int = 60) -> PIL.Image.Image:
    blocks = np.random.default_rng(seed).integers(0, 256, (6, 9, 3), dtype=np.uint8)
    return PIL.Image.fromarray(blocks).resize((width, height), PIL.Image.Resampling.NEAREST)


def prompt(processor: ProcessorMixin, question: str) -> str:
    if processor.chat_template is None:
        mark = "<image>" if type(processor).__name__ == "PaliGemmaProcessor" else ""
        return mark + question
    content = [{"type": "image"}, {"type": "text", "text": question}]
    turns = [{"role": "user", "content": content}]
    return processor.apply_chat_template(turns, add_generation_prompt=True)


def inputs(processor: ProcessorMixin, *pictures: PIL.Image.Image) -> dict[str, torch.Tensor]:
    questions = ["What is red?", "Where is the dog now?", "Why?"][: len(pictures)]
    # One list of pictures a row: the form that every family takes.
    nested = type(processor).__name__.startswith(("Gemma3", "SmolVLM", "Idefics3", "InternVL"))
    given = processor(
        text=[prompt(processor, question) for question in questions],
        images=[[one] for one in pictures] if nested else list(pictures),
        return_tensors="pt",
        padding=True,
    )
    given.pop("labels", None)
    return dict(given)


@torch.no_grad()
def last_logits(model: torch.nn.Module, given: dict[str, torch.Tensor]) -> torch.Tensor:
    more = {}
    if model.config.is_encoder_decoder:
        more["decoder_input_ids"] = torch.zeros(len(given["input_ids"]), 1, dtype=torch.long)
    return model(**given, **more).logits[:, -1]


def test_names_are_the_families() -> None:
    assert {"llava", "qwen2_vl", "smolvlm", "molmo2"} <= set(tiny.names())


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="qwen3_vl"):
        tiny.build("qwen4_vl")


@pytest.mark.skipif(is_torchvision_available(), reason="torchvision is there")
@pytest.mark.parametrize("name", sorted(NEEDS_TORCHVISION))
def test_a_family_that_needs_torchvision_says_so(name: str) -> None:
    with pytest.raises(MissingExtraError, match="torchvision"):
        tiny.build(name)


@each_family
def test_it_is_small_and_in_evaluation_mode(name: str) -> None:
    model = built(name).model
    assert sum(weight.numel() for weight in model.parameters()) < 400_000
    assert not model.training


@each_family
def test_the_same_seed_gives_the_same_weights(name: str) -> None:
    again = tiny.build(name).model.state_dict()
    assert all(
        torch.equal(value, again[key]) for key, value in built(name).model.state_dict().items()
    )


@each_family
def test_another_seed_gives_other_weights(name: str) -> None:
    other = dict(tiny.build(name, seed=1).model.named_parameters())
    assert not any(
        torch.equal(one, other[key]) for key, one in built(name).model.named_parameters()
    )


@each_family
def test_building_leaves_the_global_generator_alone(name: str) -> None:
    before = torch.random.get_rng_state()
    tiny.build(name)
    assert torch.equal(before, torch.random.get_rng_state())


@each_family
def test_the_tokenizer_keeps_every_ascii_text(name: str) -> None:
    tokenizer = built(name).processor.tokenizer
    text = f"What is\tthat,  and\nthere? {string.printable[:94]}"
    assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text


@each_family
def test_the_tokenizer_pads_on_the_left(name: str) -> None:
    tokenizer = built(name).processor.tokenizer
    assert (tokenizer.padding_side, tokenizer.pad_token is None) == ("left", False)


@each_family
def test_sizes_of_text_and_vision_differ(name: str) -> None:
    config = built(name).model.config
    vision = getattr(config.vision_config, "embed_dim", config.vision_config.hidden_size)
    assert vision != config.get_text_config().hidden_size


@each_family
def test_a_batch_of_mixed_sizes_generates_as_each_row_alone(name: str) -> None:
    model, processor = built(name).model, built(name).processor
    first, second = picture(1), picture(2, width=50, height=110)
    together = model.generate(**inputs(processor, first, second), max_new_tokens=4, do_sample=False)
    alone = model.generate(**inputs(processor, first), max_new_tokens=4, do_sample=False)
    assert torch.equal(together[0, -4:], alone[0, -4:])


@each_family
def test_answers_are_plain_text(name: str) -> None:
    model, processor = built(name).model, built(name).processor
    output = model.generate(**inputs(processor, picture(3)), max_new_tokens=8, do_sample=False)
    answer = processor.tokenizer.decode(output[0, -8:], skip_special_tokens=True)
    assert len(answer) >= 8
    assert answer.isascii()


@each_family
def test_another_picture_changes_the_scores_clearly(name: str) -> None:
    model, processor = built(name).model, built(name).processor
    one = last_logits(model, inputs(processor, picture(4)))
    other = last_logits(model, inputs(processor, picture(5)))
    said = one[0] != 0
    assert (one - other)[0, said].abs().mean() > 0.05 * one[0, said].std()


@each_family
def test_the_pipeline_answers(name: str) -> None:
    model, processor = built(name).model, built(name).processor
    ask = pipeline("image-text-to-text", model=model, processor=processor)
    given = {"text": prompt(processor, "What is red?"), "images": picture(6)}
    answers = ask(**given, generate_kwargs={"max_new_tokens": 4, "do_sample": False})
    assert answers[0]["generated_text"]


@each_family
def test_it_loads_as_saved(name: str, tmp_path: Path) -> None:
    tiny.save(name, tmp_path)
    model = AutoModelForImageTextToText.from_pretrained(tmp_path)
    processor = load_processor(str(tmp_path))
    assert type(processor) is type(built(name).processor)
    assert type(processor.tokenizer) is type(built(name).processor.tokenizer)
    expected = last_logits(built(name).model, inputs(built(name).processor, picture(7)))
    # a convolution's sum goes by where its weights lie in memory
    off = 1e-5 if name == "fast_vlm" else 0.0
    given = last_logits(model, inputs(processor, picture(7)))
    torch.testing.assert_close(given, expected, rtol=0.0, atol=off)


@pytest.mark.parametrize("name", WITH_VIDEO)
@pytest.mark.skipif(is_torchvision_available(), reason="torchvision is there")
def test_a_video_is_refused_where_torchvision_is_missing(name: str) -> None:
    with pytest.raises(MissingExtraError, match="video"):
        built(name).processor.video_processor([])


@pytest.mark.skipif(is_torchvision_available(), reason="torchvision is there")
def test_without_video_restores_everything() -> None:
    check = ProcessorMixin.check_argument_for_proper_class
    with without_video(), without_video():
        assert ProcessorMixin.check_argument_for_proper_class is not check
    assert ProcessorMixin.check_argument_for_proper_class is check


@pytest.mark.skipif(is_torchvision_available(), reason="torchvision is there")
def test_outside_of_without_video_transformers_refuses_as_before() -> None:
    processor = built("qwen2_vl").processor
    with pytest.raises((TypeError, AttributeError), match=r"(?i)video_processor"):
        type(processor)(processor.image_processor, processor.tokenizer, NoVideo())


def test_blip_2_also_comes_with_an_encoder_and_decoder() -> None:
    from deixis.testing.tiny.one_view import blip_2

    t5 = blip_2(0, text="t5")
    given = inputs(t5.processor, picture(8), picture(9, width=40))
    output = t5.model.generate(**given, max_new_tokens=4, do_sample=False)
    assert output.shape == (2, 5)
