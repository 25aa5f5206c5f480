"""Rank_e of entities: what it is, that it depends on nothing else, and how it is kept."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from typing_extensions import override

import deixis as dx
from deixis.core.errors import UnknownNameError, UsageError
from deixis.data.entities.entity_set import Entities
from deixis.priors.cache import EmbeddingCache, embedded
from deixis.priors.candidates import Candidates, read_candidates
from deixis.priors.encoders import PriorEncoder, prior_encoder
from deixis.priors.ranking import (
    RankOptions,
    band_of,
    bands,
    from_record,
    interval_of_mean,
    load_ranking,
    rank,
    save_ranking,
    to_record,
)
from tests.priors.tiny_encoders import save

MORE = ("red fox", "tea pot", "zebra", "yak", "gnu", "elk")


class Counting(PriorEncoder):
    """Another encoder that counts what it embeds."""

    has_names = True

    def __init__(self, inner):
        self.inner, self.count = inner, 0

    @classmethod
    @override
    def of(cls, argument, load):
        raise NotImplementedError

    @property
    @override
    def record(self):
        return self.inner.record

    @override
    def embed_pictures(self, pictures):
        self.count += len(pictures)
        return self.inner.embed_pictures(pictures)

    @override
    def embed_names(self, texts):
        return self.inner.embed_names(texts)


@pytest.fixture(scope="module")
def clip(checkpoints):
    return prior_encoder(f"dual:{checkpoints['clip']}")


@pytest.fixture(scope="module")
def dinov2(checkpoints):
    return prior_encoder(f"vision:{checkpoints['dinov2']}")


def test_a_rank_is_that_of_the_plain_definition(entities, clip):
    templates = ("a {}.", "one {}")
    found = rank(entities, clip, RankOptions(names=MORE, templates=templates))
    unit = torch.nn.functional.normalize
    texts = {
        name: sum(unit(clip.embed_names([t.format(name)]).double()) for t in templates)
        for name in MORE
    }
    for one in found.entities:
        own = []
        for picture in entities.of([one.name]).pictures:
            vector = embedded(clip, [picture], None).double()
            scores = {n: float(unit(vector) @ unit(text).T) for n, text in texts.items()}
            own.append(1 + sum(score > scores[one.name] for score in scores.values()))
        assert one.ranks == tuple(sorted(map(float, own)))
        assert one.mean == pytest.approx(np.mean(own))
        assert one.median == np.median(own)
        assert one.reciprocal == pytest.approx(np.mean(1 / np.array(own)))
        assert one.normalised == pytest.approx(1 - (one.mean - 1) / 5)
        assert one.low <= one.mean <= one.high


def test_the_least_known_comes_first_and_bands_are_by_edges_and_by_quarters(entities, clip):
    found = rank(entities, clip, RankOptions(names=MORE, edges=(1.5, 3.0)))
    means = [one.mean for one in found.entities]
    assert means == sorted(means, reverse=True)
    assert found.num_candidates == 6
    for one in found.entities:
        assert one.band == band_of(one.mean, (1.5, 3.0))
    assert bands((1.5, 3.0)) == ("rank up to 1.5", "rank up to 3", "rank over 3")
    assert [band_of(value, (1.5, 3.0)) for value in (1.5, 1.6, 3.1)] == list(bands((1.5, 3.0)))
    assert found.entities[-1].quarter == "best known quarter"


def test_the_order_of_pictures_and_names_changes_nothing(entities, clip, dinov2):
    turned = Entities(pictures=entities.pictures[::-1])
    assert rank(turned, dinov2) == rank(entities, dinov2)
    first = rank(entities, clip, RankOptions(names=MORE))
    again = rank(turned, clip, RankOptions(names=MORE[::-1]))
    assert again == first


def test_other_candidates_or_templates_have_another_hash(entities, clip):
    digests = {
        rank(entities, clip, options).digest
        for options in (
            RankOptions(),
            RankOptions(names=MORE),
            RankOptions(names=MORE, templates=("{}",)),
        )
    }
    assert len(digests) == 3


def test_an_encoder_without_words_is_asked_by_prototypes(entities, dinov2):
    found = rank(entities, dinov2)
    assert found.by == "prototypes"
    assert {one.name for one in found.entities} == set(entities.names)
    means = [one.mean for one in found.entities]
    assert np.mean(means) < 2  # of chance: an entity's pictures are alike
    lonely = Entities(
        pictures=tuple(p for p in entities.pictures if p.entity != "zebra")
        + entities.of(["zebra"]).pictures[:1]
    )
    left = rank(lonely, dinov2)
    assert [one.entity for one in left.left_out] == ["zebra"]
    assert left.num_candidates == 2
    with pytest.raises(UsageError, match="'zebra' was not ranked"):
        left["zebra"]
    with pytest.raises(UsageError, match="asked without names and templates"):
        rank(entities, dinov2, RankOptions(names=MORE))
    with pytest.raises(UsageError, match="at least two entities with two pictures"):
        rank(Entities(pictures=entities.pictures[2:6]), dinov2)  # one has one picture


def test_a_picture_is_no_part_of_its_own_prototype(checkpoints, tmp_path):
    other = prior_encoder(f"vision:{checkpoints['dinov3']}")
    noise = np.random.default_rng(0).integers(0, 256, (24, 30, 30, 3), dtype=np.uint8)
    found = dx.rank_entities(other, list(noise), [f"n{i % 8}" for i in range(24)])
    assert np.mean([one.mean for one in found.entities]) > 2.5  # chance is 4.5, its own would be 1


def test_an_interval_is_the_same_again_and_holds_its_mean():
    values = np.sort(np.random.default_rng(0).exponential(9.0, 30))
    low, high = interval_of_mean(values, (1.0, 99.0))
    assert (low, high) == interval_of_mean(values, (1.0, 99.0))
    assert low < values.mean() < high


def test_one_picture_tells_no_spread(entities, clip):
    lonely = Entities(pictures=entities.of(["zebra"]).pictures[:1])
    (one,) = rank(lonely, clip, RankOptions(names=MORE)).entities
    assert (one.low, one.high) == (1.0, len(MORE))


def test_pictures_are_embedded_once(entities, clip, tmp_path):
    counting = Counting(clip)
    first = rank(entities, counting, RankOptions(cache=tmp_path))
    assert counting.count == 9
    assert rank(entities, counting, RankOptions(cache=tmp_path)) == first
    assert counting.count == 9
    (shard,) = EmbeddingCache(tmp_path, clip.record).folder.glob("*.safetensors")
    shard.write_bytes(b"torn")  # what cannot be read is made again
    assert rank(entities, counting, RankOptions(cache=tmp_path)) == first
    assert counting.count == 18


def test_other_weights_have_embeddings_of_their_own(entities, clip, tmp_path, checkpoints):
    from tests.priors import tiny_encoders

    other = prior_encoder(f"dual:{save(tiny_encoders.clip, tmp_path / 'clip', seed=1)}")
    for encoder in (clip, other):
        kept = embedded(encoder, entities.pictures, tmp_path / "cache")
        assert torch.equal(kept, embedded(encoder, entities.pictures, tmp_path / "cache"))
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_pictures_that_are_prepared_otherwise_have_embeddings_of_their_own(checkpoints, tmp_path):
    for kind in ("clip", "dinov2"):
        folder = tmp_path / kind
        shutil.copytree(checkpoints[kind], folder)
        name = f"{'dual' if kind == 'clip' else 'vision'}:{folder}"
        before = prior_encoder(name).record
        assert prior_encoder(name).record == before
        file = folder / "preprocessor_config.json"
        told = json.loads(file.read_text())
        file.write_text(json.dumps({**told, "image_mean": [0.1, 0.2, 0.3]}))
        after = prior_encoder(name).record
        assert after["weights"] == before["weights"]
        assert after != before


def test_a_ranking_is_kept_as_json(entities, clip, tmp_path):
    found = rank(entities, clip)
    assert from_record(to_record(found)) == found
    save_ranking(found, tmp_path)
    assert load_ranking(tmp_path) == found
    assert load_ranking(tmp_path / "ranks.json") == found


def test_what_is_no_ranking_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"there is no ranking in .*deixis prior rank"):
        load_ranking(tmp_path)
    with pytest.raises(UsageError, match="this is no ranking"):
        from_record({"format": "x"})
    with pytest.raises(UsageError, match="this ranking is broken"):
        from_record({"format": "deixis ranking 1"})
    (tmp_path / "ranks.json").write_text("[" * 100_000)
    with pytest.raises(UsageError, match="there is no ranking in"):
        load_ranking(tmp_path)


@pytest.mark.parametrize("wrong", [{"mean": "high"}, {"ranks": [None]}, {"more": 1}])
def test_a_ranking_whose_numbers_are_none_is_told(entities, clip, wrong):
    record = to_record(rank(entities, clip))
    broken = {**record, "entities": [{**record["entities"][0], **wrong}]}
    with pytest.raises(UsageError, match="this ranking is broken"):
        from_record(broken)


def test_a_name_that_is_not_among_the_candidates_is_an_error(entities, clip):
    with pytest.raises(UnknownNameError, match="no candidate named 'zebra'"):
        rank(entities, clip, RankOptions(names=("red fox", "tea pot", "zebr")))


@pytest.mark.parametrize(
    ("names", "templates", "words"),
    [
        (("a", "A"), ("{}",), "two candidates have one name: 'a' and 'A'"),
        (("a",), ("{}",), "at least two candidates, got 1"),
        (("a", "b"), ("no slot",), "one {} for the name, got 'no slot'"),
        (("a", "b"), (), "one {} for the name"),
    ],
)
def test_candidates_that_cannot_be_are_told(names, templates, words):
    with pytest.raises(UsageError, match=words):
        Candidates(names=names, templates=templates)


def test_candidates_are_read_from_a_file(tmp_path):
    (tmp_path / "a.txt").write_text("fox\n\n pot \n")
    (tmp_path / "a.json").write_text('["fox", "pot"]')
    (tmp_path / "b.json").write_text('{"fox": 1}')
    assert read_candidates(tmp_path / "a.txt") == read_candidates(tmp_path / "a.json")
    with pytest.raises(UsageError, match="is no JSON list of names"):
        read_candidates(tmp_path / "b.json")
    with pytest.raises(UsageError, match="cannot read the candidates"):
        read_candidates(tmp_path / "c.json")


@pytest.mark.parametrize("edges", [(3.0, 2.0), (2.0, float("nan")), (2.0, float("inf")), ()])
def test_edges_rise(edges):
    with pytest.raises(UsageError, match="edges of bands rise"):
        RankOptions(edges=edges)


def test_rank_entities_takes_models_and_names_and_checks_both(entities):
    model = dx.load("tiny:llava")
    images = [picture.image() for picture in entities.pictures]
    names = [picture.entity for picture in entities.pictures]
    found = dx.rank_entities(model, images, names)
    assert replace(found, encoder={}) == replace(
        dx.rank_entities(model.vlm, images, names), encoder={}
    )
    with pytest.raises(UsageError, match="each picture has a name: got 9 and 8"):
        dx.rank_entities(model, images, names[1:])
