"""Answers to a probe's questions: by simulated models, and by functions of the truth."""

from functools import cache

from deixis.ask.model import Model
from deixis.ask.probe.asking import ProbeAsker
from deixis.ask.probe.following import trial_pictures
from deixis.ask.probe.likelihood import PlaceAnswer
from deixis.ask.probe.natives import read_by_own
from deixis.ask.probe.places import ask_places, pool
from deixis.ask.probe.written import written
from deixis.testing.simulated import Manner, simulated


@cache
def truth(seed, *, with_marks=False):
    """What stands where on every picture that a probe of this seed may show."""
    pictures = [*pool(seed), *(trial_pictures(seed) if with_marks else ())]
    return {one.image: [thing.box_region() for thing in one.things] for one in pictures}


def simulated_model(kind, *, seed=0, pictures=0, with_marks=False, **manner):
    """A simulated model that knows the pictures of a probe."""
    known = truth(pictures, with_marks=with_marks)
    return simulated(kind, known, manner=Manner(**manner), seed=seed)


def asked(kind, *, seed=0, pictures=0, **manner):
    """A simulated model is asked where things are."""
    model = simulated_model(kind, seed=seed, pictures=pictures, **manner)
    return ask_places(ProbeAsker(vlm=model), seed=pictures)


def loaded(kind, **manner):
    """A simulated model as people have it."""
    return Model(simulated_model(kind, with_marks=True, **manner))


def answers(say, *, seed=0, places=range(18)):
    """Answers about a thing of each picture: `say` makes the words of (picture, thing)."""
    found = []
    for place in places:
        picture = pool(seed)[place]
        target = picture.askable()[0]
        text = say(picture, picture.things[target])
        found.append(
            PlaceAnswer(
                picture=picture,
                target=target,
                kind="box",
                asked="",
                text=text,
                written=written(text),
                own=read_by_own(text, picture.size),
            )
        )
    return found
