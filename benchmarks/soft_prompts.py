"""Would peft's prompt tuning do for learned words? What it says where ours is what words say.

python benchmarks/soft_prompts.py

The vectors of four words, put before a question by peft, ought to be read as the words themselves.
"""

import numpy as np
import torch
from peft import PromptTuningConfig, get_peft_model

from deixis.core.image import Image
from deixis.models.chat import processed
from deixis.models.interface import Question
from deixis.models.load_by_name import load
from deixis.testing import tiny

WORDS = "the what is red"
LEFT_OUT = {"molmo2"}  # it needs torchvision


def apart(name: str) -> str:
    """How far the scores of all words after them are from those of the words themselves."""
    wrapped = load(f"tiny:{name}")
    model, processor = wrapped.family.model, wrapped.family.processor
    pixels = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    question = Question(pictures=(Image(pixels=pixels),), text="What?")
    inputs = dict(processed(wrapped.family, [question]))
    ids = torch.tensor([processor.tokenizer(WORDS, add_special_tokens=False).input_ids[:4]])
    before = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    shape = inputs["input_ids"].shape
    whole = {
        key: torch.cat([before.get(key, torch.zeros_like(ids)).to(value), value], dim=1)
        if value.shape == shape
        else value
        for key, value in inputs.items()
    }
    expected = model(**whole).logits[:, ids.shape[1] :]
    vectors = model.get_input_embeddings()(ids[0])
    config = PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=ids.shape[1])
    tuned = get_peft_model(model, config)
    tuned.prompt_encoder["default"].embedding.weight.copy_(vectors)
    try:
        found = tuned(**inputs).logits[:, ids.shape[1] :]
    except TypeError as error:
        return f"fails: {error}"
    return f"{(found - expected).abs().max():.2g} of {expected.abs().max():.2g}"


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    for family in sorted(set(tiny.names()) - LEFT_OUT):
        print(family, apart(family))
