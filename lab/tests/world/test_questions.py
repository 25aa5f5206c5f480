"""Questions: true, answerable, and not to be guessed from their words."""

import json
import re
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from deixis.core import region_json
from deixis_lab.parts.tasks.scenes_counting import ScenesCounting
from deixis_lab.things.names import thing_named, thing_names, with_article
from deixis_lab.things.told_colours import GRAY
from deixis_lab.things.world import ThingWorld
from deixis_lab.world.colours import INKS
from deixis_lab.world.questions import question_kinds, questions
from deixis_lab.world.questions.description import description_of
from deixis_lab.world.scene import SIGN

WORLD = ThingWorld(side=64, art="small", exponent=0.0)
KINDS = question_kinds.names()
NUM_SCENES = 220
SPOKEN = {with_article(named.name): named.name for named in thing_names()}


@pytest.fixture(scope="module")
def asked():
    """Every kind's questions, each with its scene."""
    found = {kind: [] for kind in KINDS}
    for index in range(NUM_SCENES):
        scene = WORLD.scene(index)
        for question in questions(WORLD, index, scene):
            found[question.kind].append((question, scene))
    return found


def thing_at(scene, region):
    return next(thing for thing in scene.things if thing.region == region)


def pointed(question, scene):
    return [thing_at(scene, region) for region in question.regions.values()]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_asked_under_its_file_s_name(kind, asked):
    seldom = kind == "reasoning"  # few drawings are of one colour
    assert len(asked[kind]) > NUM_SCENES / (25 if seldom else 4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_slots_of_the_text_are_the_regions(kind, asked):
    for question, _ in asked[kind]:
        slots = {slot for turn in question.turns for slot in re.findall(r"{(\w+)}", turn.text)}
        assert slots == set(question.regions)


def test_the_same_picture_gets_the_same_questions(asked):
    name = "things/train/0/5"
    before = [question for kind in KINDS for question, _ in asked[kind] if question.scene == name]
    assert questions(WORLD, 5) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_llava_row_has_the_turns_and_the_regions(kind, asked):
    question, _ = asked[kind][0]
    row = question.llava("scenes/0.png")
    speakers = [said["from"] for said in row["conversations"]]
    assert speakers == ["human", "gpt"] * len(question.turns)
    assert row["conversations"][0]["value"] == f"<image>\n{question.text}"
    assert row["conversations"][1]["value"] == question.answer
    regions = {slot: region_json.from_record(r) for slot, r in row["regions"].items()}
    assert regions == question.regions
    assert row["image"] == "scenes/0.png"


def test_ids_of_rows_are_all_different(asked):
    rows = [question.llava("x.png")["id"] for kind in KINDS for question, _ in asked[kind]]
    assert len(set(rows)) == len(rows)


def test_naming_answers_the_pointed_thing_s_name(asked):
    for question, scene in asked["naming"]:
        assert question.answer == pointed(question, scene)[0].name


def test_colour_answers_the_pointed_thing_s_colour(asked):
    for question, scene in asked["colour"]:
        assert question.answer == pointed(question, scene)[0].colour


def test_reading_answers_the_pointed_sign_s_text(asked):
    for question, scene in asked["reading"]:
        sign = pointed(question, scene)[0]
        assert (sign.name, sign.text) == (SIGN, question.answer)


def test_relations_hold_between_the_boxes_centres(asked):
    for question, scene in asked["relation"]:
        first, second = (thing.region.box() for thing in pointed(question, scene))
        across = second.x0 + second.x1 - first.x0 - first.x1
        down = second.y0 + second.y1 - first.y0 - first.y1
        margin = {"left of": across, "right of": -across, "above": down, "below": -down}
        assert margin[question.answer] == max(margin.values()) > 0


def test_counts_are_the_number_of_things_of_that_name(asked):
    for question, scene in asked["counting"]:
        spoken = re.search(r"do you see (.+) in the picture", question.text)[1]
        names = [thing.name for thing in scene.things]
        assert int(question.answer) == names.count(SPOKEN[spoken])


def test_presence_answers_whether_a_thing_has_that_name(asked):
    for question, scene in asked["presence"]:
        spoken = re.search(r"Do you see (.+) in the picture", question.text)[1]
        names = [thing.name for thing in scene.things]
        assert (question.answer == "yes") == (SPOKEN[spoken] in names)


def test_pointing_fits_one_of_the_four_only(asked):
    for question, scene in asked["pointing"]:
        sought = re.search(r"Which one is the (.+)\?", question.text)[1]
        fits = [
            sought in (t.name, t.phrase, f"sign that says {t.text}")
            for t in pointed(question, scene)
        ]
        assert fits.count(True) == 1
        assert "ABCD"[fits.index(True)] == question.answer


def test_of_four_reasons_one_holds(asked):
    for question, scene in asked["reasoning"]:
        first, second = pointed(question, scene)
        why = question.turns[1]
        held = [holds(reason, first, second) for reason in why.choices]
        assert held.count(True) == 1
        assert "ABCD"[held.index(True)] == why.answer


def holds(reason, first, second):
    if both := re.fullmatch(r"Both are (.+)\.", reason):
        return first.colour == second.colour == both[1]
    if each := re.fullmatch(r"Each shows (.+)\.", reason):
        return first.name == second.name == each[1]
    if group := re.fullmatch(r"Both belong to (.+)\.", reason):
        return {thing_named(t.name).category for t in (first, second)} == {group[1]}
    return reason == f"One is {first.phrase}, one {second.phrase}."


def test_the_way_two_things_are_alike_follows_from_colour_name_and_group(asked):
    for question, scene in asked["reasoning"]:
        first, second = pointed(question, scene)
        turn = question.turns[0]
        said = turn.choices["ABCD".index(turn.answer)]
        assert ("same colour" in said) == (first.colour == second.colour)
        assert ("same thing" in said) == (first.name == second.name)
        groups = {thing_named(thing.name).category for thing in (first, second)}
        assert ("one kind" in said or "same thing" in said) == (len(groups) == 1)


def test_descriptions_name_every_thing_its_colour_and_the_words(asked):
    for question, scene in asked["description"]:
        assert question.answer == description_of(scene)
        assert all(thing.phrase in question.answer for thing in scene.things)
        assert all(thing.text in question.answer for thing in scene.things if thing.text)
        assert all(stuff.name in question.answer for stuff in scene.stuff)


def test_the_class_is_the_largest_drawing(asked):
    for question, scene in asked["classification"]:
        drawn = [thing for thing in scene.things if thing.name != SIGN]
        largest = max(drawn, key=lambda thing: thing.region.box().area)
        chosen = question.turns[0].choices["ABCD".index(question.answer)]
        assert chosen == largest.name
        others = set(question.turns[0].choices) - {chosen}
        assert not others & {thing.name for thing in scene.things}


def more_reasoning():
    """Of many scenes, since few of them have a pair to ask about."""
    maker = question_kinds.get("reasoning")()
    scenes = ((index, WORLD.scene(index)) for index in range(NUM_SCENES, 6 * NUM_SCENES))
    found = [(maker.ask(scene, WORLD.asking(i, "reasoning")), scene) for i, scene in scenes]
    return [(question, scene) for question, scene in found if question is not None]


@pytest.mark.parametrize("kind", ["pointing", "classification", "reasoning"])
def test_letters_are_equally_often_right(kind, asked):
    if kind == "reasoning":
        asked = asked | {kind: more_reasoning()}
    answers = Counter(turn.answer for question, _ in asked[kind] for turn in question.turns)
    assert set(answers) == set("ABCD")
    assert max(answers.values()) < 0.36 * answers.total()


def test_no_colour_is_right_much_oftener_than_others(asked):
    """Drawings have the colours of what they show."""
    answers = Counter(question.answer for question, _ in asked["colour"])
    assert set(INKS) <= set(answers) <= {*INKS, GRAY}
    assert max(answers.values()) < 0.22 * answers.total()


def test_relations_are_equally_often_right(asked):
    answers = Counter(question.answer for question, _ in asked["relation"])
    assert max(answers.values()) < 0.34 * answers.total()


@pytest.fixture(scope="module")
def undrawn():
    command = [sys.executable, str(Path(__file__).with_name("undrawn.py")), "6800"]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return json.loads(done.stdout)


@pytest.mark.long
def test_no_count_from_0_to_6_is_right_oftener_than_a_guess_is_said_to_be(undrawn):
    answers = Counter(answer for _, answer, _ in undrawn["asked"]["counting"])
    assert answers.total() > 2000
    assert set(answers) == set("0123456")
    assert max(answers.values()) / answers.total() < ScenesCounting.about.guess + 0.01


@pytest.mark.parametrize("variant", ["adversarial", "popular"])
def test_presence_is_half_yes_and_half_no(variant, undrawn):
    found = [answer for _, answer, sort in undrawn["asked"]["presence"] if sort == variant]
    assert len(found) > 2000
    assert abs(found.count("yes") / len(found) - 0.5) < 0.035


def test_the_name_alone_does_not_tell_whether_it_is_there(undrawn):
    found = undrawn["asked"]["presence"]
    learned = {}
    for text, answer, _ in found[::2]:
        learned.setdefault(text, Counter())[answer] += 1
    guessed = [
        answer == learned[text].most_common(1)[0][0]
        for text, answer, _ in found[1::2]
        if text in learned
    ]
    assert sum(guessed) / len(guessed) < 0.54


def test_adversarial_decoys_share_a_group_with_the_picture_more_often_than_popular_ones(undrawn):
    assert undrawn["near"]["alike"] > 1.4 * undrawn["near"]["others"]


def test_neighbouring_pictures_get_questions_of_their_own(asked):
    texts = [question.answer for question, _ in asked["description"]]
    assert all(first != second for first, second in pairwise(texts))
