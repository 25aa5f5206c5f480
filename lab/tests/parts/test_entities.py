"""The names of Things, seen well, each as often."""

from collections import Counter

from deixis_lab.parts.entities import held_out_names, scene_entities


def test_every_held_out_entity_has_its_pictures_and_no_other_has():
    entities = scene_entities(per_entity=2, splits=["novel_names"])
    assert set(entities.names) == set(held_out_names())
    assert set(Counter(p.entity for p in entities.pictures).values()) == {2}


def test_regions_are_those_of_the_thing_and_the_same_again():
    first, again = (scene_entities(per_entity=1, splits=["novel_names"]) for _ in range(2))
    assert first.pictures == again.pictures
    for picture in first.pictures:
        assert picture.region.label == picture.entity
        assert picture.image().sha256 == picture.content
