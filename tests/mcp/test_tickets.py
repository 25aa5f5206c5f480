import threading

import pytest

from deixis.core.errors import ModelError, UsageError
from deixis.core.region import box
from deixis.mcp.tickets import MOST_WAITING, Tickets
from tests.mcp.clients import called, mistake, picture, record, toolbox


class StandIn:
    """A person who draws when they are told to."""

    def __init__(self, regions=None, error=None):
        self.regions, self.error = regions, error
        self.asked, self.is_done = [], threading.Event()

    def pick(self, picture, what):
        self.asked.append((picture, what))
        self.is_done.wait(10)
        if self.error is not None:
            raise self.error
        return self.regions


@pytest.fixture
def root(tmp_path):
    picture(tmp_path / "street.png")
    return tmp_path


def test_a_ticket_comes_at_once_and_later_what_was_drawn(root):
    person = StandIn({"cup": box(1, 2, 30, 40)})
    house = toolbox(root, picker=person)
    told = record(called(house, "point", {"image": "street.png", "what": "your cup"}))
    assert told["status"] == "waiting"
    ticket = {"ticket": told["ticket"], "seconds": 0}
    assert record(called(house, "point_result", ticket))["status"] == "waiting"
    person.is_done.set()
    done = record(called(house, "point_result", {**ticket, "seconds": 10}))
    assert done["status"] == "done"
    assert done["regions"] == {"cup": {"kind": "box", "box": [1, 2, 30, 40]}}
    assert person.asked == [(root / "street.png", "your cup")]


def test_a_person_may_leave(root):
    person = StandIn(None)
    person.is_done.set()
    house = toolbox(root, picker=person)
    ticket = record(called(house, "point", {"image": "street.png"}))["ticket"]
    assert record(called(house, "point_result", {"ticket": ticket}))["status"] == "left"


def test_what_goes_wrong_in_the_picker_is_told(root):
    person = StandIn(error=ModelError("there is no screen"))
    person.is_done.set()
    house = toolbox(root, picker=person)
    ticket = record(called(house, "point", {"image": "street.png"}))["ticket"]
    told = mistake(called(house, "point_result", {"ticket": ticket}))
    assert told == "there is no screen"


def test_nobody_guesses_a_ticket(root):
    house = toolbox(root, picker=StandIn())
    told = mistake(called(house, "point_result", {"ticket": "x"}))
    assert told == "there is no ticket 'x': call point again"


def test_without_the_studio_an_agent_is_told_what_else_it_may_do(root):
    for name, arguments in (("point", {"image": "street.png"}), ("point_result", {"ticket": "x"})):
        told = mistake(called(toolbox(root), name, arguments))
        assert "not installed here" in told
        assert "call find" in told


def test_only_so_many_pictures_wait_for_a_person(root):
    person = StandIn()
    tickets = Tickets(person)
    names = {tickets.open(root / "street.png") for _ in range(MOST_WAITING)}
    assert len(names) == MOST_WAITING
    with pytest.raises(UsageError, match="wait for a person already"):
        tickets.open(root / "street.png")
    person.is_done.set()
    assert all(tickets.result(name, 10).done.is_set() for name in names)
    tickets.open(root / "street.png")


def test_tickets_are_forgotten_after_a_day(root):
    now = [0.0]
    tickets = Tickets(StandIn({}), clock=lambda: now[0])
    name = tickets.open(root / "street.png")
    now[0] = 86_401.0
    with pytest.raises(UsageError, match="there is no ticket"):
        tickets.result(name)
