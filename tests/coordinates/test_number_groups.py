"""The scanner that judges readers finds what could be a place, and leaves alone what could not."""

import pytest

from tests.coordinates.number_groups import groups, unaccounted

PLACES = {
    "Here: [100, 200, 300, 400].": "list",
    "the cup (500, 300) there": "list",
    "[[100, 200], [300, 400]]": "list",
    '["100", "200"]': "list",
    '{\\"a\\": [1, 2.5, 3, 4]}': "list",
    "[٣٠٠, ٤٠٠]": "list",
    "（100，200）": "list",
    "[100, 200, 30": "list",
    "[100, 200, 300, 400 oops": "list",
    "bbox[100,200,300,400]": "list",
    "[1, 2, 3]": None,
    "[12, 15]": "list",
    "[1e999, 2, NaN, 4]": "list",
    "100 200 300 400": "run",
    "cup: 0.1, 0.2, 0.3, 0.4 and so on": "run",
    "1. 100 200 300 400": "run",
    "500, 300": "answer",
    "```\n500 300\n```": "answer",
    "<loc0001>": "token",
    "<165><132><361><422>": "token",
    '<points coords="<POINT_662><POINT_1163><POINT_1172>1<POINT_1162>">': "token",
    "<bbox>100 200 300 400</bbox>": "tag",
    "click(point='<point>500 300</point>')": "tag",
    "<|box_start|>(1,2),(3,4)<|box_end|>": "tag",
    "<point>500": "tag",
    '<point x="10.5" y="20.5">a</point>': "attribute",
    "<points coords='1 1 364 494'>a</points>": "attribute",
    '<point x="10.5" y="2': "attribute",
    "x=500, y=300": "edge",
    '{"x_min": 0.1, "y_min": 0.2}': "edge",
    '{"label": "cup", "x": 12': "edge",
    "click(500, 300)": "call",
    "pyautogui.moveTo(500, 300, duration=1)": "call",
    "click(500": "call",
    "```python\npyautogui.click(x=500, y=300)\n```": "call",
    "<Points Coords='1 1 364": "attribute",
    '{"bbox_2d": [100, 2': "key",
    '"coordinate": "500,300"': "key",
    "start_box='(500,300)'": "key",
    '{"polygon": [[1, 2], [3, 4], [5': "key",
}
OTHERS = (
    "It costs $12.50, or 3 for $30.",
    "On 2024-01-02 at 10:30, version 1.2.3 of 192.168.0.1:8080.",
    "See [1] and [2, 3]; cf. [4](https://example.org/a/12/34).",
    "Between 10-20 and 1920x1080, 3-1 wins, 48.85, 2.35.",
    "range(0, 10), rgb(255, 0, 0), f(2, 3), np.zeros((3))",
    "| 12 | 34 | 56 | 78 |",
    "1, 2, 3, 4, 5 and 2019, 2020, 2021, 2022",
    "Call 01 23 45 67 89 or +33 1 23 45 67 89.",
    "Card 4111 1111 1111 1111.",
    '{"count": 3, "confidence": 0.98, "points": 5}',
    "x is in [0, 1], the range (3, 10), RGB (255, 0, 0), (1914, 1918)",
    "```python\nfor i in [3, 14, 15, 92]:\n    x = 3\n    y = 4\n```",
    "$f(x) = [3, 14]$ and \\(a = (10, 20)\\)",
    "1,234,567,890 people; 1,234, 5,678, 9,012",
    "x = 4 and y = 7, left: 3, right: 5, width: 1920, height: 1080",
    "<think>[100, 200, 300, 400]</think> none",
    "[100, 200] or so</think> none",
    '{"label": "cup [3, 14]", "n": 1} type(content=\'go to (3, 14)\')',
    "<ref>cup [3, 14]</ref> <points coords='1'>cup (3, 14)</points> coords=<POINT_1162>",
    '{"arguments": "{\\"action\\": \\"type\\", \\"text\\": \\"(3, 14)\\"}"}',
    "I see 3 cats, 2 dogs, 10 birds, 4 fish.",
)


@pytest.mark.parametrize(("text", "rule"), PLACES.items())
def test_what_could_be_a_place_is_found(text: str, rule: str | None) -> None:
    assert {group.rule for group in groups(text)} >= ({rule} if rule else set())


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_no_place_is_left_alone(text: str) -> None:
    assert groups(text) == []


def test_a_group_is_accounted_for_where_each_number_lies_in_a_span() -> None:
    text = "[100, 200, 300, 400]"
    assert unaccounted(text, [(0, 20)]) == []
    assert unaccounted(text, [(1, 9), (11, 19)]) == []
    assert {group.rule for group in unaccounted(text, [(1, 9)])} == {"list", "run"}


def test_a_draft_without_an_end_is_accounted_for() -> None:
    assert groups("<think>[100, 200]")
