import re

from deixis.lab import page
from deixis.lab.demo import write_tour
from deixis.lab.picture import still_life


def test_the_tour_is_one_page_that_needs_nothing_else(tmp_path):
    tour = write_tour(tmp_path / "tour")
    path = tour.page
    text = path.read_text(encoding="utf-8")
    assert [file.name for file in path.parent.iterdir()] == ["index.html"]
    assert text.count("data:image/png;base64,") >= 8
    assert not re.search(r'(src|href)="(?!data:)', text)
    assert len({one.way for one in tour.pointings}) >= 9
    assert all(one.is_right for one in tour.pointings)


def test_the_picture_is_the_same_on_every_call():
    assert still_life() == still_life()


def test_what_stands_on_a_page_cannot_become_markup():
    hostile = "<script>x</script>"
    image, cup = still_life().image, still_life().cup.named(label=hostile)
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
