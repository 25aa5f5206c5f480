"""The canvas says what it holds to screen readers, in light and dark, and fits small windows."""

import pytest

from tests.studio.canvas.test_editing import REGIONS
from tests.studio.node_tools import axe_violations

pytestmark = pytest.mark.long


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(opened, scheme, width):
    tried = opened(regions=REGIONS, color_scheme=scheme, viewport={"width": width, "height": 900})
    assert axe_violations(tried.page) == []
    tried.do("canvas.select(['leaf'])")
    tried.to_stage()
    tried.press("ArrowRight")
    tried.page.wait_for_timeout(300)
    assert axe_violations(tried.page) == []
    tried.do("canvas.select([]); canvas.tool = 'box'")
    tried.page.wait_for_timeout(300)
    assert axe_violations(tried.page) == []


def test_each_region_has_a_button_that_says_name_shape_and_place(opened):
    tried = opened(regions=REGIONS)
    names = [button.text_content() for button in tried.page.locator(".dx-region").all()]
    assert names == [
        "cup a cup, box 100.25, 80.5, 300, 200",
        "dot point 400, 100",
        "oval ellipse 450, 250, 80, 40 turned by 20",
        "leaf polygon of 6 corners within 60, 290, 260, 380",
        "line stroke of 3 points within 317.75, 327.75, 402.25, 352.25",
        "tip arrow to 560, 60",
    ]
    tried.page.get_by_role("button", name="oval").focus()
    tried.press("ArrowDown", "Enter")
    assert tried.do("canvas.selected") == ["leaf"]
    tried.page.locator('.dx-region[data-name="leaf"][aria-pressed="true"]').wait_for()
    assert tried.page.evaluate("document.activeElement.dataset.name") == "leaf"
    tried.press("Delete")
    tried.page.wait_for_timeout(200)
    assert "leaf" not in tried.regions


def test_thousands_of_regions_are_listed_a_hundred_at_a_time(opened):
    points = {f"p{at}": {"kind": "point", "point": [at % 600, at // 600]} for at in range(2050)}
    tried = opened(regions=points)
    page = tried.page
    assert page.locator(".dx-region").count() == 100
    assert page.get_by_role("heading", name="Regions 1–100 of 2050").is_visible()
    page.get_by_role("button", name="Later").press("Enter")
    assert page.locator(".dx-region strong").first.text_content() == "p100"
    tried.do("canvas.select(['p2049'])")
    page.get_by_role("heading", name="Regions 2001–2050 of 2050").wait_for()
    assert page.locator(".dx-region[aria-pressed=true] strong").text_content() == "p2049"
    assert page.locator("li").first.get_attribute("aria-posinset") == "2001"


def test_the_tool_bar_is_one_stop_whose_buttons_arrows_reach(tried):
    page = tried.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Select"
    tried.press("ArrowRight", "Enter")
    assert tried.do("canvas.tool") == "box"
    tried.press("Tab")
    assert page.evaluate("document.activeElement.className") == "dx-stage"


def test_what_is_done_is_said(tried):
    live = tried.page.get_by_role("status")
    tried.to_stage()
    tried.press("b", "ArrowRight")
    tried.page.wait_for_timeout(250)
    assert live.text_content() == "310, 205"
    tried.press("Enter", "Shift+ArrowRight", "Shift+ArrowDown", "Enter")
    tried.page.wait_for_timeout(250)
    assert live.text_content() == "box1: box 310, 205, 320, 215"


def test_targets_are_large_enough_for_fingers(opened):
    tried = opened(
        regions=REGIONS, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True
    )
    tried.do("canvas.select(['cup'])")
    for target in tried.page.locator(".dx-canvas button:visible, .dx-canvas input:visible").all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 40, target.evaluate("it => it.outerHTML")
    assert tried.do("document.documentElement.scrollWidth <= innerWidth")


def test_a_key_of_a_tool_does_nothing_in_a_field_or_outside(opened):
    tried = opened(regions=REGIONS)
    tried.do("canvas.select(['cup'])")
    tried.page.get_by_label("label", exact=True).focus()
    tried.press("b", "Delete")
    assert tried.do("canvas.tool") == "select"
    tried.do("document.activeElement.blur()")
    tried.press("b", "Delete")
    assert tried.do("canvas.tool") == "select"
    assert "cup" in tried.regions


def test_motion_is_only_where_it_is_wanted(opened):
    for wanted, seconds in (("reduce", "0s"), ("no-preference", "0.12s")):
        tried = opened(reduced_motion=wanted)
        assert (
            tried.do("getComputedStyle(document.querySelector('.dx-tool')).transitionDuration")
            == seconds
        )
