"""The table of dialects on its page is that of the code, and its examples mean the cup."""

import html
import re

import pytest

from deixis.coordinates import dialects
from docs.dialects_table import ABOUT, CUP, PAGE, SIZE, with_table

ROW = re.compile(r"^\| `(\w+)` \|.*?<code>(.*?)</code>", re.MULTILINE)


def test_the_page_has_the_table_of_the_dialects():
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page, "python docs/dialects_table.py writes it anew"


def test_every_dialect_is_told_about():
    assert set(ABOUT) == set(dialects.names())


@pytest.mark.parametrize(("name", "said"), ROW.findall(PAGE.read_text(encoding="utf-8")))
def test_the_example_of_the_page_reads_as_the_cup(name, said):
    dialect = dialects.get(name)()
    reading = dialect.read(html.unescape(said), SIZE)
    (region,) = reading.regions
    assert reading.unread == ()
    step = dialect.quantum(SIZE)
    centre, wanted = region.centre(), CUP.centre()
    assert abs(centre.x - wanted.x) <= step.x
    assert abs(centre.y - wanted.y) <= step.y
    assert region.kind == ("box" if "box" in dialect.kinds else "point")
