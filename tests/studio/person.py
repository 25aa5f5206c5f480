"""`python person.py LINK`, as $BROWSER: a person who draws a box on what they are shown, and is
done; with $DEIXIS_LEAVES they leave.
"""

import os
import sys

from playwright.sync_api import sync_playwright

CHROMIUM = os.environ["DEIXIS_CHROMIUM"]


def shown(browser, link):
    page = browser.new_context(viewport={"width": 1000, "height": 700}).new_page()
    page.goto(link)
    page.wait_for_selector("html[data-ready]")
    return page


def draw(page):
    """A box is drawn by mouse."""
    place = page.locator(".dx-stage").bounding_box()
    middle = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.move(middle[0] - 60, middle[1] - 40)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1] + 40, steps=4)
    page.mouse.up()


def main():
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = shown(browser, sys.argv[1])
        if os.environ.get("DEIXIS_LEAVES"):
            browser.close()
            return
        draw(page)
        page.keyboard.press("Enter")
        page.wait_for_selector("#over:visible")
        browser.close()


if __name__ == "__main__":
    main()
