"""Encoders of every kind on tiny random models of the real classes."""

import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from deixis.core.errors import (
    MissingExtraError,
    ModelError,
    UnknownNameError,
    UnsupportedError,
    UsageError,
)
from deixis.core.image import Image
from deixis.core.region import box
from deixis.core.size import Size
from deixis.models.device_and_dtype import placed
from deixis.models.load_by_name import load
from deixis.models.vision_tokens import tokens_over
from deixis.priors.encoders import Seen, encoders, prior_encoder
from deixis.priors.encoders.checkpoints import close_up

MULTIMODAL = ("tower:tiny:llava", "model:tiny:llava", "model:tiny:qwen2_vl", "tower:tiny:blip_2")


def pictures(count=3):
    draws = np.random.default_rng(0)
    return [
        Seen(image=Image(pixels=draws.integers(0, 256, (50, 60, 3), dtype=np.uint8)))
        for _ in range(count)
    ]


def each_encoder(checkpoints):
    names = [f"dual:{checkpoints[name]}" for name in ("clip", "siglip")]
    names += [f"vision:{checkpoints[name]}" for name in ("clip", "dinov2", "dinov3")]
    return [prior_encoder(name, load) for name in (*names, *MULTIMODAL)]


def test_a_vector_depends_on_its_picture_alone(checkpoints):
    for encoder in each_encoder(checkpoints):
        together = encoder.embed_pictures(pictures())
        assert together.shape[0] == 3
        alone = torch.cat([encoder.embed_pictures([one]) for one in pictures()])
        assert torch.allclose(together, alone, atol=1e-4), encoder.record
        assert not torch.allclose(together[0], together[1], atol=1e-3), encoder.record


def test_names_meet_pictures_in_one_space_or_are_refused(checkpoints):
    for encoder in each_encoder(checkpoints):
        if encoder.has_names:
            names = encoder.embed_names(["fox", "pot", "fox"])
            assert names.shape[1] == encoder.embed_pictures(pictures(1)).shape[1]
            assert torch.allclose(names[0], names[2], atol=1e-5)
            assert not torch.allclose(names[0], names[1], atol=1e-3)
        else:
            with pytest.raises(UnsupportedError, match="has no words"):
                encoder.embed_names(["fox"])


def test_a_record_tells_weights_apart(checkpoints):
    records = [tuple(encoder.record.items()) for encoder in each_encoder(checkpoints)]
    assert len(set(records)) == len(records)
    one, other = (
        prior_encoder("tower:m", lambda _, s=seed: load("tiny:llava", seed=s)) for seed in (0, 1)
    )
    assert one.record["fingerprint"] != other.record["fingerprint"]


def test_a_region_is_looked_at_alone(checkpoints):
    inside = box(5, 6, 25, 26)
    whole = pictures(1)[0]
    for encoder in each_encoder(checkpoints)[:6]:
        of_region = encoder.embed_pictures([Seen(image=whole.image, region=inside)])
        assert not torch.allclose(of_region, encoder.embed_pictures([whole]), atol=1e-3)


def test_a_close_up_is_square_but_for_the_borders():
    seen = pictures(1)[0]
    assert close_up(seen) is seen.image
    assert close_up(Seen(image=seen.image, region=box(20, 20, 30, 24))).size == Size(
        width=14, height=14
    )
    assert close_up(Seen(image=seen.image, region=box(0, 0, 10, 4))).size == Size(
        width=12, height=9
    )


def test_tokens_over_a_region_are_those_with_their_middle_in_it():
    grid = load("tiny:llava").token_grid(Size(width=42, height=42))  # 6 x 6 cells of 7 pixels
    assert tokens_over(grid, box(0, 0, 14, 7)).tolist() == [0, 1]
    assert tokens_over(grid, box(8, 8, 9, 9)).tolist() == [7]
    assert len(tokens_over(grid, None)) == 36


def test_every_kind_says_what_it_takes():
    assert encoders.names() == ["dual", "model", "open_clip", "tower", "vision"]
    for name in encoders.names():
        with pytest.raises(UsageError, match=f"this encoder is written {name}:"):
            prior_encoder(name)
    with pytest.raises(UnknownNameError, match="did you mean 'dual'"):
        prior_encoder("duall:x")


def test_what_cannot_be_loaded_is_told(checkpoints, tmp_path):
    with pytest.raises(ModelError, match=r"has no \.safetensors file"):
        prior_encoder(f"vision:{tmp_path}")
    with pytest.raises(UnsupportedError, match="has no text tower; write vision:"):
        prior_encoder(f"dual:{checkpoints['dinov2']}")
    with pytest.raises(UsageError, match="or how 'nano' is loaded"):
        prior_encoder("tower:nano")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("model.safetensors", b"torn"),
        ("config.json", b"{"),
        ("config.json", b'{"model_type": "clip", "text_config": 3}'),
        ("preprocessor_config.json", b"[]"),
    ],
)
def test_a_checkpoint_that_is_broken_is_told(checkpoints, tmp_path, file, content):
    shutil.copytree(checkpoints["clip"], tmp_path / "clip")
    (tmp_path / "clip" / file).write_bytes(content)
    with pytest.raises(ModelError, match=r"the (weights|image processor) of .* cannot be loaded"):
        prior_encoder(f"dual:{tmp_path / 'clip'}")


def test_weights_that_are_missing_are_named(checkpoints, tmp_path):
    shutil.copytree(checkpoints["clip"], tmp_path / "clip")
    weights = load_file(tmp_path / "clip" / "model.safetensors")
    del weights["visual_projection.weight"]
    save_file(weights, tmp_path / "clip" / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"have no values for 1: visual_projection\.weight"):
        prior_encoder(f"dual:{tmp_path / 'clip'}")


def test_open_clip_without_its_package_names_the_extra():
    try:
        import open_clip  # noqa: F401
    except ImportError:
        with pytest.raises(MissingExtraError, match=r"pip install 'deixis\[open-clip\]'"):
            prior_encoder("open_clip:hf-hub:x/y")


def test_encoders_compute_in_the_numbers_that_were_asked_for(checkpoints):
    with placed("cpu", "bfloat16"):
        fewer = each_encoder(checkpoints)
    for encoder, usual in zip(fewer, each_encoder(checkpoints), strict=True):
        assert encoder.record != usual.record  # embeddings are kept under it
        found, exact = encoder.embed_pictures(pictures()), usual.embed_pictures(pictures())
        assert found.dtype == torch.float32
        likeness = torch.nn.functional.cosine_similarity(found, exact)
        assert not torch.equal(found, exact)
        assert likeness.min() > 0.98, encoder.record


def test_pictures_are_prepared_by_pillow_with_torchvision_and_without(checkpoints):
    for name in ("dual:clip", "dual:siglip", "vision:clip", "vision:dinov2"):
        kind, tower = name.split(":")
        encoder = prior_encoder(f"{kind}:{checkpoints[tower]}")
        assert encoder.processor.backend == "pil"
