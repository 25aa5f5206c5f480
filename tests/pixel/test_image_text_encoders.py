"""Encoders of pictures and words in one space."""

import json
import shutil
from pathlib import Path

import pytest
import torch
import transformers as hf

from deixis.core.errors import ModelError, UnsupportedError, UsageError
from deixis.core.image import Image
from deixis.models.load_by_name import load
from deixis.models.processor_view import normalisation_of
from deixis.models.tensor_interface import pixels_of
from deixis.pixel.image_text_encoders import encoders, image_text_encoder
from tests.pixel.nursery import picture
from tests.priors import tiny_encoders

SIDE = tiny_encoders.SIDE
SQUARE = {"height": SIDE, "width": SIDE}
KINDS = ("clip", "siglip")
SETTINGS = "preprocessor_config.json"


def processor_of(kind):
    """As the published checkpoints of that kind have it."""
    if kind == "clip":
        return hf.CLIPImageProcessorPil(size={"shortest_edge": SIDE}, crop_size=SQUARE)
    return hf.SiglipImageProcessorPil(size=SQUARE, image_mean=[0.5] * 3, image_std=[0.5] * 3)


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    """Tiny dual encoders of the real classes, by their kind."""
    folders = {}
    for kind in KINDS:
        folder = tmp_path_factory.mktemp(kind)
        folders[kind] = tiny_encoders.save(getattr(tiny_encoders, kind), folder)
        processor_of(kind).save_pretrained(folder)
    return folders


@pytest.fixture
def spoilt(checkpoints, tmp_path):
    """A copy of one to spoil."""

    def copied(kind="clip", **settings):
        folder = Path(shutil.copytree(checkpoints[kind], tmp_path / kind))
        told = json.loads((folder / SETTINGS).read_text())
        (folder / SETTINGS).write_text(json.dumps(told | settings))
        return folder

    return copied


def dual(folder):
    return image_text_encoder(f"dual:{folder}")


def mild(width, height, seed=0):
    """A picture without black and white, so that no resize leaves 0..255 and is cut there."""
    return Image(pixels=64 + picture(width, height, seed=seed).pixels // 2)


def theirs(encoder, images):
    """What the checkpoint's own processor makes of pictures, by Pillow."""
    return encoder.processor([one.pil() for one in images], return_tensors="pt").pixel_values


def test_pictures_are_prepared_by_pillow_with_torchvision_and_without(checkpoints):
    assert [dual(checkpoints[kind]).processor.backend for kind in KINDS] == ["pil", "pil"]


@pytest.mark.parametrize("size", [(31, 19), (17, 41), (95, 60)])
@pytest.mark.parametrize("kind", KINDS)
def test_pictures_are_prepared_as_the_processor_does(kind, size, checkpoints):
    encoder = dual(checkpoints[kind])
    image = mild(*size)
    normalise = normalisation_of(encoder.processor)
    level = normalise.scale / min(normalise.std)
    (expected,) = theirs(encoder, [image])
    torch.testing.assert_close(
        encoder.seen(pixels_of(image), rounding=True), expected, atol=1e-5, rtol=0
    )
    # without roundings: half a level after each of two passes, the first one's spread by weights of
    # bicubic that add up to 1.3 at most
    ours = encoder.seen(pixels_of(image))
    torch.testing.assert_close(ours, expected, atol=1.15 * level, rtol=0)
    assert not torch.equal(ours, expected)


SETTINGS_READ = [
    {"do_normalize": False},
    {"do_normalize": False, "do_rescale": False},
    {"resample": 2},
    {"size": {"height": SIDE, "width": SIDE}, "do_center_crop": False},
    {"size": {"height": SIDE + 9, "width": SIDE + 4}},
    {"do_resize": False},
]


@pytest.mark.parametrize("settings", SETTINGS_READ, ids=str)
def test_what_the_processor_says_is_done(settings, spoilt):
    encoder = dual(spoilt(**settings))
    image = picture(31, 19)
    (expected,) = theirs(encoder, [image]).float()
    ours = encoder.seen(pixels_of(image), rounding=True)
    torch.testing.assert_close(ours, expected, atol=1e-5, rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_are_embedded_as_transformers_does_with_a_gradient(kind, checkpoints):
    encoder = dual(checkpoints[kind])
    images = [mild(31, 19), mild(17, 41, seed=1)]
    pixels = [pixels_of(image).requires_grad_() for image in images]
    ours = encoder.pictures(pixels)
    expected = encoder.model.get_image_features(theirs(encoder, images)).pooler_output
    alike = torch.nn.functional.cosine_similarity(ours, expected)
    assert float(alike.min().detach()) > 0.999  # ours is not rounded to whole pixels
    exact = torch.stack([encoder.seen(one) for one in pixels])
    torch.testing.assert_close(ours, encoder.model.get_image_features(exact).pooler_output)
    ours.square().sum().backward()
    assert all(float(one.grad.abs().sum()) > 0 for one in pixels)
    assert not any(weight.requires_grad for weight in encoder.model.parameters())


@pytest.mark.parametrize("side", [19, 77])
def test_the_short_side_is_as_long_as_the_processor_has_it(side, checkpoints):
    encoder = dual(checkpoints["clip"])
    white = torch.full((3, side, 2 * side), 255.0)
    seen = encoder.seen(white)  # a row too few would be filled up with black
    torch.testing.assert_close(seen, seen[:, :1, :1].expand(3, SIDE, SIDE))


def test_clip_reads_texts_as_they_are_and_siglip_fills_them_up(checkpoints):
    texts = ["a cat", "a much longer text"]
    clip, siglip = (dual(checkpoints[kind]) for kind in KINDS)
    for encoder, padding in ((clip, False), (siglip, "max_length")):
        for text, ours in zip(texts, encoder.texts(texts), strict=True):
            longest = encoder.model.config.text_config.max_position_embeddings
            inputs = encoder.tokenizer(
                [text], padding=padding, max_length=longest, return_tensors="pt"
            )
            assert (inputs.input_ids.shape[1] == longest) == bool(padding)
            expected = encoder.model.get_text_features(**inputs).pooler_output[0]
            torch.testing.assert_close(ours, expected)
    assert len(clip.texts(["word " * 90])) == 1  # cut to what the tower takes


@pytest.mark.parametrize("kind", KINDS)
def test_words_are_computed_once(kind, checkpoints):
    encoder = dual(checkpoints[kind])
    first, again, other = encoder.texts(["a cat", "a cat", "a dog"])
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert len(encoder._known) == 2
    encoder.to(torch.device("cpu"))  # each step asks for that; it is there already
    assert len(encoder._known) == 2
    assert torch.equal(encoder.texts(["a dog"])[0], other)
    assert encoder.scale == pytest.approx(float(encoder.model.logit_scale.exp()))
    assert encoder.record["encoder"] == f"dual:{checkpoints[kind]}"
    assert len(encoder.record["revision"]) == 16


def without_weights(folder):
    (folder / "model.safetensors").unlink()


def without_a_tower(folder):
    from safetensors.torch import load_file, save_file

    kept = load_file(folder / "model.safetensors")
    kept = {name: weight for name, weight in kept.items() if "text_model" not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


def torn(folder):
    (folder / "model.safetensors").write_bytes(b"12")


def without_tokenizer(folder):
    for file in folder.glob("*token*"):
        file.unlink()


def without_processor(folder):
    (folder / SETTINGS).unlink()


BROKEN = {
    "no weights": (without_weights, "no .safetensors file"),
    "half of the weights": (without_a_tower, "have no values for"),
    "torn": (torn, "the weights of .* cannot be loaded"),
    "no tokenizer": (without_tokenizer, "is not there, or tells no text apart"),
    "no processor": (without_processor, "the image processor of .* cannot be loaded"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_checkpoint_is_told_in_a_line(how, spoilt):
    spoil, words = BROKEN[how]
    folder = spoilt()
    spoil(folder)
    with pytest.raises(ModelError, match=words) as told:
        dual(folder)
    assert "\n" not in str(told.value)


MISFITS = {
    "a crop that the tower does not take": (
        {"crop_size": {"height": SIDE + 7, "width": SIDE}},
        "takes no picture that its own CLIPImageProcessor",
    ),
    "padding to less than there is": (
        {"do_pad": True, "pad_size": {"height": 5, "width": 5}},
        "CLIPImageProcessorPil of .* prepares no picture",
    ),
}


@pytest.mark.parametrize("how", MISFITS)
def test_a_processor_that_prepares_nothing_for_its_tower_is_told(how, spoilt):
    settings, words = MISFITS[how]
    with pytest.raises(ModelError, match=words):
        dual(spoilt(**settings))


def test_a_tokenizer_of_more_words_than_its_tower_has_is_told(spoilt):
    folder = spoilt()
    tokenizer = hf.AutoTokenizer.from_pretrained(folder)
    tokenizer.add_tokens(["one", "two", "cat", "dog"])
    tokenizer.save_pretrained(folder)
    with pytest.raises(ModelError, match="takes no text of its own tokenizer: index out of range"):
        dual(folder)


UNREPEATABLE = {
    "a size of another form": ({"size": {"max_height": 30, "max_width": 30}}, "how to resize to"),
    "padding after all": ({"do_pad": True, "pad_size": {"height": 40, "width": 40}}, "it gives"),
    "a colour too few": ({"image_mean": [0.5, 0.5]}, ""),
    "NaFlex": ({"image_processor_type": "Siglip2ImageProcessor", "size": None}, "how to resize"),
    "another order": ({"do_pad": True, "do_resize": False}, "apart"),
}


@pytest.mark.parametrize("how", UNREPEATABLE)
def test_what_is_not_repeated_with_a_gradient_is_refused(how, spoilt):
    settings, words = UNREPEATABLE[how]
    with pytest.raises(UnsupportedError, match=f"is not done here with a gradient: .*{words}"):
        dual(spoilt(**settings))


def test_a_model_without_texts_is_refused(tmp_path):
    folder = tiny_encoders.save(tiny_encoders.dinov2, tmp_path)
    with pytest.raises(UnsupportedError, match="Dinov2Model is no image-text encoder: it has no"):
        dual(folder)


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
    assert encoders.names() == ["dual", "own"]
    with pytest.raises(UsageError, match="written dual:FOLDER"):
        image_text_encoder("dual")
    with pytest.raises(UsageError, match="there is none here"):
        image_text_encoder("own")
    with pytest.raises(UsageError, match="there is no folder '/nowhere'"):
        image_text_encoder("dual:/nowhere")
