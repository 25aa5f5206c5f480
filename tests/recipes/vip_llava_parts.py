"""What ViP-LLaVA's first stage joins, tiny: a CLIP and a Llama."""

import torch
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, LlamaConfig, LlamaForCausalLM

from deixis.testing.tiny import tokenizers
from deixis.testing.tiny.settings import text_sizes, vision_sizes

SIDE, PATCH = 28, 7
SMALL = {"hidden_size": 8, "num_attention_heads": 2, "num_hidden_layers": 1, "vocab_size": 9}


def save_parts(folder):
    """Checkpoints in `clip` and `llama` of the folder, as those of the hub lie on disk."""
    tokenizer = tokenizers.llama()
    sizes = vision_sizes(hidden=24, heads=3, inner=44, image=SIDE, patch=PATCH, layers=3)
    words = text_sizes(tokenizer, hidden=56, heads=7, inner=64)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        tower = CLIPModel(CLIPConfig(vision_config=sizes, text_config=SMALL))
        language = LlamaForCausalLM(LlamaConfig(**words))
    tower.save_pretrained(folder / "clip")
    pictures = CLIPImageProcessorPil(
        size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
    )
    pictures.save_pretrained(folder / "clip")
    language.save_pretrained(folder / "llama")
    tokenizer.save_pretrained(folder / "llama")
    return folder
