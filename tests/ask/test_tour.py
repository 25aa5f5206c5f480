import re

import pytest

from deixis.ask.tour import write_tour
from deixis.data.demo.pictures import demo_picture
from deixis.reports import page


@pytest.mark.long
def test_the_tour_is_one_page_that_needs_nothing_else(tmp_path):
    tour = write_tour(tmp_path / "tour")
    path = tour.page
    text = path.read_text(encoding="utf-8")
    assert [file.name for file in path.parent.iterdir()] == ["index.html"]
    assert text.count("data:image/png;base64,") >= 8
    assert not re.search(r'(src|href)="(?!data:)', text)
    assert len({one.way for one in tour.pointings}) == 15
    assert sum(one.is_right for one in tour.pointings) >= 13
    (cards,) = re.findall(r'<div class="cards">(.*?)</div>', text)  # rows without a gap
    assert cards.count("<figure>") == len(tour.pointings)


def test_what_stands_on_a_page_cannot_become_markup():
    hostile = "<script>x</script>"
    still = demo_picture("still_life")
    image, cup = still.image, still.region("cup").named(label=hostile)
    text = page.page(
        hostile,
        hostile,
        [
            page.section(hostile, page.text(hostile), page.code(hostile)),
            page.table([hostile], [[hostile]]),
            page.picture(image, hostile, regions=[cup]),
        ],
    )
    assert "<script>" not in text
