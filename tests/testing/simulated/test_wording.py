"""What a simulated model makes of the words of a question."""

import pytest

from deixis.testing.simulated.wording import wish_of

KNOWN = frozenset({"red circle", "blue square", "Save button", "circle", "sign"})


def wish(text, pointed=""):
    return wish_of(text, KNOWN, pointed=pointed)


@pytest.mark.parametrize(
    "text",
    [
        "Where is the red circle?",
        "Locate the red circle, output its bbox coordinates using JSON format.",
        "What are the coordinates of the red circle?",
        "Tell me where the red circle is.",
        "Can you find the red circle?",
        "Find the place that shows the answer to “What does the red circle say?”. Give its box.",
        "<|ref|>the place that shows the answer to “What does the red circle say?”<|/ref|>.",
        "You are a GUI agent. Answer with click(point='<point>x1 y1</point>'). Click on red circle",
        "What element matches the following task? Output only the coordinate of red circle",
        "detect red circle",
        "<CAPTION_TO_PHRASE_GROUNDING>red circle",
        "Click on the red circle. Answer with a list like [x, y].",
        "In this picture, what is the position of the red circle as [100, 200]?",
        "Give the bounding box of the RED  circle as [x0, y0, x1, y1]; for example [1, 2, 3, 4].",
    ],
)
def test_these_words_ask_for_the_place_of_the_red_circle(text):
    asked = wish(text, "surely" if "[1" in text else "perhaps")
    assert (asked.want, asked.names) == ("places", ("red circle",))


@pytest.mark.parametrize(
    "text",
    [
        "What is at [100, 200]?",
        "Which of these is at [100, 200]: a red circle or a blue square?",
        "What is in the picture: a red circle or a blue square?",
        "Name the thing within the red rectangle. Choose from: red circle, blue square.",
        "What is the object in the picture?",
    ],
)
def test_these_words_ask_what_is_pointed_at(text):
    assert wish(text, "perhaps" if "in the picture" in text else "surely").want == "pointed"


def test_a_question_about_a_thing_wants_words():
    asked = wish("What does the sign say?")
    assert (asked.want, asked.names, asked.wants_place) == ("words", ("sign",), False)


def test_a_question_about_a_thing_may_want_its_place_too():
    asked = wish("What does the sign say? Give the box of the region that the answer rests on.")
    assert (asked.want, asked.wants_place, asked.form) == ("words", True, "box")


def test_a_question_about_a_thing_in_the_picture_is_about_the_thing():
    assert wish("What does the sign in the picture say?", "perhaps").want == "words"


def test_how_many_wants_a_number():
    assert wish("How many circles are there?").want == "number"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Give the bounding box of the sign.", "box"),
        ("Point to the sign.", "point"),
        ("Tap the sign.", "point"),
        ("Where is the sign?", ""),
    ],
)
def test_box_and_point_are_told_apart(text, form):
    assert wish(text).form == form


@pytest.mark.parametrize(
    "text",
    [
        "Detect all red circles.",
        "Point to every red circle.",
        "Find the red circles.",
    ],
)
def test_all_of_a_name_are_wanted(text):
    assert wish(text).is_many


def test_each_number_is_not_each_thing():
    assert not wish("Find the red circle: [x, y], each a share of the side.").is_many


def test_a_number_of_pixels_is_not_counted():
    assert wish("Click on red circle. x is the number of pixels from the left.").want == "places"


def test_one_is_wanted_without_such_a_word():
    assert not wish("Find the red circle.").is_many


def test_the_longest_name_is_meant():
    assert wish("Find the red circle and the circle.").names == ("red circle", "circle")


def test_part_of_a_word_is_no_name():
    assert wish("Find the signal.").names == ()
