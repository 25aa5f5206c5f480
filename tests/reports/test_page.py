"""The page of runs: figures stay whole, words are words."""

from deixis.data.demo.pictures import demo_picture
from deixis.evals.page import runs_page
from deixis.reports import page
from deixis.reports.page import figures_table


def test_a_page_is_as_wide_as_its_window() -> None:
    assert 'content="width=device-width"' in runs_page([], [], b"")


def test_figures_are_kept_on_one_line_and_words_are_not() -> None:
    table = figures_table(
        ("value", "answer"), [("25.0 (7.1 to 59.1)", "8 <b>cups</b>"), ("8", "8.")]
    )
    assert '<td class="number">25.0 (7.1 to 59.1)</td>' in table
    assert "<td>8 &lt;b&gt;cups&lt;/b&gt;</td>" in table
    assert '<td class="number">8</td>' in table


def test_only_an_enlarged_picture_keeps_its_pixels_sharp() -> None:
    image = demo_picture("frog").image
    wide = image.size.width
    assert "pixelated" in page.picture(image, "enlarged", width=2 * wide)
    assert "pixelated" not in page.picture(image, "as it is")
    assert "pixelated" not in page.picture(image, "made smaller", width=wide // 2)
