"""The canvas works in hosts of other kinds: in a shadow of a page, as notebooks make them."""

import pytest

pytestmark = pytest.mark.long


def test_it_works_in_a_shadow(opened):
    tried = opened()
    tried.do("""async () => {
        canvas.destroy();
        const root = document.querySelector('#canvas').attachShadow({mode: 'open'});
        const sheet = new CSSStyleSheet();
        await sheet.replace(await (await fetch('/page/canvas.css')).text());
        root.adoptedStyleSheets = [sheet];
        const held = document.createElement('div');
        root.append(held);
        window.canvas = new Canvas(held, {tool: 'box'});
        await canvas.show({width: 620, height: 410, url: '/picture'});
    }""")
    tried.rest()
    stage = tried.page.locator(".dx-stage").bounding_box()
    at = tried.do("canvas.stage.view.toStage({x: 100, y: 80})")
    x, y = stage["x"] + at["x"], stage["y"] + at["y"]
    mouse = tried.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 50, y + 50)
    mouse.up()
    assert tried.only["box"][:2] == pytest.approx([100, 80], abs=0.02)
    tried.do("canvas.select([]); canvas.insert({a: {kind: 'point', point: [1, 2]}})")
    buttons = tried.page.locator(".dx-region")
    buttons.nth(1).wait_for()
    buttons.nth(1).focus()
    tried.press("ArrowUp", "Enter")
    tried.page.locator('.dx-region[data-name="box1"][aria-pressed="true"]').wait_for()
    # the list is drawn anew, and what had the focus has it still
    assert tried.do("canvas.root.getRootNode().activeElement.dataset.name") == "box1"
    tried.press("Delete")
    assert list(tried.regions) == ["a"]
    assert tried.errors == []
