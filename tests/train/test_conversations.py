import numpy as np
import pytest

from deixis.core.errors import SampleError, UsageError
from deixis.train.conversations import read_conversations
from tests.data.published import path_of
from tests.train.rows import CUP, more_turns, row, write_rows

LONG = more_turns("What is {it}?\n<image>", "A cup.", "Why?", "A handle.")


@pytest.mark.parametrize("name", ["data.json", "data.jsonl"])
def test_an_answer_comes_with_its_question_and_picture(tmp_path, name):
    found = read_conversations(*write_rows(tmp_path, [row(0), row(1)], name))
    assert (found.num_examples, found.num_rows) == (2, 2)
    assert (found.turns[1].text, found.turns[1].answer) == ("What is this?", "A cup.")
    opened = found.example(1, np.random.default_rng(0))
    assert opened.images[0].size.height == 25


def test_later_answers_come_with_what_was_said_before(tmp_path):
    data = write_rows(tmp_path, [row(0, conversations=LONG, regions={"it": CUP})])
    first, second = read_conversations(*data).turns
    assert first.text == "What is {it}?"
    assert second.text == "What is {it}?\nA cup.\nWhy?"
    assert second.answer == "A handle."
    assert second.regions["it"].kind == "box"


def test_a_row_may_have_several_pictures(tmp_path):
    said = more_turns("<image><image> Which is red?", "None.")
    data = write_rows(tmp_path, [row(0, image=["0.png", "1.png"], conversations=said)])
    found = read_conversations(*data)
    assert len(found.example(0, np.random.default_rng(0)).images) == 2


BAD = [
    (row(0, image="none.png"), "there is no image 'none.png'"),
    (row(0, image=None), "it has no image"),
    (row(0, image=[]), "it has no image"),
    (row(0, image="../data.json"), "outside"),
    (row(0, conversations=None), "no conversations"),
    (row(0, conversations=[{"from": "human"}]), "turn 1 has no value"),
    (row(0, conversations=more_turns("Hi?", "Yes.")), "1 images and 0 <image>"),
    (row(0, conversations=more_turns("<image> Hi?")), "last question has no answer"),
    (row(0, conversations=more_turns("<image>", "Yes.")), "turn 1 has no words"),
    (row(0, conversations=more_turns("<image> Hi?", "<image>")), "an answer holds"),
    (row(0, conversations=LONG[::-1]), "turn 1 is from human, got 'gpt'"),
    (row(0, conversations=LONG, regions={"other": CUP}), "no region for {it}"),
    (row(0, conversations=LONG, regions={"it": {"kind": "blob"}}), "kind is one of"),
    (row(0, conversations=LONG, regions=[CUP]), "an object of names"),
    ([1], "a row is an object"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD)
def test_a_bad_row_names_itself(tmp_path, bad, reason):
    data = write_rows(tmp_path, [row(0), bad, row(2)])
    with pytest.raises(SampleError) as caught:
        read_conversations(*data)
    assert f"{tmp_path}/data.json, row 2: " in str(caught.value)
    assert reason in str(caught.value)


def test_bad_rows_may_be_left_out_and_are_told(tmp_path):
    found = read_conversations(*write_rows(tmp_path, [row(0), *(b for b, _ in BAD)]), skip_bad=True)
    assert found.num_examples == 1
    assert sorted(found.bad) == list(range(1, len(BAD) + 1))


def test_a_broken_line_names_itself(tmp_path):
    data = write_rows(tmp_path, [row(0), '{"id": '], "data.jsonl")
    with pytest.raises(SampleError, match="row 2: not JSON"):
        read_conversations(*data)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"image": "broken.png"}, "row 2: cannot open"),
        (
            {"conversations": LONG, "regions": {"it": {"kind": "point", "point": [900, 9]}}},
            "row 2: the point .* is outside",
        ),
    ],
)
def test_a_picture_that_cannot_be_used_names_its_row(tmp_path, changes, reason):
    found = read_conversations(*write_rows(tmp_path, [row(0), row(1, **changes)]))
    with pytest.raises(SampleError, match=reason):
        found.example(1, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("content", "reason"),
    [("{}", "a list of rows"), ("[]", "no row to learn from")],
)
def test_a_file_that_is_no_list_of_rows_is_told(tmp_path, content, reason):
    _, pictures = write_rows(tmp_path, [row(0)])
    (tmp_path / "other.json").write_text(content)
    with pytest.raises(UsageError, match=reason):
        read_conversations(tmp_path / "other.json", pictures)


def test_a_file_that_breaks_off_says_where(tmp_path):
    _, pictures = write_rows(tmp_path, [row(0)])
    (tmp_path / "other.json").write_text("[{")
    with pytest.raises(SampleError, match="row 1: the JSON breaks here, at byte 1"):
        read_conversations(tmp_path / "other.json", pictures)


def test_a_file_that_is_not_there_is_told(tmp_path):
    _, pictures = write_rows(tmp_path, [row(0)])
    with pytest.raises(UsageError, match="cannot read"):
        read_conversations(tmp_path / "none.json", pictures)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    file, _ = write_rows(tmp_path, [row(0)])
    with pytest.raises(UsageError, match="no folder of pictures"):
        read_conversations(file, tmp_path / "none")


def test_every_format_of_data_can_be_learned_from():
    for name in ("vcr", "visual7w", "regions", "refcoco"):
        found = read_conversations(path_of(name), None, form=name)
        opened = found.example(found.num_examples - 1, np.random.default_rng(0))
        assert opened.turn.regions
        assert opened.images[0].size.width > 30


def test_regions_of_an_answer_are_its_turns_regions():
    found = read_conversations(path_of("flickr30k_entities"), None, form="flickr30k_entities")
    assert "({thing_1} and {thing_2})" in found.turns[0].answer
    assert "{thing_4}" in found.turns[0].text
    assert set(found.turns[0].regions) == {"thing_1", "thing_2", "thing_3", "thing_4"}


def test_a_split_without_answers_is_nothing_to_learn_from():
    with pytest.raises(SampleError, match="row 1: it has no answer to learn"):
        read_conversations(path_of("vcr"), None, form="vcr", split="test")


def test_rows_about_no_picture_are_learned_from_unless_left_out():
    found = read_conversations(path_of("llava"), None)
    index = next(i for i, turn in enumerate(found.turns) if not turn.pictures)
    assert found.example(index, np.random.default_rng(0)).images == ()
    with pytest.raises(SampleError, match="row 3: it has no image"):
        read_conversations(path_of("llava"), None, text_alone=False)


def test_regions_of_no_picture_are_refused(tmp_path):
    lost = row(0, regions={"it": CUP})
    del lost["image"]
    with pytest.raises(SampleError, match="row 1: "):
        read_conversations(*write_rows(tmp_path, [lost]))


def test_turns_are_a_sequence(tmp_path):
    turns = read_conversations(*write_rows(tmp_path, [row(0), row(1), row(2)])).turns
    assert [turn.row for turn in turns] == [1, 2, 3]
    assert [turn.row for turn in turns[1:]] == [2, 3]
    assert turns[-1].row == 3
    with pytest.raises(IndexError, match="3 turns"):
        _ = turns[3]
