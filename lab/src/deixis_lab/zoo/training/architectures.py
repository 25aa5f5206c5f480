"""Where the parts of each nano architecture are, and how its training treats them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from transformers import AutoModelForImageTextToText, AutoProcessor, EfficientNetModel

from deixis.coordinates import Dialect
from deixis.core.errors import UnknownNameError, UsageError
from deixis.models.checkpoint_model import wrap
from deixis.models.checkpoints import loaded, said
from deixis.models.load_by_name import SHIPPED
from deixis_lab.towers.lite import without_gates
from deixis_lab.zoo import nano
from deixis_lab.zoo.nano import vipllava
from deixis_lab.zoo.training.vocabulary import thing_words

MOST_PICTURES = 2  # that a question is asked about


@final
@dataclass(frozen=True, kw_only=True)
class Architecture:
    """How one nano model is taken apart.

    `layers` are the hidden states of the tower that its projector reads, `middle` one further down
    that also answers in pretraining. `block` is the side, in patches, of what one vision token
    covers; None for queries, which have no place. Only where words see pictures and not the other
    way round (`is_causal`) can many questions share one picture. A question is about
    `most_pictures` at most. Where it `is_bounded` the tower ends in a map between 0 and 6, not in
    rows of tokens.
    """

    tower: Callable[[Any], nn.Module]
    projector: Callable[[Any], list[nn.Module]]
    language: Callable[[Any], nn.Module]
    layers: tuple[int, ...]
    middle: int | None
    block: int | None
    is_causal: bool = True
    most_pictures: int = MOST_PICTURES
    is_bounded: bool = False

    @property
    def can_keep_maps(self) -> bool:
        """Whether what its one projector reads of a picture can stand for the picture: queries read
        more than that, and PaliGemma scales what comes out.
        """
        return self.is_causal and self.block is not None

    def states(
        self, tower: Any, pixel_values: Float[Tensor, "picture 3 height width"]
    ) -> Sequence[Float[Tensor, "picture _ _"]]:
        """The hidden states of the tower, a row a token."""
        if not self.is_bounded:
            hidden: Sequence[Tensor] = tower(pixel_values, output_hidden_states=True).hidden_states
            return hidden
        last: Tensor = tower(pixel_values).last_hidden_state
        return [last.flatten(2).transpose(1, 2)]


def architecture(name: str) -> Architecture:
    """That of a name of `models.nano`."""
    if name not in _ARCHITECTURES:
        raise UnknownNameError(kind="nano architecture", name=name, known=_ARCHITECTURES)
    return _ARCHITECTURES[name]


def opened(name: str, start: str, *, seed: int = 0, only_tower: bool = False) -> nano.Nano:
    """The untrained model, or the one in `start`, a folder or "nano", or an untrained one with the
    tower of that.
    """
    if not start:
        return nano.build(name, words=thing_words(), seed=seed)
    if only_tower:
        new, old = opened(name, "", seed=seed), opened(name, start)
        tower = architecture(name).tower
        tower(new.model).load_state_dict(tower(old.model).state_dict())
        return new
    folder = nano.folder_of(start)
    if not (folder / "config.json").is_file():
        raise UsageError(
            f"there is no model in {start!r}; train the stage before, or set task.start"
        )
    with said(f"the model in {start!r} cannot be loaded"):
        return nano.Nano(
            model=loaded(AutoModelForImageTextToText, str(folder), use_safetensors=True),
            processor=loaded(AutoProcessor, str(folder), backend="pil"),
        )


def left_with(start: str, file: str) -> Path | None:
    """A file that a stage left with the model in `start`, a folder or a name, if there is one."""
    if not start:
        return None
    folders = [nano.folder_of(start)]
    if start in (SHIPPED, f"{nano.PREFIX}{nano.DEFAULT}"):
        folders.append(nano.READERS / nano.DEFAULT)
    return next((f / file for f in folders if (f / file).is_file()), None)


def own_dialect(built: nano.Nano) -> Dialect:
    """How this architecture's family says coordinates."""
    return wrap(built.model, built.processor, name="nano").own_dialect()


def reading(built: nano.Nano, layers: tuple[int, ...], *, seed: int) -> nano.Nano:
    """The same with a new projector that reads these hidden states of its tower (ViP-LLaVA)."""
    model: Any = built.model  # Any: transformers' own classes
    if not hasattr(model.config, "vision_feature_layer"):
        raise UsageError(f"a {type(model).__name__} reads no choice of hidden states")
    model.config.vision_feature_layer = list(layers)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model.model.multi_modal_projector = type(model.model.multi_modal_projector)(model.config)
    return built


def faster(model: Any) -> Any:  # Any: transformers' own classes
    """The same model with attention as plain products: on CPUs that trains 1.5 times as fast; and
    with open gates left out.
    """
    model.set_attn_implementation("eager")
    for part in model.modules():
        if isinstance(part, EfficientNetModel):
            without_gates(part)
            tower: Any = part  # Any: transformers narrows `to`
            tower.to(memory_format=torch.channels_last)
    return model


def normalised(
    pixels: UInt8[Tensor, "picture row column 3"],
) -> Float[Tensor, "picture 3 row column"]:
    """Black as -1 and white as 1, as the nano processors give it."""
    return pixels.permute(0, 3, 1, 2).float() / 127.5 - 1.0


def projected_tokens(
    built: nano.Nano,
    name: str,
    pixel_values: Float[Tensor, "picture 3 row column"],
    text: str = "What do you see?",
) -> Float[Tensor, "picture token dim"]:
    """What the language side sees of each picture; `text` matters to InstructBLIP only. A tower
    that does not train keeps what its batch norms have seen.
    """
    model: Any = built.model  # Any: the classes share no base with this method
    tower = architecture(name).tower(model)
    if not any(weight.requires_grad for weight in tower.parameters()):
        tower.eval()
    base = model if hasattr(model, "qformer") else model.model
    more = {}
    if name == "instructblip":
        asked: Any = built.processor
        read = asked.qformer_tokenizer([text] * len(pixel_values), return_tensors="pt")
        more = {
            f"qformer_{key}": read[key].to(pixel_values.device)
            for key in ("input_ids", "attention_mask")
        }
    if name == "idefics3":
        pixel_values = pixel_values[:, None]
    projected = base.get_image_features(pixel_values, **more, return_dict=True).pooler_output
    if isinstance(projected, Tensor):
        return projected.reshape(len(pixel_values), -1, projected.shape[-1])
    return torch.stack(list(projected))


def _plain(**settings: Any) -> Architecture:  # Any: the fields that differ
    return Architecture(
        tower=lambda model: model.model.vision_tower,
        projector=lambda model: [model.model.multi_modal_projector],
        language=lambda model: model.model.language_model,
        **settings,
    )


def _qformer(**settings: Any) -> Architecture:  # Any: the fields that differ
    return Architecture(
        tower=lambda model: model.vision_model,
        projector=lambda model: [model.qformer, model.language_projection],
        language=lambda model: model.language_model.model,
        layers=(-1,),
        middle=-4,
        block=None,
        most_pictures=1,
        **settings,
    )


_ARCHITECTURES = {
    "vipllava": _plain(layers=vipllava.READ_LAYERS, middle=-4, block=1),
    "llava": _plain(layers=(-2,), middle=-4, block=1),
    "llava_conv": _plain(layers=(-1,), middle=None, block=1),
    "fast_vlm": _plain(layers=(-1,), middle=None, block=1, is_bounded=True),
    "paligemma": _plain(layers=(-1,), middle=-4, block=1, most_pictures=1, is_causal=False),
    "idefics3": Architecture(
        tower=lambda model: model.model.vision_model,
        projector=lambda model: [model.model.connector],
        language=lambda model: model.model.text_model,
        layers=(-1,),
        middle=-4,
        block=2,
    ),
    "blip_2": _qformer(),
    "instructblip": _qformer(is_causal=False),
}
