"""The contract of a model family, held by each on its tiny model of the real classes, and by the
seven nano models.
"""

import numpy as np
import pytest
import torch

from deixis.core.errors import UnsupportedError, UsageError
from deixis.models.interface import Example, Question
from tests.models.families_nursery import (
    ANSWERS,
    CONVOLUTIONAL,
    SETTINGS,
    SIZES,
    as_pixels,
    asked,
    built,
    cells_inside,
    each_family,
    equal_questions,
    mixed_answers,
    mixed_questions,
    most_changed,
    only_where,
    painted,
    picture,
    steps_between,
    tokens,
)
from tests.models.pipelines import ends_with, pipeline_ids

pytestmark = [
    # transformers 5.23 itself, in PaliGemmaProcessor, with numpy 2.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


@each_family
def test_a_batch_of_mixed_sizes_gives_the_tokens_of_transformers_pipeline(name):
    # the pipeline asks one by one: it cannot stack pictures with different numbers of tiles
    reference = pipeline_ids(name, mixed_questions())
    pairs = zip(reference, mixed_answers(name), strict=True)
    assert [ends_with(name, ids, answer) for ids, answer in pairs] == [True] * 5


@each_family
def test_a_batch_of_five_gives_the_tokens_of_transformers_pipeline_at_batch_size_five(name):
    reference = pipeline_ids(name, equal_questions(), batch_size=5)
    answers = tokens(built(name).generate(equal_questions(), SETTINGS))
    pairs = zip(reference, answers, strict=True)
    assert [ends_with(name, ids, answer) for ids, answer in pairs] == [True] * 5


@each_family
def test_a_question_alone_is_answered_as_in_a_batch(name):
    alone = [built(name).generate([question], SETTINGS)[0] for question in mixed_questions()]
    assert tokens(alone) == mixed_answers(name)


@each_family
def test_questions_without_a_picture_are_learned_from_beside_others(name):
    model = built(name)
    alone = Example(question=Question(pictures=(), text="Say a word."), answer="red ball")
    shown = Example(question=asked(picture(*SIZES[0])), answer="a cup")
    if not model.abilities.text_alone:
        with pytest.raises(UsageError, match="at least one picture"):
            model.loss([shown, alone])
        return
    with torch.no_grad():
        together = float(model.loss([shown, alone]))
        apart = [(float(model.loss([one])), len(model._turn(one))) for one in (shown, alone)]
    mean = sum(loss * count for loss, count in apart) / sum(count for _, count in apart)
    assert together == pytest.approx(mean, rel=1e-5)


@only_where(lambda abilities: abilities.text_alone)
def test_the_loss_of_text_alone_is_that_of_transformers(name):
    model = built(name)
    alone = Example(question=Question(pictures=(), text="Say a word."), answer="red ball")
    answer = model._turn(alone)
    prompt = model.family.processor.apply_chat_template(
        [{"role": "user", "content": [{"type": "text", "text": "Say a word."}]}],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
    ).input_ids[0]
    ids = torch.cat([prompt, torch.tensor(answer)])[None]
    labels = ids.clone()
    labels[:, : len(prompt)] = -100
    with torch.no_grad():
        theirs = model.family.model(
            input_ids=ids, attention_mask=torch.ones_like(ids), labels=labels
        ).loss
        assert float(model.loss([alone])) == pytest.approx(float(theirs), rel=1e-5)


@each_family
def test_answers_depend_on_the_picture(name):
    questions = [asked(picture(*size, seed=i)) for i, size in enumerate(SIZES)]
    assert len(set(tokens(built(name).generate(questions, SETTINGS)))) > 1


@each_family
@pytest.mark.parametrize("size", [*SIZES, (200, 30), (20, 3)], ids=str)
def test_prepare_equals_the_processors_tensors(name, size):
    # 1e-5 of a normalised value: the same 8-bit pixels, normalised in float32 in another order
    image = picture(*size)
    model = built(name)
    theirs = model._inputs([asked(image)])
    for key, ours in model.prepare(as_pixels(image)).items():
        torch.testing.assert_close(ours.to(theirs[key]), theirs[key], atol=1e-5, rtol=0)


@each_family
def test_the_gradient_of_the_loss_reaches_every_part_of_the_original_pixels(name):
    pixels = as_pixels(picture(60, 60)).requires_grad_()
    built(name).loss([Example(question=asked(pixels), answer="cat")]).backward()
    assert pixels.grad.isfinite().all()
    parts = torch.nn.functional.max_pool2d(pixels.grad.abs(), 20)
    assert (parts > 0).all()


@each_family
def test_the_loss_is_the_same_from_pixels_as_from_the_image(name):
    image = picture(50, 37)
    from_image = built(name).loss([Example(question=asked(image), answer="cat")])
    from_pixels = built(name).loss([Example(question=asked(as_pixels(image)), answer="cat")])
    torch.testing.assert_close(from_pixels, from_image, atol=1e-5, rtol=0)


@each_family
def test_the_loss_of_a_batch_is_the_mean_over_all_its_answer_tokens(name):
    model = built(name)
    examples = [
        Example(question=question, answer=answer)
        for question, answer in zip(mixed_questions(), ANSWERS, strict=False)
    ]
    lengths = [len(model._turn(example)) for example in examples]
    singles = [model.loss([example]) * n for example, n in zip(examples, lengths, strict=True)]
    torch.testing.assert_close(model.loss(examples), sum(singles) / sum(lengths), atol=1e-4, rtol=0)


@each_family
def test_the_loss_of_an_answer_is_minus_the_mean_of_its_scores_and_its_ends(name):
    model, question = built(name), asked(picture(50, 37))
    example = Example(question=question, answer="cat")
    with torch.no_grad():
        text, features = model._encoded([question])
    (scores,) = model.family.language().score(text, features, [model._turn(example)])
    loss = model.loss([example]).item()
    assert loss == pytest.approx(-sum(scores) / len(scores), abs=1e-4)


@each_family
def test_scores_of_many_answers_are_those_of_each_alone(name):
    model, question = built(name), asked(picture(31, 90))
    together = model.answer_logprobs(question, ANSWERS)
    alone = [model.answer_logprobs(question, [answer])[0] for answer in ANSWERS]
    for score, other in zip(together, alone, strict=True):
        assert score.token_logprobs == pytest.approx(other.token_logprobs, abs=1e-4)


@each_family
def test_adding_zero_to_the_tokens_changes_nothing(name):
    model = built(name).with_token_change(lambda parts: [part.tokens + 0 for part in parts])
    assert tokens(model.generate(mixed_questions(), SETTINGS)) == mixed_answers(name)


@each_family
def test_adding_noise_to_the_tokens_changes_the_answers(name):
    noise = torch.Generator().manual_seed(0)

    def disturb(parts):
        return [
            part.tokens + 3 * max(1.0, part.tokens.std()) * torch.randn(s, generator=noise)
            for part in parts
            for s in [part.tokens.shape]
        ]

    model = built(name).with_token_change(disturb)
    assert tokens(model.generate(mixed_questions(), SETTINGS)) != mixed_answers(name)


@each_family
@pytest.mark.parametrize("size", [(200, 30), (31, 90), (300, 300), (200, 4)], ids=str)
def test_the_grid_counts_the_models_tokens(name, size):
    image = picture(*size)
    (seen,) = built(name).vision_tokens([image], text="What?")
    assert len(seen.tokens) == built(name).token_grid(image.size).num_tokens


@only_where(lambda abilities: abilities.spatial_tokens)
@pytest.mark.parametrize("size", [(240, 160), (160, 160)], ids=str)
def test_painting_a_cell_changes_its_token_most_in_its_view(name, size):
    model = built(name)
    ground = picture(*size)
    (before,) = model.vision_tokens([ground])
    wrong, tried = [], 0
    for view in before.grid.views:
        for token, box in cells_inside(before.grid, view, most=4):
            (after,) = model.vision_tokens([painted(ground, box)])
            change = (after.tokens - before.tokens).norm(dim=1).numpy(force=True)
            tried += 1
            most = most_changed(name, view.tokens, change)
            if steps_between(view.tokens, token, most) > (name in CONVOLUTIONAL):
                wrong.append((token, most))
    assert tried >= 4
    assert wrong == []


@only_where(lambda abilities: abilities.spatial_tokens, but=CONVOLUTIONAL)
def test_the_token_that_a_painted_cell_changes_most_looks_at_that_cell(name):
    model = built(name)
    ground = picture(240, 160)
    (before,) = model.vision_tokens([ground])
    boxes = before.grid.boxes
    for view in before.grid.views:
        for _, (x0, y0, x1, y1) in cells_inside(before.grid, view, most=2):
            (after,) = model.vision_tokens([painted(ground, np.array([x0, y0, x1, y1]))])
            most = int((after.tokens - before.tokens).norm(dim=1).argmax())
            left, top, right, bottom = boxes[most]
            assert min(x1, right) > max(x0, left)
            assert min(y1, bottom) > max(y0, top)


@only_where(lambda abilities: abilities.spatial_tokens)
def test_tokens_without_a_place_do_not_depend_on_the_picture(name):
    first, second = built(name).vision_tokens([picture(100, 60, 1), picture(100, 60, 2)])
    placeless = np.isnan(first.grid.boxes).any(axis=1)
    torch.testing.assert_close(first.tokens[placeless], second.tokens[placeless])


@only_where(lambda abilities: not abilities.spatial_tokens)
def test_queries_have_no_place_but_their_encoder_has_cells(name):
    grid = built(name).token_grid(picture(50, 37).size)
    assert not grid.spatial
    assert np.isnan(grid.boxes).all()
    assert all(view.tokens.size > 1 for view in grid.views)


@only_where(lambda abilities: abilities.many_pictures)
def test_questions_of_several_pictures_are_answered_as_transformers_does(name):
    questions = [asked(picture(50, 37, 1), picture(31, 90, 2)), asked(picture(64, 64, 3))]
    answers = tokens(built(name).generate(questions, SETTINGS))
    reference = pipeline_ids(name, questions)
    pairs = zip(reference, answers, strict=True)
    assert [ends_with(name, ids, answer) for ids, answer in pairs] == [True] * 2


@only_where(lambda abilities: abilities.many_pictures)
def test_several_pictures_give_the_same_loss_from_pixels_as_from_images(name):
    images = (picture(50, 37, 1), picture(31, 90, 2))
    both = [asked(*images), asked(*map(as_pixels, images))]
    losses = [built(name).loss([Example(question=question, answer="cat")]) for question in both]
    torch.testing.assert_close(*losses, atol=1e-5, rtol=0)


@only_where(lambda abilities: abilities.many_pictures)
def test_the_tokens_of_several_pictures_are_changed_picture_by_picture(name):
    images = (picture(50, 37, 1), picture(31, 90, 2))
    counts = []

    def note(parts):
        counts.extend((part.picture is image) for part, image in zip(parts, images, strict=True))
        return [part.tokens for part in parts]

    built(name).with_token_change(note).loss([Example(question=asked(*images), answer="cat")])
    assert counts == [True, True]


@only_where(lambda abilities: not abilities.many_pictures)
def test_several_pictures_are_refused_where_the_family_takes_one(name):
    with pytest.raises(UnsupportedError, match="one picture"):
        built(name).generate([asked(picture(50, 37), picture(31, 90))], SETTINGS)


@only_where(lambda abilities: abilities.system)
def test_a_system_prompt_reaches_the_model(name):
    question = asked(picture(50, 37))
    told = Question(pictures=question.pictures, text=question.text, system="Be very brief.")
    plain, led = (built(name).answer_logprobs(q, ["cat"])[0].total for q in (question, told))
    assert plain != pytest.approx(led, abs=1e-4)


@only_where(lambda abilities: not abilities.system)
def test_a_system_prompt_is_refused_where_the_family_takes_none(name):
    question = Question(pictures=(picture(50, 37),), text="What?", system="Be brief.")
    with pytest.raises(UnsupportedError, match="system prompt"):
        built(name).generate([question], SETTINGS)


@pytest.mark.parametrize("size", [(130, 31), (31, 130), (64, 64), (33, 20), (90, 31)], ids=str)
def test_gemma_3_pans_and_scans_as_its_processor_does(size, monkeypatch):
    model, image = built("gemma3"), picture(*size)
    pan = {"do_pan_and_scan": True, "pan_and_scan_min_crop_size": 20}
    settings = model.family.processor.images_kwargs | pan
    monkeypatch.setattr(model.family.processor, "images_kwargs", settings, raising=False)
    theirs = model._inputs([asked(image)])["pixel_values"]
    ours = model.prepare(as_pixels(image))["pixel_values"]
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)
    (seen,) = model.vision_tokens([image])
    assert len(seen.tokens) == model.token_grid(image.size).num_tokens
