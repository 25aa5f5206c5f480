"""Folders of pictures, their regions and what is spent: their doors."""

from pathlib import Path

import deixis as dx
from deixis.batch.each import CallBudget, TokenPrice
from fuzz.doors.door import Door, Make, door
from fuzz.doors.good_values import PLACE, a_region, always, an_image, model


def _folder() -> str:
    Path("photos").mkdir(exist_ok=True)
    if not Path("photos/a.png").exists():
        an_image().save("photos/a.png")
    return "photos"


def of_folders() -> list[Door]:
    """Folders of pictures, their regions, and what is spent."""
    words = {"pictures": ("folder",), "rows_as": ("form of rows",), "encoding": ("encoding",)}
    words |= {"price": ("a price",), "budget": ("a budget",), "questions": ("question",)}
    words |= {"looking": ("looking", "looks"), "loading": ("loading", "loaded")}
    words |= {"runner": ("runner", "given by its name"), "format": ("format",)}
    words |= {"regions": ("regions", *PLACE)}
    words |= {"out": ("out", "is written to", "journal")}
    given: dict[str, Make] = {
        **{"pictures": _folder, "questions": always("What is {it}?"), "model": model},
        **{"out": always("rows.jsonl"), "regions": lambda: {"a.png": [a_region()]}},
        **{"format": always(None), "encoding": always("said"), "rows_as": always(None)},
        **{"sheet": always(None), "sheet_rows": always(3), "system": always("Be brief.")},
        **{"settings": always(None), "strict": always(False), "at_once": always(2)},
        **{"budget": always("calls=3"), "price": always("in=1,out=2"), "runner": always(None)},
        **{
            "workers": always(2),
            "fresh": always(True),
            "dry_run": always(True),
            "crowds": always(False),
        },
        **{"looking": always(None), "loading": always(None), "reporter": always(None)},
    }
    amounts = {name: ("a budget", "a price", name) for name in ("calls", "tokens", "money")}
    return [
        door("ask_each", dx.ask_each, by_place=2, words=words, **given),
        door(
            "ask_each of a run",
            dx.ask_each,
            by_place=2,
            words=words,
            **{**given, "dry_run": always(False), "sheet": always("sheet.html")},
        ),
        door(
            "CallBudget",
            CallBudget,
            words=amounts,
            calls=always(3),
            tokens=always(3),
            money=always(0.5),
        ),
        door("TokenPrice", TokenPrice, prompt=always(1.0), answer=always(2.0)),
    ]
