"""A model of no known family answers as transformers lets it, and says what it cannot do."""

import functools

import numpy as np
import pytest
import torch
from transformers import (
    AyaVisionConfig,
    AyaVisionForConditionalGeneration,
    AyaVisionProcessor,
    Cohere2Config,
    GotOcr2ImageProcessorPil,
    SiglipVisionConfig,
    pipeline,
)

from deixis.core.errors import UnsupportedError, UsageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.models.checkpoint_model import wrap
from deixis.models.generic import GenericModel
from deixis.models.interface import Example, Generation, Question
from deixis.testing.tiny import tokenizers
from deixis.testing.tiny.assembly import Tiny, assemble
from deixis.testing.tiny.settings import im_start, text_sizes, vision_sizes

SHORT = Generation(max_new_tokens=6)
MARKERS = ("<image>", "<|START_OF_IMG|>", "<|END_OF_IMG|>", "<|IMG_PATCH|>", "<|IMG_LINE_BREAK|>")
TILE, PATCH = 42, 7


@functools.cache
def aya() -> Tiny:
    """A tiny Aya Vision: a class of transformers that Deixis has no family for."""
    chat = ("<|im_start|>", "<|im_end|>")
    tokens = dict.fromkeys(("bos_token", "eos_token", "unk_token", "pad_token"), "<|im_end|>")
    built = tokenizers.gpt2(first=chat, last=MARKERS, **tokens)
    tokenizer = tokenizers.plain(built, more=[*chat, *MARKERS], **tokens)
    processor = AyaVisionProcessor(
        image_processor=GotOcr2ImageProcessorPil(
            size={"height": TILE, "width": TILE}, max_patches=4, crop_to_patches=True
        ),
        tokenizer=tokenizer,
        patch_size=PATCH,
        img_size=TILE,
        downsample_factor=2,
        chat_template=im_start(image="<image>"),
    )
    text = text_sizes(tokenizer, hidden=40, heads=5, groups=1, inner=64)
    vision = vision_sizes(hidden=32, heads=4, inner=52, image=TILE, patch=PATCH)
    config = AyaVisionConfig(
        vision_config=SiglipVisionConfig(**vision, vision_use_head=False),
        text_config=Cohere2Config(**text, head_dim=8),
        image_token_index=tokenizer.convert_tokens_to_ids("<|IMG_PATCH|>"),
        tie_word_embeddings=False,
    )
    return assemble(AyaVisionForConditionalGeneration, config, processor, seed=0)


@pytest.fixture
def model() -> GenericModel:
    built = wrap(aya().model, aya().processor, name="tiny aya", batch_size=3)
    assert isinstance(built, GenericModel)
    return built


@pytest.fixture
def questions() -> list[Question]:
    shapes = ((37, 50, 3), (90, 31, 3), (64, 66, 3), (33, 100, 3), (25, 20, 3))
    return [
        Question(pictures=(drawn(seed, shape),), text="What is this?" + " dog" * seed)
        for seed, shape in enumerate(shapes)
    ]


def drawn(seed: int, shape: tuple[int, ...] = (37, 50, 3)) -> Image:
    return Image(pixels=np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8))


def test_it_answers_as_the_pipeline_of_transformers(
    model: GenericModel, questions: list[Question]
) -> None:
    ask = pipeline("image-text-to-text", model=aya().model, processor=aya().processor)
    chats = [
        [
            {
                "role": "user",
                "content": [
                    {"type": "image", "image": question.pictures[0].pil()},
                    {"type": "text", "text": question.text},
                ],
            }
        ]
        for question in questions
    ]
    said = [
        ask(text=chat, max_new_tokens=6, do_sample=False, return_full_text=False) for chat in chats
    ]
    expected = [answer[0]["generated_text"].strip() for answer in said]
    answers = [completion.text for completion in model.generate(questions, SHORT)]
    assert answers == expected
    assert len(set(answers)) > 1


def test_a_batch_answers_as_its_questions_alone(
    model: GenericModel, questions: list[Question]
) -> None:
    alone = [model.generate([question], SHORT)[0] for question in questions]
    assert model.generate(questions, SHORT) == alone


def test_pixels_answer_as_their_image(model: GenericModel, questions: list[Question]) -> None:
    pixels = torch.from_numpy(questions[0].pictures[0].pixels.copy()).permute(2, 0, 1).float()
    asked = Question(pictures=(pixels,), text=questions[0].text)
    assert model.generate([asked], SHORT) == model.generate(questions[:1], SHORT)


def test_several_pictures_change_the_answer(model: GenericModel) -> None:
    one = Question(pictures=(drawn(1),), text="Both?")
    two = Question(pictures=(drawn(1), drawn(2)), text="Both?")
    first, second = model.generate([one, two], SHORT)
    assert first != second


def test_a_system_prompt_is_known_by_trying_the_template(model: GenericModel) -> None:
    assert model.abilities.system
    asked = [
        Question(pictures=(drawn(1),), text="What?", system=s) for s in (None, "Be brief, dog")
    ]
    without, with_system = model.generate(asked, SHORT)
    assert without != with_system


def test_a_template_that_refuses_system_prompts_is_believed(
    model: GenericModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = "{% for m in messages %}{{ raise_exception('no system') }}{% endfor %}"
    monkeypatch.setattr(model.processor, "chat_template", refusing)
    assert not model.abilities.system


def test_without_a_chat_template_it_says_how_to_prompt(
    model: GenericModel, questions: list[Question], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model.processor, "chat_template", None)
    with pytest.raises(UnsupportedError, match=r"aya_vision model.*set `processor.chat_template`"):
        model.generate(questions, SHORT)


def test_a_question_without_a_picture_is_refused(model: GenericModel) -> None:
    with pytest.raises(UsageError, match="at least one picture"):
        model.generate([Question(pictures=(), text="What?")])


def test_pixels_that_want_a_gradient_are_refused(model: GenericModel) -> None:
    pixels = torch.zeros(3, 20, 30, requires_grad=True)
    with pytest.raises(UnsupportedError, match="gradients"):
        model.generate([Question(pictures=(pixels,), text="What?")], SHORT)


def test_a_pixel_change_reaches_its_processor(
    model: GenericModel, questions: list[Question]
) -> None:
    same = model.with_pixel_change(lambda pixels: pixels)
    dark = model.with_pixel_change(lambda pixels: pixels * 0)
    assert same.generate(questions, SHORT) == model.generate(questions, SHORT)
    assert dark.generate(questions, SHORT) != model.generate(questions, SHORT)
    assert dark.record["changed"] == "pixels"


def test_it_tells_how_pictures_are_prepared(model: GenericModel) -> None:
    assert set(model.preparation) == {"processor", "settings", "transformers"}


def test_all_else_is_unsupported(model: GenericModel, questions: list[Question]) -> None:
    deeds = [
        lambda: model.loss([Example(question=questions[0], answer="cat")]),
        lambda: model.answer_logprobs(questions[0], ["cat"]),
        lambda: model.vision_tokens(questions[0].pictures),
        lambda: model.token_grid(Size(width=5, height=7)),
        lambda: model.with_token_change(None),
        lambda: model.prepare(torch.zeros(3, 5, 7)),
    ]
    for deed in deeds:
        with pytest.raises(UnsupportedError, match="tiny aya cannot"):
            deed()
