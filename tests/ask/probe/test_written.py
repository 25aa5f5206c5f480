import pytest

from deixis.ask.probe.written import written


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("The cup is at [300, 200, 600, 700].", (300, 200, 600, 700)),
        ('```json\n[{"bbox_2d": [3, 2, 6, 7], "label": "cup 4"}]\n```', (3, 2, 6, 7)),
        ("<|box_start|>(3,2),(6,7)<|box_end|>", (3, 2, 6, 7)),
        ("<box><165><132><361><422></box>", (165, 132, 361, 422)),
        ("<loc0205><loc0204><loc0716><loc0409> cup", (205, 204, 716, 409)),
        ("<ref>cup</ref><box>[[3, 2, 6, 7]]</box>", (3, 2, 6, 7)),
        ("click(start_box='(500,300)')", (500, 300)),
        ("It is at 36.4%, 49%", (36.4, 49)),
        ("x: 12px, y: 34 px", (12, 34)),
    ],
)
def test_the_numbers_of_a_place_are_one_group(text, numbers):
    [group] = written(text).groups
    assert group.numbers == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ('{"y": 300, "x": 400}', (400, 300)),
        ("pyautogui.click(x=500, y=300)", (500, 300)),
        ('<point x="30.5" y="45.0" alt="cup">cup</point>', (30.5, 45)),
        ('{"y_min": 2, "x_min": 3, "y_max": 7, "x_max": 6}', (3, 2, 6, 7)),
        ('{"left": 3, "top": 2, "width": 10, "height": 20}', (3, 2, 13, 22)),
    ],
)
def test_axes_that_are_named_put_the_numbers_in_order(text, numbers):
    [group] = written(text).groups
    assert (group.numbers, group.is_named) == (numbers, True)


def test_two_boxes_are_two_groups():
    assert [group.numbers for group in written("[[1,2,3,4],[5,6,7,8]]").groups] == [
        (1, 2, 3, 4),
        (5, 6, 7, 8),
    ]


def test_a_box_without_extent_is_a_point():
    [group] = written("<|det|>[[799, 300, 799, 300]]<|/det|>").groups
    assert group.numbers == (799, 300)


@pytest.mark.parametrize(
    "text",
    [
        "I see 3 shapes and 2 colours.",
        "There are 4.",
        "",
        "I cannot help with that.",
        "<think>[1, 2, 3, 4]</think>no",
    ],
)
def test_numbers_that_are_no_place_are_no_group(text):
    assert written(text).groups == ()
