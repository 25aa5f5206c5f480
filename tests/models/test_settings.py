"""How an answer is made: sampling, its seed, stops, lengths."""

import dataclasses
import functools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

import deixis as dx
from deixis.core.errors import UnsupportedError, UsageError

IMAGE = dx.Image(pixels=np.random.default_rng(2).integers(0, 256, (40, 50, 3), dtype=np.uint8))


@functools.cache
def model():
    return dx.load("tiny:llava").vlm


def answer(**settings):
    question = dx.Question(pictures=(IMAGE,), text="What is this?")
    return model().generate([question], dx.Generation(**settings))[0]


def test_a_seed_makes_sampling_repeatable():
    settings = {"temperature": 1.5, "max_new_tokens": 12, "seed": 4}
    assert answer(**settings) == answer(**settings)


def test_sampling_leaves_the_frameworks_own_state_alone():
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    answer(temperature=1.5, max_new_tokens=4, seed=9)
    assert torch.equal(torch.rand(3), expected)


def test_the_same_question_sampled_twice_in_a_call_gets_two_answers():
    question = dx.Question(pictures=(IMAGE,), text="What is this?")
    vlm = dataclasses.replace(model(), batch_size=1)
    settings = dx.Generation(temperature=2.0, max_new_tokens=12, seed=3)
    first, second = vlm.generate([question, question], settings)
    assert first.tokens != second.tokens


def test_a_checkpoints_own_top_k_does_not_narrow_our_sampling():
    vlm = dx.load("tiny:llava").vlm
    vlm.family.model.generation_config.top_k = 1
    question = dx.Question(pictures=(IMAGE,), text="What is this?")
    texts = {
        vlm.generate([question], dx.Generation(temperature=5, max_new_tokens=9, seed=seed))[0].text
        for seed in range(4)
    }
    assert len(texts) > 1


def test_seeds_differ():
    texts = {answer(temperature=1.5, max_new_tokens=12, seed=seed).text for seed in range(5)}
    assert len(texts) > 1


def test_an_answer_of_full_length_says_so():
    cut = answer(max_new_tokens=3)
    assert cut.finish == "length"
    assert len(cut.tokens) == 3


def test_a_stop_ends_the_answer_and_is_left_out():
    whole = answer(max_new_tokens=12).text
    stop = whole[3]
    stopped = answer(max_new_tokens=12, stop=(stop,))
    assert stopped.finish == "stop"
    assert stopped.text == whole[: whole.index(stop)].strip()


def test_no_answers_have_no_scores():
    assert model().answer_logprobs(dx.Question(pictures=(IMAGE,), text="?"), []) == []


def test_an_answer_without_a_token_is_refused():
    with pytest.raises(UsageError, match="at least one token"):
        model().answer_logprobs(dx.Question(pictures=(IMAGE,), text="?"), [""])


def test_a_loss_of_nothing_is_refused():
    with pytest.raises(UsageError, match="at least one example"):
        model().loss([])


def test_a_question_without_a_picture_is_refused():
    with pytest.raises(UsageError, match="at least one picture"):
        model().generate([dx.Question(pictures=(), text="?")])


def test_a_model_of_one_picture_refuses_two():
    vlm = dx.load("tiny:blip_2").vlm
    with pytest.raises(UnsupportedError, match="one picture"):
        vlm.generate([dx.Question(pictures=(IMAGE, IMAGE), text="?")])


def test_a_model_without_a_system_prompt_refuses_one():
    vlm = dx.load("tiny:paligemma").vlm
    with pytest.raises(UnsupportedError, match="system prompt"):
        vlm.generate([dx.Question(pictures=(IMAGE,), text="?", system="be brief")])


def test_a_thin_picture_that_would_grow_beyond_all_memory_is_refused():
    thin = dx.Image(pixels=np.zeros((1, 60_000, 3), dtype=np.uint8))
    with pytest.raises(UnsupportedError, match="would enlarge a 60000x1 picture"):
        model().generate([dx.Question(pictures=(thin,), text="?")])


def test_pixels_of_whole_numbers_are_refused():
    whole = torch.zeros(3, 4, 5, dtype=torch.uint8)
    with pytest.raises(UsageError, match=r"call \.float\(\)"):
        model().generate([dx.Question(pictures=(whole,), text="?")])


def test_scores_are_the_same_in_the_middle_of_a_training():
    vlm = dx.load("tiny:llava").vlm
    question = dx.Question(pictures=(IMAGE,), text="?")
    before = vlm.answer_logprobs(question, ["cat", "a dog"])
    vlm.family.model.activation_checkpointing_enable()
    vlm.family.model.train()
    assert vlm.answer_logprobs(question, ["cat", "a dog"]) == before
    assert vlm.family.model.training


def test_two_threads_get_the_scores_of_one():
    vlm = dx.load("tiny:qwen2_vl").vlm
    pictures = [
        dx.Image(pixels=np.full((40, width, 3), width, dtype=np.uint8)) for width in (30, 90)
    ]
    questions = [dx.Question(pictures=(picture,), text="?") for picture in pictures] * 6
    alone = [vlm.answer_logprobs(question, ["cat", "a dog"]) for question in questions]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda q: vlm.answer_logprobs(q, ["cat", "a dog"]), questions))
    assert together == alone


def test_an_answer_is_scored_as_the_template_writes_it():
    vlm = dx.load("tiny:smolvlm").vlm
    example = dx.Example(question=dx.Question(pictures=(IMAGE,), text="?"), answer="cup")
    tokenizer = vlm.family.processor.tokenizer
    ids = vlm._turn(example)
    assert tokenizer.decode(ids[:-1]) == " cup"
    assert ids[-1] == tokenizer.eos_token_id


def test_of_several_ends_the_one_that_the_template_writes_is_learned():
    vlm = dx.load("tiny:gemma3").vlm
    tokenizer = vlm.family.processor.tokenizer
    of_turn = tokenizer.convert_tokens_to_ids("<end_of_turn>")
    vlm.family.model.generation_config.eos_token_id = [tokenizer.eos_token_id, of_turn]
    example = dx.Example(question=dx.Question(pictures=(IMAGE,), text="?"), answer="cup")
    assert vlm._turn(example)[-1] == of_turn


def test_words_like_picture_tokens_are_asked_as_words():
    vlm = dx.load("tiny:qwen2_vl").vlm
    written = dx.Question(pictures=(IMAGE,), text="<|image_pad|>")
    apart = dx.Question(pictures=(IMAGE,), text="< |image_pad|>")
    one, other = vlm.generate([written, apart], dx.Generation(max_new_tokens=3))
    assert one.tokens == other.tokens


def test_a_checkpoints_own_stop_strings_end_its_answers():
    vlm = dx.load("tiny:llava").vlm
    question = dx.Question(pictures=(IMAGE,), text="What is this?")
    (whole,) = vlm.generate([question], dx.Generation(max_new_tokens=6))
    vlm.family.model.generation_config.stop_strings = [whole.text[:1]]
    (ended,) = vlm.generate([question], dx.Generation(max_new_tokens=6))
    assert len(ended.tokens) < len(whole.tokens)


def test_a_template_that_wants_its_system_prompt_as_text_gets_it():
    vlm = dx.load("tiny:llava").vlm
    processor = vlm.family.processor
    processor.chat_template = (
        "{% for m in messages %}{% if m['role'] == 'system' %}{{ 'SYS ' + m['content'] }}"
        "{% else %}<image>{{ m['content'][-1]['text'] }}{% endif %}{% endfor %}"
    )
    question = dx.Question(pictures=(IMAGE,), text="?", system="be brief")
    assert vlm.abilities.system
    assert vlm.generate([question], dx.Generation(max_new_tokens=2))


def test_a_token_change_keeps_the_shapes():
    changed = model().with_token_change(lambda seen: [one.tokens[:-1] for one in seen])
    with pytest.raises(UsageError, match="keeps the shapes"):
        changed.generate([dx.Question(pictures=(IMAGE,), text="?")])


def test_a_pixel_change_reaches_the_answer():
    question = dx.Question(pictures=(IMAGE,), text="?")
    darker = model().with_pixel_change(lambda pixels: pixels * 0)
    same = model().with_pixel_change(lambda pixels: pixels)
    assert darker.generate([question]) != model().generate([question])
    assert same.generate([question]) == model().generate([question])


@pytest.mark.parametrize("family", ["llava", "qwen2_vl", "llava_next", "instructblip"])
def test_a_prompt_that_changes_the_size_is_seen_as_a_picture_of_that_size(family):
    from deixis.models.tensor_interface import pixels_of
    from deixis.pixel.prompts import Layout, build

    vlm = dx.load(f"tiny:{family}").vlm
    prompt = build("frame", Layout(side=70, width=9, start="noise", mode="8bit"))
    changed = vlm.with_pixel_change(prompt)
    with torch.no_grad():
        pixels = prompt(pixels_of(IMAGE))
    by_hand = dx.Question(pictures=(pixels,), text="?")
    asked = dx.Question(pictures=(IMAGE,), text="?")
    settings = dx.Generation(max_new_tokens=4)
    assert changed.generate([asked], settings) == vlm.generate([by_hand], settings)
    assert changed.record["pixel kind"] == "frame"
    assert changed.record["changed"] == ""
    # places are told in the original's pixels: the frame covers none of it
    grid, inside = changed.token_grid(IMAGE.size), vlm.token_grid(prompt.layout.size)
    assert grid.size == IMAGE.size
    assert grid.num_tokens == inside.num_tokens
    (seen,) = changed.vision_tokens([IMAGE])
    assert seen.grid.size == IMAGE.size
    assert changed.views(IMAGE.size)[0].original == IMAGE.size
    assert changed.prepare(pixels_of(IMAGE)).keys() == vlm.prepare(pixels).keys()


def test_a_prompt_that_leaves_0_to_255_is_not_rounded():
    from deixis.pixel.prompts import Layout, build

    free, whole = (build("full", Layout(side=20, width=3, mode=mode)) for mode in ("free", "8bit"))
    assert not model().with_pixel_change(free).rounding
    assert model().with_pixel_change(whole).rounding


def test_hundreds_of_answers_are_scored_as_each_alone():
    question = dx.Question(pictures=(IMAGE,), text="?")
    answers = [f"thing {i}" for i in range(70)]
    together = model().answer_logprobs(question, answers)
    for i in (0, 63, 64, 69):
        (alone,) = model().answer_logprobs(question, [answers[i]])
        assert together[i].total == pytest.approx(alone.total, abs=1e-3)


def test_a_model_on_this_machine_is_held_to_no_schema():
    with pytest.raises(UnsupportedError, match="held to no schema"):
        answer(schema="{}")
