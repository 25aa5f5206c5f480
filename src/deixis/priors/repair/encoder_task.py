"""Stage I: the vision tower is taught entities by their pictures; what it knew is to stay."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from typing_extensions import override

from deixis.core.errors import UnsupportedError, UsageError
from deixis.core.optional_parts import require_package
from deixis.data.entities.entity_set import Entities, EntityPicture
from deixis.data.entities.named import EntitySource
from deixis.models.interface import TokenPlace, VisionLanguageModel
from deixis.models.load_by_name import load
from deixis.models.processors import save_processor
from deixis.models.tensor_interface import LocalModel, VisionTokens
from deixis.models.vision_tokens import mean_over, pooled_tokens
from deixis.priors.cache import embedded, key_of
from deixis.priors.candidates import read_candidates
from deixis.priors.encoders import prior_encoder
from deixis.priors.encoders.checkpoints import DualTowers
from deixis.priors.encoders.of_model import ModelTokens, TowerStates
from deixis.priors.ranking import rank
from deixis.priors.repair.objectives import Contrastive, Objective, OwnWords, Softmax, relations
from deixis.priors.repair.pictures import EntityPictures, Lesson, Shown, lesson_of
from deixis.train.model_parts import as_loaded, vision_layers, weights_of
from deixis.train.task import Losses, Task

BASE, ADAPTER = ".base_layer", "lora_"
Rename = Callable[[str], str]


def add_lora(model: Any, rank: int, *, seed: int) -> None:  # Any: transformers' own classes
    """Adapters of this rank beside every matrix of the tower; all else is frozen by the caller."""
    require_package("peft", extra="tune", needed_for="training LoRA")
    from peft import LoraConfig, inject_adapter_in_model

    layers = vision_layers(model)
    config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=layers, lora_dropout=0.0)
    with torch.random.fork_rng():
        torch.manual_seed(seed)  # a resumed run begins with the same adapters
        inject_adapter_in_model(config, model.get_encoder(modality="image"))


@contextmanager
def merged(model: Any) -> Iterator[tuple[Any, Rename]]:
    """The model with its adapters added to their matrices, as long as this lasts, and how its
    weights are called without them; empty for those that are of adapters.
    """
    layers = [module for module in model.modules() if _is_adapted(module)]
    for layer in layers:
        layer.merge()
    try:
        yield model, _plain
    finally:
        for layer in layers:
            layer.unmerge()


def _is_adapted(module: nn.Module) -> bool:
    return hasattr(module, "base_layer") and hasattr(module, "merge")


def _plain(name: str) -> str:
    return "" if ADAPTER in name else name.replace(BASE, "")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class EncoderOptions:
    """Whose encoder is taught which entities, and how."""

    stored_name = "EncoderOptions"

    model: str = ""  # a folder, a hub id, nano, or tiny:FAMILY
    data: str = ""  # a folder of entities, a list, or who draws them
    images: Path | None = None  # where a list's pictures lie
    per_entity: int | None = None  # pictures of each that is taught; None: all
    scenes_per_entity: int = 8  # pictures of each that are drawn, held-out ones among them
    scenes_seed: int = 2  # of what is drawn
    names: Path | None = None  # a file of the entities to teach (missed.txt); None: all
    at_random: bool = False  # the control: teach as many others instead
    objective: Literal["words", "softmax", "contrastive"] = "words"  # what it is taught by
    text: str = ""  # of contrastive: a dual encoder of transformers, whose text tower is met
    text_frozen: bool = True  # whether that tower stays
    teacher: str = ""  # an encoder to distil from ("vision:FOLDER"); empty: none
    distill: float = 1.0  # weight of the teacher, where there is one
    retain: float = 1.0  # weight of keeping the states of others' pictures as they were
    share_kept: float = 0.5  # of the examples are others' pictures
    most_kept: int = 256  # pictures whose states are kept, for memory
    projector: bool = False  # train the projector too
    lora_rank: int = 0  # of adapters in the tower, merged in the end; 0: train all of it
    dtype: str = "float32"  # of the weights that stay
    seed: int = 0  # of what begins untrained, and of what is taught at random

    def __post_init__(self) -> None:
        if (self.objective == "contrastive") != bool(self.text):
            raise UsageError("contrastive, and nothing else, needs text=FOLDER of a dual encoder")
        if not 0 <= self.share_kept < 1 or min(self.retain, self.distill, self.lora_rank) < 0:
            raise UsageError("share_kept is within 0..1; retain, distill and lora_rank are ≥ 0")


@final
class EncoderRepair(Task):
    """A tower's training on entities' pictures, through the whole model's own preparation."""

    def __init__(self, options: EncoderOptions) -> None:
        self.options = options
        if not options.model or not options.data:
            raise UsageError("whose encoder, taught what? --model MODEL --set task.data=FOLDER")
        self.lesson = _lesson(options)
        self.names = tuple(sorted({*self.lesson.taught.names, *self.lesson.kept.names}))
        self.places = {name: place for place, name in enumerate(self.names)}
        self.model = _trainable(load(options.model, dtype=options.dtype))
        self.tuned: Any = self.model.module  # Any: transformers' own class
        self.dtypes = {name: p.dtype for name, p in self.tuned.named_parameters()}
        kept = self.lesson.kept.pictures
        kept = tuple(kept[int(i)] for i in _spread(len(kept), options.most_kept))
        self.source = EntityPictures(
            taught=self.lesson.taught.pictures,
            kept=kept if options.retain else (),
            share_kept=options.share_kept,
        )
        self.start = [self._states(one).half() for one in self.source.kept]
        self.before = self._accuracies()
        objective = self._objective()
        self._choose()
        self.objective = objective
        self.module = nn.ModuleDict({"model": self.tuned, "objective": objective})
        self.taught_by = self._teacher()

    @override
    def loss(self, batch: Sequence[Shown], step: int) -> Losses:
        """Pictures to keep are named beside those that are taught, so that the two are told apart;
        their states are held too.
        """
        images = [one.image for one in batch]
        regions = [one.picture.region for one in batch]
        before, after = self.model.tokens_around(images)
        seen = before if self.objective.place == "before" else after
        names = torch.tensor([self.places[one.picture.entity] for one in batch])
        vectors = mean_over(seen, regions)
        parts = {"named": self.objective(vectors, names.to(vectors.device))}
        if self.taught_by:
            parts["distilled"] = self.options.distill * self._distilled(batch, before)
        pairs = zip(before, batch, strict=True)
        kept = [self._moved(one, was.place) for one, was in pairs if was.place is not None]
        if kept:
            parts["kept"] = self.options.retain * torch.stack(kept).mean()
        total = torch.stack(list(parts.values())).sum()
        numbers: dict[str, float | Tensor] = {key: part.detach() for key, part in parts.items()}
        return Losses(total=total, weight=float(len(batch)), parts=numbers)

    @override
    def evaluate(self, step: int) -> dict[str, float]:
        """Of held-out pictures of both groups: how often the right prototype comes first, the mean
        prior, and how many points the kept ones have lost since the start.
        """
        found = self._accuracies()
        if "kept_first" in found:
            found["kept_lost"] = 100 * (self.before["kept_first"] - found["kept_first"])
        return found

    @override
    def save(self, folder: Path) -> None:
        """The whole model in its own format; the language side is as it was."""
        with merged(self.tuned) as (model, names):
            weights = as_loaded(model, self.dtypes)
            plain = {names(key): value for key, value in weights.items() if names(key)}
            model.save_pretrained(folder, state_dict=plain)
        save_processor(self.model.processor, folder)

    def _choose(self) -> None:
        self.tuned.requires_grad_(False)
        parts = ["projector"] if self.options.projector else []
        if self.options.lora_rank:
            add_lora(self.tuned, self.options.lora_rank, seed=self.options.seed)
        else:
            parts.append("vision")
        for weight in weights_of(self.tuned, parts):
            weight.requires_grad_(True)
        for weight in self.tuned.parameters():
            if weight.requires_grad:
                weight.data = weight.data.float()  # small steps vanish in fewer bits

    def _objective(self) -> Objective:
        options, draws = self.options, torch.Generator().manual_seed(self.options.seed)
        if options.objective == "words":
            return OwnWords(ModelTokens(self.model).embed_names(self.names))
        picture = self.lesson.taught.pictures[0]
        width = int(self._pooled(picture, "before").shape[0])
        if options.objective == "softmax":
            return Softmax(width=width, num_names=len(self.names), generator=draws)
        dual = DualTowers.of(options.text, None)
        texts = [dual.templates[0].replace("{}", name) for name in self.names]
        longest = int(dual.model.config.text_config.max_position_embeddings)
        ids = dual.tokenizer(
            texts, padding="max_length", max_length=longest, truncation=True, return_tensors="pt"
        ).input_ids
        return Contrastive(
            width=width,
            text_tower=_text_side(dual.model),
            tokens=list(ids),
            text_width=int(dual.embed_names([texts[0]]).shape[1]),
            is_frozen=options.text_frozen,
            generator=draws,
        )

    def _teacher(self) -> dict[str, Tensor]:
        """Another encoder's vectors of the taught pictures, by their content."""
        if not self.options.teacher:
            return {}
        encoder = prior_encoder(self.options.teacher, load)
        pictures = self.lesson.taught.pictures
        vectors = embedded(encoder, pictures, None)
        return {key_of(one): row for one, row in zip(pictures, vectors, strict=True)}

    def _distilled(self, batch: Sequence[Shown], seen: Sequence[VisionTokens]) -> Tensor:
        """How far the taught pictures' likenesses are from the teacher's."""
        taught = [place for place, one in enumerate(batch) if one.place is None]
        if not taught:
            return torch.zeros((), device=seen[0].tokens.device)
        pictures = [batch[place].picture for place in taught]
        own = relations(mean_over([seen[i] for i in taught], [p.region for p in pictures]))
        other = relations(torch.stack([self.taught_by[key_of(one)] for one in pictures]))
        return (own - other.to(own.device)).square().mean()

    @torch.no_grad()
    def _pooled(self, picture: EntityPicture, place: TokenPlace) -> Tensor:
        return pooled_tokens(self.model, picture.image(), picture.region, place)

    @torch.no_grad()
    def _states(self, picture: EntityPicture) -> Tensor:
        (seen,) = self.model.vision_tokens([picture.image()], place="before")
        return seen.tokens.float().cpu()

    def _moved(self, seen: VisionTokens, place: int) -> Tensor:
        """How far the states of a picture have turned from where they began: 0 to 2."""
        began = self.start[place].to(seen.tokens.device).float()
        return (1 - functional.cosine_similarity(seen.tokens.float(), began, dim=-1)).mean()

    def _accuracies(self) -> dict[str, float]:
        groups = {"taught": self.lesson.held_taught, "kept": self.lesson.held_kept}
        several = tuple(p for group in groups.values() for p in group.pictures)
        counts = [sum(p.entity == name for p in several) for name in {p.entity for p in several}]
        if sum(count > 1 for count in counts) < 2:
            return {}
        ranking = rank(Entities(pictures=several), TowerStates(self.model))
        found: dict[str, float] = {}
        for key, group in groups.items():
            own = [one for one in ranking.entities if one.name in set(group.names)]
            if own:
                firsts = [float(np.mean(np.array(one.ranks) == 1)) for one in own]
                found[f"{key}_first"] = float(np.mean(firsts))
                found[f"{key}_prior"] = float(np.mean([one.normalised for one in own]))
        return found


def build(options: EncoderOptions) -> EncoderRepair:
    """The task of these options."""
    return EncoderRepair(options)


def _lesson(options: EncoderOptions) -> Lesson:
    source = EntitySource(
        what=options.data,
        images=options.images,
        per_entity=options.scenes_per_entity,
        seed=options.scenes_seed,
    )
    names = () if options.names is None else read_candidates(options.names)
    return lesson_of(
        source.entities(),
        names,
        per_entity=options.per_entity,
        at_random=options.at_random,
        seed=options.seed,
    )


def _trainable(model: VisionLanguageModel) -> LocalModel:
    if not isinstance(model, LocalModel) or not model.abilities.vision_tokens:
        raise UnsupportedError(
            f"the encoder of {model.name} cannot be reached; `deixis models` shows whose can"
        )
    return model


def _text_side(dual: Any) -> nn.Module:  # Any: transformers' own classes
    """A dual encoder without its picture side, which is not met."""
    for name in ("vision_model", "visual_projection"):
        if hasattr(dual, name):
            setattr(dual, name, nn.Identity())
    module: nn.Module = dual
    return module


def _spread(count: int, most: int) -> np.ndarray:
    """At most so many places, evenly spread."""
    return (
        np.unique(np.linspace(0, count - 1, min(count, most)).astype(int))
        if count
        else np.arange(0)
    )
