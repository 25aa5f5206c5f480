"""A tiny random model of every class that segments everything, with its real processor."""

import json
from importlib import import_module
from pathlib import Path

import transformers as hf

from tests.sources.tiny_parts import (
    LABELS,
    NAMES,
    SIZES,
    Built,
    clip_tokenizer,
    detr_sizes,
    resnet,
    swin,
)

MODELING = "transformers.models.sam3.modeling_sam3"


def mask2former() -> Built:
    config = hf.Mask2FormerConfig(
        backbone_config=swin(),
        feature_size=32,
        mask_feature_size=32,
        hidden_dim=32,
        encoder_feedforward_dim=16,
        encoder_layers=1,
        decoder_layers=2,
        dim_feedforward=16,
        num_attention_heads=2,
        num_queries=9,
        **NAMES,
    )
    processor = hf.Mask2FormerImageProcessorPil(size=SIZES, size_divisor=32)
    return hf.Mask2FormerForUniversalSegmentation(config), processor


def maskformer() -> Built:
    config = hf.MaskFormerConfig(
        backbone_config=swin(),
        decoder_config=hf.DetrConfig(backbone_config=resnet(), **detr_sizes()),
        fpn_feature_size=32,
        mask_feature_size=32,
        **NAMES,
    )
    processor = hf.MaskFormerImageProcessorPil(size=SIZES, size_divisor=32)
    return hf.MaskFormerForInstanceSegmentation(config), processor


def oneformer(folder: Path) -> Built:
    """`folder`: where its file of names is put."""
    config = hf.OneFormerConfig(
        backbone_config=swin(),
        num_queries=9,
        text_encoder_width=16,
        text_encoder_num_layers=1,
        text_encoder_vocab_size=514,
        text_encoder_n_ctx=2,
        conv_dim=32,
        mask_dim=32,
        hidden_dim=32,
        encoder_feedforward_dim=16,
        encoder_layers=1,
        decoder_layers=2,
        dim_feedforward=16,
        num_attention_heads=2,
        **NAMES,
    )
    names = {number: {"name": label, "isthing": number < 2} for number, label in LABELS.items()}
    (folder / "names.json").write_text(json.dumps(names))
    pictures = hf.OneFormerImageProcessorPil(
        size=SIZES, repo_path=str(folder), class_info_file="names.json", num_text=7
    )
    processor = hf.OneFormerProcessor(image_processor=pictures, tokenizer=clip_tokenizer(77))
    return hf.OneFormerForUniversalSegmentation(config), processor


def eomt() -> Built:
    config = hf.EomtConfig(
        hidden_size=16,
        num_hidden_layers=3,
        num_attention_heads=2,
        image_size=64,
        patch_size=8,
        num_blocks=1,
        num_upscale_blocks=1,
        num_queries=9,
        mlp_ratio=2,
        num_register_tokens=1,
        **NAMES,
    )
    size = {"shortest_edge": 64, "longest_edge": 64}
    return hf.EomtForUniversalSegmentation(config), hf.EomtImageProcessorPil(size=size, do_pad=True)


def detr() -> Built:
    config = hf.DetrConfig(backbone_config=resnet(), **detr_sizes(), **NAMES)
    return hf.DetrForSegmentation(config), hf.DetrImageProcessorPil(size=SIZES)


def sam3() -> Built:
    """With its tokenizer: its image processor wants torchvision."""
    parts = {"hidden_size": 32, "intermediate_size": 16, "num_attention_heads": 2}
    eyes = hf.Sam3ViTConfig(
        hidden_size=32,
        intermediate_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=56,
        patch_size=14,
        window_size=2,
        global_attn_indexes=[1],
        pretrain_image_size=28,
    )
    text = hf.CLIPTextConfig(
        vocab_size=514,
        hidden_size=16,
        intermediate_size=16,
        projection_dim=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=32,
        bos_token_id=512,
        eos_token_id=513,
    )
    config = hf.Sam3Config(
        vision_config=hf.Sam3VisionConfig(
            backbone_config=eyes,
            fpn_hidden_size=32,
            backbone_feature_sizes=[[16, 16], [8, 8], [4, 4]],
        ),
        text_config=text,
        geometry_encoder_config=hf.Sam3GeometryEncoderConfig(num_layers=1, **parts),
        detr_encoder_config=hf.Sam3DETREncoderConfig(num_layers=1, **parts),
        detr_decoder_config=hf.Sam3DETRDecoderConfig(num_layers=1, num_queries=7, **parts),
        mask_decoder_config=hf.Sam3MaskDecoderConfig(hidden_size=32, num_attention_heads=2),
    )
    return import_module(MODELING).Sam3Model(config), clip_tokenizer(32)
