"""Knowledge in the vision tokens of every family: nothing at the start, something after a step,
and gone without a trace when it is taken off.
"""

from dataclasses import replace

import pytest
import torch

from deixis.core.errors import UnknownNameError, UnsupportedError
from deixis.core.region import box
from deixis.knowledge.embedding_cache import WordTable
from deixis.knowledge.encoders import text_encoder
from deixis.knowledge.network import NetworkConfig
from deixis.knowledge.prompt import KnowledgePrompt, PromptConfig, levelled
from deixis.models.interface import Example, Question
from tests.long import each_of
from tests.models.families_nursery import (
    ANSWERS,
    SETTINGS,
    asked,
    built,
    each_family,
    mixed_questions,
    only_where,
    picture,
    tokens,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
SPATIAL = only_where(lambda abilities: abilities.spatial_tokens)
NOTES = (
    box(2, 2, 18, 12, label="cat"),
    replace(box(5, 8, 20, 20), text="yes"),
    box(10, 1, 19, 9, label="dog"),
)


def prompt_for(name, *, place="after", **options) -> KnowledgePrompt:
    model = built(name)
    (seen,) = model.vision_tokens([picture(50, 37)], "What?", place=place)
    return KnowledgePrompt(
        PromptConfig(encoder="own", place=place, network=NetworkConfig(hidden=6), **options),
        WordTable(text_encoder("own", model)),
        tokens=seen.tokens.shape[1],
        generator=torch.Generator().manual_seed(0),
    )


def knowing(questions, *, every=1) -> list[Question]:
    """Notes for each picture of every so-manieth question."""
    return [
        replace(question, notes=(NOTES,) * len(question.pictures)) if i % every == 0 else question
        for i, question in enumerate(questions)
    ]


def examples(*, every=1) -> list[Example]:
    questions = knowing(mixed_questions(), every=every)[:3]
    return [Example(question=q, answer=a) for q, a in zip(questions, ANSWERS, strict=True)]


def taught(prompt: KnowledgePrompt, model, *, steps=1) -> None:
    for _ in range(steps):
        prompt.zero_grad()
        model.loss(examples()).backward()
        with torch.no_grad():
            for weight in prompt.parameters():
                if weight.grad is not None:
                    weight -= weight.grad / weight.grad.norm().clamp_min(1e-6)


def is_same(loss, other, *, within=1e-6) -> bool:
    """Whether two losses are one but for the order in which a machine summed them: with big
    convolutions two passes of one model differ in the last digit now and then.
    """
    here, there = float(loss.detach()), float(other.detach())
    return abs(here - there) <= within * abs(there)


@each_family
@each_of("merge", ["add", "concat"], first=0)
def test_before_the_projector_it_changes_nothing_until_it_is_taught(name, merge):
    model = built(name)
    plain = model.loss(examples())
    prompt = prompt_for(name, place="before", merge=merge)
    infused = model.with_token_change(prompt, place="before")
    assert is_same(infused.loss(examples()), plain)
    taught(prompt, infused)
    assert not is_same(infused.loss(examples()), plain, within=1e-4)
    assert is_same(model.loss(examples()), plain)


@SPATIAL
@each_of("merge", ["add", "concat"], first=1)
def test_after_the_projector_it_changes_nothing_until_it_is_taught(name, merge):
    model = built(name)
    answers = tokens(model.generate(knowing(mixed_questions()), SETTINGS))
    plain = model.loss(examples())
    prompt = prompt_for(name, merge=merge)
    infused = model.with_token_change(prompt)
    assert tokens(infused.generate(knowing(mixed_questions()), SETTINGS)) == answers
    assert is_same(infused.loss(examples()), plain)
    taught(prompt, infused)
    assert not is_same(infused.loss(examples()), plain, within=1e-4)
    assert is_same(model.loss(examples()), plain)


@SPATIAL
def test_answers_with_knowledge_do_not_depend_on_the_batch(name):
    prompt = prompt_for(name)
    infused = built(name).with_token_change(prompt)
    taught(prompt, infused)
    questions = knowing(mixed_questions(), every=2)
    together = tokens(infused.generate(questions, SETTINGS))
    alone = [tokens(infused.generate([question], SETTINGS))[0] for question in questions]
    assert together == alone


@SPATIAL
def test_scores_on_a_shared_prefix_are_those_of_the_loss(name):
    prompt = prompt_for(name)
    infused = built(name).with_token_change(prompt)
    taught(prompt, infused)
    (question,) = knowing([asked(picture(50, 37))])
    shared = infused.answer_logprobs(question, ANSWERS)
    plain = built(name).answer_logprobs(question, ANSWERS)
    with torch.no_grad():
        for score, answer in zip(shared, ANSWERS, strict=True):
            (alone,) = infused.answer_logprobs(question, [answer])
            assert score.token_logprobs == pytest.approx(alone.token_logprobs, abs=1e-4)
    assert [one.total for one in shared] != pytest.approx([one.total for one in plain], abs=1e-6)


@SPATIAL
def test_words_come_the_same_with_and_without_a_cache(name):
    prompt = prompt_for(name)
    infused = built(name).with_token_change(prompt)
    taught(prompt, infused)
    (question,) = knowing([asked(picture(50, 37))])
    with torch.no_grad():
        outcomes = []
        for use_cache in (True, False):
            text, features = infused._encoded([question])
            ids = infused.family.language().generate(
                text, features, max_new_tokens=5, do_sample=False, use_cache=use_cache
            )
            outcomes.append([list(row) for row in ids])
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("name", ["blip_2", "nano:instructblip"])
def test_queries_that_look_everywhere_refuse_it_after_them(name):
    model = built(name)
    prompt = prompt_for(name, place="before")
    with pytest.raises(UnsupportedError, match="place=before"):
        model.with_token_change(prompt).loss(examples())


@pytest.mark.parametrize("name", ["llava_next", "qwen2_5_vl", "idefics3"])
def test_what_a_note_says_reaches_the_tokens_that_look_at_it(name):
    model = built(name)
    config = PromptConfig(encoder="own", network=NetworkConfig(layers="points", hidden=6))
    (seen,) = model.vision_tokens([picture(60, 40)])
    prompt = KnowledgePrompt(
        config,
        WordTable(text_encoder("own", model)),
        tokens=seen.tokens.shape[1],
        generator=torch.Generator().manual_seed(0),
    )
    for layer in prompt.network.convolutions:  # quiet no more
        torch.nn.init.normal_(layer.weight, generator=torch.Generator().manual_seed(1))
    (vectors,) = prompt.prompts([replace(seen, notes=(box(0, 0, 30, 40, label="cat"),))])
    boxes = torch.from_numpy(seen.grid.boxes)
    for vector, (left, _, right, _) in zip(vectors, boxes, strict=True):
        assert bool(vector.abs().max() > 1e-6) == bool(left < 30 - 1e-6 and right > 0), (
            left,
            right,
        )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rule": "papers"}, "no rule named 'papers'; did you mean 'paper'"),
        ({"merge": "sum"}, "no merge named 'sum'"),
        ({"place": "behind"}, "no place named 'behind'"),
    ],
)
def test_what_no_prompt_can_be_is_refused(settings, message):
    with pytest.raises(UnknownNameError, match=message):
        PromptConfig(**settings)


@pytest.mark.parametrize("merge", ["add", "concat"])
def test_what_is_added_is_as_large_as_the_tokens_are(merge):
    model = built("llava")
    (seen,) = model.vision_tokens([picture(50, 37)], "What?")
    known = replace(seen, notes=NOTES)
    prompt = prompt_for("llava", merge=merge)
    with torch.no_grad():
        for weight in prompt.parameters():
            weight.add_(0.1)
        small = prompt([known])[0] - seen.tokens
        prompt.size.fill_(3.0)
        large = prompt([replace(known, tokens=3 * seen.tokens)])[0] - 3 * seen.tokens
    torch.testing.assert_close(large, 3 * small, rtol=1e-4, atol=1e-5)


def test_embeddings_of_any_size_are_levelled():
    table = torch.randn(5, 7, generator=torch.Generator().manual_seed(0))
    table[2] = 0.0
    levels = levelled(100 * table).square().mean(-1).sqrt()
    assert levels.tolist() == pytest.approx([1, 1, 0, 1, 1], abs=1e-5)
    torch.testing.assert_close(levelled(table), levelled(100 * table))
