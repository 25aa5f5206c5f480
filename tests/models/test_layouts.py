"""Every family loads from disk in the hub's newest and older files, torchvision or not."""

import functools
import hashlib

import pytest
import torch
from transformers import AutoProcessor
from transformers.utils import is_torchvision_available

from deixis.models.families import families
from deixis.models.load_by_name import load
from deixis.models.tensor_view import Normalisation
from deixis.models.transformers_model import TransformersModel
from tests.long import each_of
from tests.models.families_nursery import (
    FAMILIES,
    NANO_FAMILIES,
    SETTINGS,
    SIZES,
    asked,
    mixed_questions,
    picture,
    tokens,
)
from tests.models.layouts import LAYOUTS, VIDEO_PROCESSORS, newest
from tests.models.pipelines import ends_with, pipeline_ids

pytestmark = [
    # transformers 5.23 itself, in PaliGemmaProcessor, with numpy 2.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
of_transformers = each_of("name", [one for one in FAMILIES if one.values[0] not in NANO_FAMILIES])
# as `digest_of_pixels` gives them without torchvision
PREPARED = {
    "blip_2": "15363aae731a5962",
    "fast_vlm": "9e04f645598d2fd5",
    "gemma3": "252136eb2f01d052",
    "idefics3": "8a435a875a1d21b4",
    "instructblip": "3c46fda2d599219d",
    "internvl": "1060c40ac0fc0c24",
    "llava": "5f1a2baf25f052de",
    "llava_next": "f68fdd7714c7e989",
    "llava_onevision": "0fb9a59eba0f3772",
    "mistral3": "d38ac6c40242ceca",
    "paligemma": "15363aae731a5962",
    "pixtral": "45401199b99eff29",
    "qwen2_5_vl": "b5d0a3e7c81f57c0",
    "qwen2_vl": "b5d0a3e7c81f57c0",
    "qwen3_vl": "707d89b767ecf89e",
    "smolvlm": "968d5ccba1859339",
    "vipllava": "eaf1e935ceed4232",
    "nano": "eb0d52517846dbc5",
}


@functools.cache
def of_pipeline(name: str) -> list[list[int]]:
    return pipeline_ids(name, mixed_questions())


@of_transformers
@pytest.mark.parametrize("layout", LAYOUTS)
def test_it_loads_and_answers_with_the_tokens_of_transformers_pipeline(name, layout, tmp_path):
    LAYOUTS[layout](name, tmp_path)
    answers = tokens(load(str(tmp_path), batch_size=5).generate(mixed_questions(), SETTINGS))
    pairs = zip(of_pipeline(name), answers, strict=True)
    assert [ends_with(name, ids, answer) for ids, answer in pairs] == [True] * 5


@pytest.mark.parametrize("name", PREPARED)
def test_prepared_pixels_are_those_of_pillow_with_torchvision_and_without(name, tmp_path):
    if name != "nano":
        newest(name, tmp_path)
    model = load("nano" if name == "nano" else str(tmp_path))
    assert digest_of_pixels(model) == PREPARED[name]


def test_every_family_with_a_pillow_way_has_its_pixels_written_down():
    assert set(PREPARED) == {"nano", *families.names()} - {"molmo2"}


@pytest.mark.skipif(not is_torchvision_available(), reason="Molmo 2 needs torchvision")
def test_molmo_2_is_prepared_by_torchvision(tmp_path):
    newest("molmo2", tmp_path)
    reference = AutoProcessor.from_pretrained(tmp_path)
    image = picture(90, 70)
    ours = load(str(tmp_path))._inputs([asked(image)])["pixel_values"]
    theirs = reference.image_processor(image.pil(), return_tensors="pt")["pixel_values"]
    assert torch.equal(ours, theirs)


@pytest.mark.skipif(not is_torchvision_available(), reason="it looks at real video processors")
@pytest.mark.parametrize("name", VIDEO_PROCESSORS)
def test_the_video_part_is_transformers_own_where_torchvision_is(name, tmp_path):
    newest(name, tmp_path)
    videos = load(str(tmp_path)).family.processor.video_processor
    assert type(videos).__name__ == VIDEO_PROCESSORS[name]


def digest_of_pixels(model: TransformersModel) -> str:
    """Of what the processor prepares of five pictures, in 8-bit steps."""
    digest = hashlib.sha256()
    for i, size in enumerate(SIZES):
        values = model._inputs([asked(picture(*size, seed=i))])["pixel_values"]
        digest.update(str(list(values.shape)).encode())
        digest.update(half_steps(values, model.family.normalisation).numpy().tobytes())
    return digest.hexdigest()[:16]


def half_steps(values: torch.Tensor, norm: Normalisation) -> torch.Tensor:
    """Normalised values in halves of 1/255: the ground of a picture that is padded after
    normalising lies between two steps.
    """
    # Qwen's patches lie flat, the channels outermost
    planes = (values if values.ndim > 2 else values.view(len(values), 3, -1, 1)).double()
    mean, std = (torch.tensor(part).double().view(3, 1, 1) for part in (norm.mean, norm.std))
    return ((planes * std + mean) / norm.scale * 2).round().to(torch.int16)
