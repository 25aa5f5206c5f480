"""The prompt embedding network: its first layer on words equals the one on the dense map."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from deixis.core import transform
from deixis.core.errors import UsageError
from deixis.core.size import Size
from deixis.knowledge.map import chart, covered, lattice
from deixis.knowledge.network import Known, NetworkConfig, first_layer
from tests.knowledge.dense_nursery import WORDS, dense, notes, pooled, sizes

EVERY = ["convolutions", "points", "linear", "identity"]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def tables(width: int):
    table = torch.randn(len(WORDS), width, generator=generator(1))
    return table, dict(zip(WORDS, table.double().numpy(), strict=True))


def known_of(found, size, cells) -> Known:
    known = chart(found, size)
    rows = torch.tensor([WORDS.index(word) for word in known.words], dtype=torch.long)
    return Known(shares=torch.from_numpy(covered(known, cells)), words=rows)


@settings(max_examples=40)
@given(
    st.lists(sizes().flatmap(lambda size: st.tuples(st.just(size), notes(size))), max_size=3),
    st.sampled_from([(1, 1, 1), (2, 1, 1), (1, 3, 1)]),
    st.sampled_from([3, 64]),  # fewer numbers than words, and more: the two ways
)
def test_the_first_convolution_is_that_of_the_dense_map(pictures, strides, width):
    pictures = pictures or [(Size(width=5, height=4), [])]
    config = NetworkConfig(hidden=5, strides=strides)
    network = config.build(known=width, tokens=6, generator=generator())
    layer = network.convolutions[0]
    table, vectors = tables(width)
    views, maps = [], []
    for size, found in pictures:
        way = transform.resize(size, Size(width=30, height=20))
        cells = lattice(way, 2, 3, fineness=config.fineness, margin=config.margin)
        views.append(known_of(found, size, cells))
        maps.append(pooled(dense(found, size, vectors), cells.rows, cells.columns))
    dense_maps = torch.from_numpy(np.stack(maps)).permute(0, 3, 1, 2)
    expected = functional.conv2d(
        dense_maps, layer.weight.double(), layer.bias.double(), stride=layer.stride
    )
    with torch.no_grad():
        found = first_layer(layer, views, table).double()
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("width", [3, 64])  # fewer numbers than words, and more: the two ways
def test_gradients_are_those_of_the_layers_on_the_dense_map(width):
    size = Size(width=30, height=20)
    config = NetworkConfig(hidden=5)
    network = config.build(known=width, tokens=6, generator=generator()).double()
    table = torch.randn(len(WORDS), width, generator=generator(1)).double().requires_grad_()
    cells = lattice(transform.identity(size), 2, 3, margin=config.margin)
    found = [replace(n, label=w) for n, w in zip(_some_boxes()[:2], WORDS, strict=False)]
    view = known_of(found, size, cells)
    view = Known(shares=view.shares.double(), words=view.words)
    hidden = torch.einsum("wrc,wk->krc", view.shares, table[view.words])[None]
    first, *others = network.convolutions
    hidden = first(hidden)
    for layer in others:
        hidden = layer(functional.relu(hidden))
    (made,) = network([view], table)
    torch.testing.assert_close(made, hidden[0])
    learned = [*network.parameters(), table]
    expected = torch.autograd.grad(hidden.square().sum(), learned)
    torch.testing.assert_close(torch.autograd.grad(made.square().sum(), learned), expected)


@pytest.mark.parametrize("layers", EVERY)
@pytest.mark.parametrize("strides", [(1, 1, 1), (2, 3, 1), (1, 1, 2)], ids=str)
def test_it_gives_one_vector_a_cell(layers, strides):
    if layers != "convolutions":
        strides = (1, 1, 1)
    config = NetworkConfig(layers=layers, hidden=5, strides=strides)
    known, tokens = (6, 6) if layers == "identity" else (6, 7)
    network = config.build(known=known, tokens=tokens, generator=generator())
    table, _ = tables(known)
    size = Size(width=40, height=30)
    way = transform.resize(size, Size(width=80, height=60))
    cells = lattice(way, 3, 4, fineness=config.fineness, margin=config.margin)
    (made,) = network([known_of([], size, cells)], table)
    assert made.shape == (tokens, 3, 4)


def test_a_tile_sees_what_lies_beyond_its_border():
    # the same cells as part of a wide view and as a tile of their own
    size = Size(width=64, height=32)
    config = NetworkConfig(hidden=5)
    network = config.build(known=6, tokens=7, generator=generator())
    table, _ = tables(6)
    found = [replace(note, label="cat") for note in _some_boxes()]
    whole = lattice(transform.identity(size), 4, 8, margin=config.margin)
    right = transform.crop(size, left=32, top=0, after=Size(width=32, height=32))
    tile = lattice(right, 4, 4, margin=config.margin)
    (of_whole,) = network([known_of(found, size, whole)], table)
    (of_tile,) = network([known_of(found, size, tile)], table)
    torch.testing.assert_close(of_tile, of_whole[:, :, 4:], atol=1e-5, rtol=0)


def test_quiet_networks_say_nothing_but_can_learn_to():
    for layers in EVERY:
        network = NetworkConfig(layers=layers, hidden=5).build(
            known=6, tokens=6, generator=generator()
        )
        network.quiet()
        table, _ = tables(6)
        size = Size(width=64, height=32)
        cells = lattice(transform.identity(size), 4, 8, margin=network.config.margin)
        found = [replace(note, label="cat") for note in _some_boxes()]
        (vectors,) = network([known_of(found, size, cells)], table)
        assert not vectors.any()
        vectors.sum().backward()
        assert any(p.grad is not None and p.grad.any() for p in network.parameters())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"layers": "convolution"}, "did you mean 'convolutions'"),
        ({"hidden": 0}, "within 1..65536"),
        ({"strides": (1, 0, 1)}, "three numbers from 1 on"),
        ({"layers": "linear", "strides": (2, 1, 1)}, "strides are for convolutions"),
    ],
)
def test_what_no_network_can_be_is_refused(settings, message):
    with pytest.raises(UsageError, match=message):
        NetworkConfig(**settings)


def test_without_a_network_embeddings_are_as_wide_as_tokens():
    with pytest.raises(UsageError, match="as wide as tokens, got 6 and 7"):
        NetworkConfig(layers="identity").build(known=6, tokens=7, generator=generator())


def _some_boxes():
    from deixis.core.region import box

    return [box(3, 3, 30, 20), box(28, 5, 45, 31), box(50, 0, 60, 9)]
