"""Pictures are looked at once, and together."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from deixis.ask.knowledge_forms import Knowledge, Looked
from deixis.core.image import Image
from deixis.core.region import box
from deixis.sources import KnowledgeSource, Looking


def picture(shade):
    return Image(pixels=np.full((30, 40, 3), shade, dtype=np.uint8))


class Counting(KnowledgeSource):
    """A source that remembers how many pictures came at once."""

    record = {"source": "counting"}

    def __init__(self):
        self.calls = []

    @classmethod
    def of(cls, argument, options):
        return cls()

    def look(self, image):
        return [box(0, 0, 9, 9, label=str(image.pixels[0, 0, 0]))]

    def look_all(self, images):
        self.calls.append(len(images))
        return [self.look(image) for image in images]


def looked(source, **settings):
    return Looked(Knowledge(look=Looking(names=[source]), form="told"), **settings)


def labels(notes):
    return [[note.label for note in some] for some in notes]


def test_several_pictures_are_looked_at_together_and_each_once():
    source = Counting()
    known = looked(source)
    assert labels(known([picture(1), picture(2), picture(1)])) == [["1"], ["2"], ["1"]]
    assert labels(known([picture(2), picture(3)])) == [["2"], ["3"]]
    assert source.calls == [2, 1]


def test_only_the_last_pictures_are_remembered():
    source = Counting()
    known = looked(source, most=1)
    known([picture(1), picture(2)])
    known([picture(2)])
    known([picture(1)])
    assert source.calls == [2, 1]


def test_threads_that_ask_at_once_look_once():
    source = Counting()
    known = looked(source)
    with ThreadPoolExecutor(4) as workers:
        assert len(set(map(str, workers.map(known, [[picture(7)]] * 12)))) == 1
    assert source.calls == [1]


def test_two_sources_look_one_after_the_other():
    first, second = Counting(), Counting()
    both = Looking(names=[first, second])
    images = [picture(1), picture(2)]
    assert both.look_all(images) == [both(image) for image in images]
    assert first.calls == second.calls == [2]
