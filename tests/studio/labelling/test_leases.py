from deixis.studio.labelling.leases import SECONDS, Leases


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_picture_has_one_holder_until_the_holder_goes_on():
    leases = Leases()
    assert leases.take("a", writer="1", by="ann") is None
    assert leases.take("a", writer="2", by="bob").by == "ann"
    assert leases.of_others("2") == {"a": "ann"}
    assert leases.of_others("1") == {}
    leases.take("b", writer="1", by="ann")
    assert leases.take("a", writer="2", by="bob") is None


def test_who_is_not_heard_of_any_more_holds_nothing():
    clock = Clock()
    leases = Leases(clock=clock)
    leases.take("a", writer="1", by="ann")
    clock.now = SECONDS - 1
    leases.take("a", writer="1", by="ann")
    clock.now = 2 * SECONDS - 2
    assert leases.of_others("2") == {"a": "ann"}
    clock.now = 2 * SECONDS
    assert leases.take("a", writer="2", by="bob") is None


def test_who_leaves_holds_nothing():
    leases = Leases()
    leases.take("a", writer="1", by="ann")
    leases.leave("1")
    assert leases.of_others("2") == {}
