"""Names that tell entities apart, and sets of pictures."""

import numpy as np
import pytest

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.data.entities.entity_set import Entities, EntityPicture, check_names


def picture(entity, shade):
    image = Image(pixels=np.full((20, 24, 3), shade, np.uint8))
    return EntityPicture(entity=entity, source=image, content=image.sha256)


def test_entities_are_taken_and_left_by_their_names():
    several = Entities(pictures=(picture("b", 1), picture("a", 2), picture("b", 3)))
    assert several.names == ("a", "b")
    assert [p.entity for p in several.of(["b"]).pictures] == ["b", "b"]
    assert several.without(["b"]).names == ("a",)
    assert several.pictures[0].image() is several.pictures[0].source


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["cat", "dog", "cat"], "two entities have one name: 'cat'"),
        (["Golden_Gate", "golden  gate"], "one name: 'Golden_Gate' and 'golden  gate'"),
        (["cat", " _ "], "entities need names, got ' _ '"),
    ],
)
def test_two_entities_with_one_name_are_told(names, words):
    with pytest.raises(UsageError, match=words):
        check_names(names, "entities")
