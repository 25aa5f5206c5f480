"""Encoders of pictures and words in one space."""

import pytest
import torch
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPProcessor

from deixis.core.errors import ModelError, UsageError
from deixis.models.load import load
from deixis.nn.pixels import pixels_of
from deixis.pixel.semantics import encoders, image_text_encoder
from tests.pixel.nursery import picture

TOWER = {
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A tiny CLIP of the real class, with llava's tiny tokenizer."""
    folder = tmp_path_factory.mktemp("clip")
    tokenizer = load("tiny:llava").family.processor.tokenizer
    words = {"vocab_size": len(tokenizer), "eos_token_id": tokenizer.eos_token_id}
    config = CLIPConfig(
        text_config={**TOWER, **words, "bos_token_id": 1, "pad_token_id": 0},
        vision_config={**TOWER, "image_size": 20, "patch_size": 5},
        projection_dim=12,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = CLIPModel(config)
    model.save_pretrained(folder)
    images = CLIPImageProcessor(size={"shortest_edge": 20}, crop_size={"height": 20, "width": 20})
    CLIPProcessor(image_processor=images, tokenizer=tokenizer).save_pretrained(folder)
    return str(folder)


def test_clips_pictures_are_those_of_transformers_with_a_gradient(checkpoint):
    encoder = image_text_encoder(f"clip:{checkpoint}")
    images = [picture(31, 19), picture(17, 41, seed=1)]
    pixels = [pixels_of(image).requires_grad_() for image in images]
    ours = encoder.pictures(pixels)
    inputs = encoder.processor.image_processor([i.pil() for i in images], return_tensors="pt")
    theirs = encoder.model.visual_projection(encoder.model.vision_model(**inputs).pooler_output)
    # ours is not rounded to whole pixels after the resize
    torch.testing.assert_close(ours, theirs, atol=2e-2, rtol=0)
    ours.sum().backward()
    assert all(float(one.grad.abs().sum()) > 0 for one in pixels)
    assert not any(weight.requires_grad for weight in encoder.model.parameters())


@pytest.mark.parametrize("side", [19, 77])
def test_clips_short_side_is_as_long_as_its_processor_has_it(side, checkpoint):
    encoder = image_text_encoder(f"clip:{checkpoint}")
    white = torch.full((3, side, 2 * side), 255.0)
    seen = encoder._seen(white)  # a row too few would be filled up with black
    torch.testing.assert_close(seen, seen[:, :1, :1].expand(3, 20, 20))


def test_clips_words_are_computed_once(checkpoint):
    encoder = image_text_encoder(f"clip:{checkpoint}")
    first, again, other = encoder.texts(["a cat", "a cat", "a dog"])
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert len(encoder._known) == 2
    encoder.to(torch.device("cpu"))  # each step asks for that; it is there already
    assert len(encoder._known) == 2
    assert torch.equal(encoder.texts(["a dog"])[0], other)
    assert encoder.scale == pytest.approx(float(encoder.model.logit_scale.exp()))
    assert encoder.record == {"encoder": f"clip:{checkpoint}"}


def test_own_compares_a_models_tokens_with_its_words():
    model = load("tiny:llava")
    encoder = image_text_encoder("own", model)
    pixels = pixels_of(picture()).requires_grad_()
    (found,) = encoder.pictures([pixels])
    (seen,) = model.vision_tokens([pixels])
    torch.testing.assert_close(found, seen.tokens.mean(0))
    found.sum().backward()
    assert float(pixels.grad.abs().sum()) > 0
    (words,) = model.word_embeddings(["a red cup"])
    torch.testing.assert_close(encoder.texts(["a red cup"])[0], words.mean(0))
    encoder.to(torch.device("cpu"))
    assert (encoder.scale, encoder.record["model"]) == (100.0, "tiny:llava")


def test_an_encoder_is_named_as_it_is_written():
    assert encoders.names() == ["clip", "own"]
    with pytest.raises(UsageError, match="written clip:FOLDER"):
        image_text_encoder("clip")
    with pytest.raises(UsageError, match="there is none here"):
        image_text_encoder("own")
    with pytest.raises(ModelError, match="cannot load a CLIP"):
        image_text_encoder("clip:/nowhere")
