import numpy as np
import pytest
import torch

from deixis.models.load_by_name import load
from deixis.train.conversations import read_conversations
from deixis.train.model_parts import recompute_layers
from deixis.train.tuning import Tuning, TuningOptions
from tests.train.rows import row, write_rows


def step_of(source, name, **options):
    """The loss of a batch and all gradients, in training mode, dropout and all."""
    task = Tuning(load(name), source, TuningOptions(**options))
    task.module.train()
    batch = [source.example(i, np.random.default_rng(0)) for i in range(3)]
    torch.manual_seed(1)
    total = task.loss(batch, 0).total
    total.backward()
    weights = task.module.named_parameters()
    return total.detach(), {name: p.grad for name, p in weights if p.grad is not None}


@pytest.mark.parametrize("parts", [("all",), ("lora",), ("projector",)])
@pytest.mark.parametrize("name", ["tiny:llava", "tiny:qwen2_vl", "tiny:blip_2", "tiny:idefics3"])
def test_layers_computed_anew_give_the_same_loss_and_the_same_gradients(name, parts, tmp_path):
    source = read_conversations(*write_rows(tmp_path, [row(i) for i in range(3)]))
    loss, gradients = step_of(source, name, parts=parts, lora_dropout=0.3)
    assert gradients
    for recomputes in ("half", "all"):
        again, others = step_of(source, name, parts=parts, recomputes=recomputes, lora_dropout=0.3)
        assert torch.equal(again, loss)
        assert others.keys() == gradients.keys()
        for weight, gradient in gradients.items():
            torch.testing.assert_close(others[weight], gradient, atol=1e-6, rtol=1e-5)


def test_every_layer_is_computed_once_more_where_all_are():
    model = load("tiny:llava").family.model
    layers = model.model.language_model.layers
    calls = []
    for place, layer in enumerate(layers):
        layer.mlp.register_forward_pre_hook(lambda *_, place=place: calls.append(place))
    recompute_layers(model, "all")
    model(input_ids=torch.ones(1, 3, dtype=torch.long)).logits.sum().backward()
    assert sorted(calls) == sorted(2 * list(range(len(layers))))
