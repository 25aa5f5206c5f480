"""Ten answers to one question: the shared prefix computed once, against each answer alone.

    python benchmarks/scoring.py

The same model (VipLlava's class, random weights, 12 + 12 layers of width 384), the same answers,
medians of several rounds, one thread. Bar: at least 3 times as fast at 10 answers.
"""

import statistics
import time

import numpy as np
import torch
from transformers import (
    CLIPVisionConfig,
    LlamaConfig,
    VipLlavaConfig,
    VipLlavaForConditionalGeneration,
)

import deixis as dx
from deixis.models.checkpoint_model import wrap
from deixis.testing import tiny

NUM_ANSWERS, ROUNDS = 10, 5


def model():
    """A model of some real weight around the tiny processor."""
    processor = tiny.build("vipllava").processor
    side = processor.image_processor.crop_size["height"]
    text = LlamaConfig(
        vocab_size=len(processor.tokenizer) + 8,
        hidden_size=384,
        intermediate_size=1024,
        num_hidden_layers=12,
        num_attention_heads=6,
        max_position_embeddings=2048,
    )
    vision = CLIPVisionConfig(
        hidden_size=384,
        intermediate_size=1024,
        num_hidden_layers=12,
        num_attention_heads=6,
        image_size=side,
        patch_size=processor.patch_size,
    )
    tiny_config = tiny.build("vipllava").model.config
    config = VipLlavaConfig(
        vision_config=vision,
        text_config=text,
        image_token_index=tiny_config.image_token_id,
        vision_feature_layers=[-2, -5, -8, -11, 6],
    )
    torch.manual_seed(0)
    weights = VipLlavaForConditionalGeneration(config).eval()
    weights.generation_config.eos_token_id = processor.tokenizer.eos_token_id
    return wrap(weights, processor, name="bench")


def median_seconds(work):
    """Of several rounds, after one to warm up."""
    work()
    rounds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        work()
        rounds.append(time.perf_counter() - begin)
    return statistics.median(rounds)


def main():
    """Measure and print the ratio."""
    torch.set_num_threads(1)
    vlm = model()
    generator = np.random.default_rng(0)
    picture = dx.Image(pixels=generator.integers(0, 256, (96, 128, 3), dtype=np.uint8))
    question = dx.Question(pictures=(picture,), text="What is in the red rectangle?" * 4)
    answers = [f"a thing of kind {'abcdefghij'[i]}" for i in range(NUM_ANSWERS)]
    together = vlm.answer_logprobs(question, answers)
    alone = [vlm.answer_logprobs(question, [answer])[0] for answer in answers]
    worst = max(abs(a.total - b.total) for a, b in zip(together, alone, strict=True))
    shared = median_seconds(lambda: vlm.answer_logprobs(question, answers))
    single = median_seconds(lambda: [vlm.answer_logprobs(question, [a]) for a in answers])
    print(f"{NUM_ANSWERS} answers: shared {shared * 1e3:.0f} ms, alone {single * 1e3:.0f} ms")
    print(f"ratio {single / shared:.1f}x (bar: 3x), largest difference of a total {worst:.1e}")


if __name__ == "__main__":
    main()
