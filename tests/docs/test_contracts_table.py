"""The table of contracts on its page is that of the data."""

from docs.contracts_table import PAGE, with_table


def test_the_page_shows_the_contracts_as_they_are():
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page, "python docs/contracts_table.py writes it anew"
