"""The table of formats on its page is that of the adapters and of the manifest."""

from docs.adapters_table import PAGE, with_table


def test_the_page_shows_the_formats_as_they_are():
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page, "python docs/adapters_table.py writes it anew"
