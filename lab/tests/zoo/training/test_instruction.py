"""The third stage: many questions on one picture are as good as each alone."""

import functools
from dataclasses import replace

import numpy as np
import pytest
import torch

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.models.checkpoint_model import wrap
from deixis.models.interface import Example, Question
from deixis_lab.things.art import SMALL
from deixis_lab.things.world import ThingWorld
from deixis_lab.zoo.training.architectures import normalised, projected_tokens
from deixis_lab.zoo.training.asked_scenes import AskedScene
from deixis_lab.zoo.training.asked_things import DRAWN, AskedThings
from deixis_lab.zoo.training.encoded_scenes import BESIDE
from deixis_lab.zoo.training.instruction_task import InstructionOptions, InstructionTask
from deixis_lab.zoo.training.looking import LAYER
from deixis_lab.zoo.training.packed import IGNORED, Row, allowed, pack
from deixis_lab.zoo.training.vocabulary import thing_words

pytestmark = [
    # transformers 5.23 itself, in PaliGemmaProcessor, with numpy 2.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
WITH_CHAT = ("idefics3", "llava", "llava_conv", "vipllava")


@functools.cache
def task(name: str) -> InstructionTask:
    options = InstructionOptions(architecture=name, start="", num_held_out=2, art=SMALL)
    return InstructionTask(options)


@functools.cache
def first_scene(name: str) -> AskedScene:
    return task(name).source.example(0, np.random.default_rng(0))


@functools.cache
def scenes() -> list[AskedScene]:
    world = ThingWorld(seed=4, side=192, art=SMALL)
    source = AskedThings(world=world, dialect=task("vipllava").dialect, way=DRAWN)
    return [source.example(index, np.random.default_rng(index)) for index in range(12)]


def only(scene: AskedScene, place: int) -> AskedScene:
    return AskedScene(
        pixels=scene.pixels,
        plain=scene.plain,
        labels=scene.labels,
        marks=scene.marks,
        asked=scene.asked[place : place + 1],
    )


@pytest.mark.parametrize("name", WITH_CHAT)
def test_a_questions_loss_is_that_of_our_adapter(name: str) -> None:
    made, scene = task(name), only(first_scene(name), 1)
    model = wrap(made.nano.model, made.nano.processor, name=name)
    asked = Question(pictures=(Image(pixels=scene.pixels),), text=scene.asked[0].text)
    with torch.no_grad():
        ours = made.loss([scene], 0).parts["answers"]
        theirs = model.loss([Example(question=asked, answer=scene.asked[0].answer)])
    assert float(ours) == pytest.approx(float(theirs), abs=1e-4)


@pytest.mark.parametrize("name", ["fast_vlm", "idefics3", "llava"])
def test_a_crop_beside_the_whole_is_asked_about_as_our_adapter_does(name: str) -> None:
    made = task(name)
    source = replace(made.source, way=BESIDE)
    scene = next(
        found
        for index in range(9)
        if (found := source.example(index, np.random.default_rng(index))).second is not None
    )
    one = scene.asked[0]
    assert "picture 2" in one.text
    pictures = tuple(Image(pixels=pixels) for pixels in scene.pictures)
    model = wrap(made.nano.model, made.nano.processor, name=name)
    example = Example(question=Question(pictures=pictures, text=one.text), answer=one.answer)
    with torch.no_grad():
        ours = made.loss([replace(scene, asked=(one,))], 0).parts
        theirs = model.loss([example])
        both = made.loss([replace(scene, asked=(one,)), only(first_scene(name), 0)], 0)
    assert float(ours["answers"]) == pytest.approx(float(theirs), abs=1e-4)
    assert set(both.parts) >= {"looks"}
    shown = scene.evidence(one)
    assert shown.any()
    assert not shown[: len(shown) // 2].any()


def test_queries_stand_where_plain_transformers_puts_them() -> None:
    made, scene = task("blip_2"), only(first_scene("blip_2"), 1)
    row = made.asking.rows([scene.asked])[0]
    ids = torch.tensor(
        [[*made.asking.prefixes[0].ids.tolist(), *row.prompts[0], *row.answers[0][:-1]]]
    )
    pixel_values = normalised(torch.from_numpy(scene.pixels[None].copy()))
    with torch.no_grad():
        logits = made.nano.model(
            input_ids=ids, pixel_values=pixel_values, attention_mask=torch.ones_like(ids)
        ).logits
        ours = made.asking(projected_tokens(made.nano, "blip_2", pixel_values), [row])
    assert torch.allclose(ours.scores, logits[0, -len(row.answers[0]) :], atol=1e-4)


def test_questions_on_one_picture_do_not_see_each_other() -> None:
    made, scene = task("vipllava"), replace(scenes()[0], asked=scenes()[0].asked[:4])
    with torch.no_grad():
        together = made.loss([scene], 0)
        alone = [made.loss([only(scene, place)], 0) for place in range(len(scene.asked))]
    total = sum(float(losses.parts["answers"]) * losses.weight for losses in alone)
    assert float(together.parts["answers"]) == pytest.approx(total / together.weight, rel=1e-4)


def test_pictures_side_by_side_do_not_change_each_other() -> None:
    made = task("vipllava")
    with torch.no_grad():
        together = made.loss(scenes()[:2], 0)
        alone = [made.loss([scene], 0) for scene in scenes()[:2]]
    total = sum(float(losses.parts["answers"]) * losses.weight for losses in alone)
    assert float(together.parts["answers"]) == pytest.approx(total / together.weight, rel=1e-4)


def test_only_answers_and_their_end_are_asked_for() -> None:
    packed = pack([Row(prompts=((7, 8, 9),), answers=((4, 2),))], fill=0)
    assert packed.ids.tolist() == [[7, 8, 9, 4]]
    assert packed.labels.tolist() == [[IGNORED, IGNORED, 4, 2]]


def test_a_row_is_cut_after_whole_questions() -> None:
    row = Row(prompts=((7, 8, 9), (5, 6), (3,)), answers=((4, 2), (2,), (1, 2)))
    assert [len(row.cut(most).prompts) for most in (1, 5, 7, 8, 11, 99)] == [1, 1, 1, 2, 3, 3]


def test_a_word_sees_the_picture_and_its_own_question() -> None:
    may_look = allowed(torch.tensor([[0, 0, 1, -1]]), 2)[0].int().tolist()
    assert may_look == [
        [1, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0],
        [1, 1, 1, 1, 0, 0],
        [1, 1, 0, 0, 1, 0],
        [1, 1, 0, 0, 0, 1],
    ]


def test_no_question_about_a_mark_gives_its_answer_away() -> None:
    for scene in scenes():
        for asked in scene.asked:
            if asked.kind in ("naming", "reading"):
                assert asked.answer.lower() not in asked.text.lower() or asked.answer == "sign"


def test_every_word_that_is_asked_or_answered_is_one_token() -> None:
    tokenizer = task("vipllava").nano.processor.tokenizer
    known = set(" ".join(thing_words()).split())
    for scene in scenes():
        for asked in scene.asked:
            for word in asked.text.replace("?", " ").replace(".", " ").split():
                if word.isalpha() and not word.isupper():
                    assert word in known
                    assert len(tokenizer(word, add_special_tokens=False).input_ids) == 1


def test_evidence_is_where_the_asked_thing_is() -> None:
    for scene in scenes():
        for asked in scene.asked:
            if asked.kind == "naming":
                assert asked.evidence in [(mark.owner,) for mark in scene.marks]
            if asked.kind == "counting":
                assert len(asked.evidence) == int(asked.answer)
            if asked.kind == "presence":
                assert bool(asked.evidence) == (asked.answer == "yes")


def test_looking_is_learned_beside_answering() -> None:
    parts = task("vipllava").loss(scenes()[:2], 0).parts
    assert float(parts["looks"]) > 0
    assert "looks" not in task("blip_2").loss(scenes()[:2], 0).parts


def test_a_look_is_the_attention_that_transformers_computes() -> None:
    made = task("vipllava")
    prefix = made.asking.prefixes[0]
    row = made.asking.rows([scenes()[0].asked[:1]])[0]
    vision = torch.randn(1, 144, 192, generator=torch.Generator().manual_seed(0)) * 3
    evidence = torch.arange(144) % 3 == 0
    with torch.no_grad():
        answered = made.asking(vision, [row])
        ours = made.asking.looks.loss(
            answered.pictures,
            answered.places,
            evidence.expand(len(answered.labels), -1),
            prefix.pictured,
        )
        ids = [*prefix.ids.tolist(), *row.prompts[0], *row.answers[0][:-1]]
        inputs = made.asking.language.embed_tokens(torch.tensor([ids]))
        inputs[0, prefix.pictured] = vision[0]
        made.asking.language.set_attn_implementation("eager")
        out = made.asking.language(inputs_embeds=inputs, output_attentions=True, use_cache=False)
        made.asking.language.set_attn_implementation("sdpa")
    looks = out.attentions[LAYER][0, :, -len(row.answers[0]) :][..., prefix.pictured]
    shares = looks[..., evidence].sum(-1) / looks.sum(-1)
    assert float(ours) == pytest.approx(-float(shares.log().mean()), rel=1e-3)


def test_names_are_measured_with_marks_and_without() -> None:
    with torch.no_grad():
        shares = task("vipllava").evaluate(0)
    assert {"naming", "naming_unmarked"} <= set(shares)


@pytest.mark.parametrize(("name", "tokens"), [("paligemma", 2), ("instructblip", 3)])
def test_a_model_that_reads_questions_with_the_picture_is_asked_each_alone(
    name: str, tokens: int
) -> None:
    made, whole = task(name), first_scene(name)
    in_a_word = [one for one in whole.asked if one.answer in ("yes", "no", "white", "one")]
    scene = replace(whole, asked=tuple(in_a_word * 3)[:3])
    losses = made.loss([scene, scene], 0)
    losses.total.backward()
    assert losses.weight == 6 * tokens  # of six answers of a word each, their ends included
    assert all(p.grad is not None for p in made.parts.language(made.nano.model).parameters())
    with torch.no_grad():
        assert len(made.asking.verdicts([scene], unmarked=True)) == len(scene.asked)


def test_a_missing_stage_is_named() -> None:
    with pytest.raises(UsageError, match="nowhere"):
        InstructionTask(InstructionOptions(start="nowhere"))


def test_words_that_all_questions_begin_with_stand_in_the_row_once():
    row = Row(prompts=((7, 8, 9), (7, 8, 5, 6)), answers=((4, 2), (3, 2)))
    assert row.shared == 2
    packed = pack([row], fill=0)
    assert packed.ids[0].tolist() == [7, 8, 9, 4, 5, 6, 3]
    assert packed.labels[0].tolist() == [IGNORED, IGNORED, 4, 2, IGNORED, 3, 2]
    assert packed.places[0].tolist() == [0, 1, 2, 3, 2, 3, 4]
    may_look = allowed(packed.groups, 1)[0].int().tolist()
    assert may_look[5] == [1, 1, 1, 0, 0, 1, 0, 0]  # 5 sees the picture, what is shared, itself
    assert row.cut(3).prompts == ((7, 8, 9),)
    assert Row(prompts=((7, 8),), answers=((4,),)).shared == 0
    assert Row(prompts=((7, 8), (7, 8)), answers=((4,), (3,))).shared == 1
