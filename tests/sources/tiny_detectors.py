"""A tiny random model of every class that detects, with its real processor."""

from typing import Any

import transformers as hf

from tests.sources.tiny_parts import (
    NAMES,
    SIZES,
    Built,
    bert_tokenizer,
    clip_tokenizer,
    detr_sizes,
    resnet,
    swin,
)

LARGER = {"shortest_edge": 80, "longest_edge": 150}  # else its last map has one pixel
SQUARE = {"height": 64, "width": 64}


def detr() -> Built:
    config = hf.DetrConfig(backbone_config=resnet(), **detr_sizes(), **NAMES)
    return hf.DetrForObjectDetection(config), hf.DetrImageProcessorPil(size=SIZES)


def conditional_detr() -> Built:
    config = hf.ConditionalDetrConfig(backbone_config=resnet(), **detr_sizes(), **NAMES)
    processor = hf.ConditionalDetrImageProcessorPil(size=SIZES)
    return hf.ConditionalDetrForObjectDetection(config), processor


def dab_detr() -> Built:
    sizes = detr_sizes()
    sizes["hidden_size"] = sizes.pop("d_model")
    config = hf.DabDetrConfig(backbone_config=resnet(), **sizes, **NAMES)
    processor = hf.ConditionalDetrImageProcessorPil(size=SIZES)
    return hf.DabDetrForObjectDetection(config), processor


def deformable_detr() -> Built:
    config = hf.DeformableDetrConfig(backbone_config=resnet(1), **detr_sizes(2), **NAMES)
    processor = hf.DeformableDetrImageProcessorPil(size=SIZES)
    return hf.DeformableDetrForObjectDetection(config), processor


def table_transformer() -> Built:
    config = hf.TableTransformerConfig(backbone_config=resnet(), **detr_sizes(), **NAMES)
    return hf.TableTransformerForObjectDetection(config), hf.DetrImageProcessorPil(size=SIZES)


def yolos() -> Built:
    config = hf.YolosConfig(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        image_size=(64, 96),
        num_detection_tokens=9,
        **NAMES,
    )
    return hf.YolosForObjectDetection(config), hf.YolosImageProcessorPil(size=SIZES)


def rt_detr() -> Built:
    backbone = hf.RTDetrResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 8, 16, 16],
        depths=[1, 1, 1, 1],
        layer_type="basic",
        out_features=["stage2", "stage3", "stage4"],
    )
    sizes = _one_pass_sizes([8, 16, 16])
    config = hf.RTDetrConfig(backbone_config=backbone, **sizes, **NAMES)
    return hf.RTDetrForObjectDetection(config), hf.RTDetrImageProcessorPil(size=SQUARE)


def rt_detr_v2() -> Built:
    backbone = rt_detr()[0].config.backbone_config
    sizes = _one_pass_sizes([8, 16, 16])
    config = hf.RTDetrV2Config(backbone_config=backbone, **sizes, **NAMES)
    return hf.RTDetrV2ForObjectDetection(config), hf.RTDetrImageProcessorPil(size=SQUARE)


def d_fine() -> Built:
    sizes = _one_pass_sizes([16, 16, 16])
    config = hf.DFineConfig(backbone_config=_hgnet(), **sizes, **NAMES)
    return hf.DFineForObjectDetection(config), hf.RTDetrImageProcessorPil(size=SQUARE)


def deimv2() -> Built:
    sizes = _one_pass_sizes([16, 16, 16])
    config = hf.Deimv2Config(backbone_config=_hgnet(), **sizes, **NAMES)
    return hf.Deimv2ForObjectDetection(config), hf.RTDetrImageProcessorPil(size=SQUARE)


def lw_detr() -> Built:
    backbone = hf.LwDetrViTConfig(
        hidden_size=16,
        num_hidden_layers=3,
        num_attention_heads=2,
        image_size=64,
        pretrain_image_size=64,
        patch_size=8,
        num_windows=4,
        window_block_indices=[0],
        out_indices=[1, 3],
    )
    config = hf.LwDetrConfig(
        backbone_config=backbone,
        projector_scale_factors=[1.0],
        d_model=32,
        decoder_ffn_dim=16,
        decoder_layers=2,
        decoder_self_attention_heads=2,
        decoder_cross_attention_heads=4,
        num_queries=9,
        group_detr=2,
        **NAMES,
    )
    return hf.LwDetrForObjectDetection(config), hf.DeformableDetrImageProcessorPil(size=SQUARE)


def owlvit() -> Built:
    config = hf.OwlViTConfig(text_config=_owl_text(), vision_config=_owl_eyes(), projection_dim=16)
    processor = hf.OwlViTProcessor(
        image_processor=hf.OwlViTImageProcessorPil(size=SQUARE, crop_size=SQUARE),
        tokenizer=clip_tokenizer(16),
    )
    return hf.OwlViTForObjectDetection(config), processor


def owlv2() -> Built:
    config = hf.Owlv2Config(text_config=_owl_text(), vision_config=_owl_eyes(), projection_dim=16)
    processor = hf.Owlv2Processor(
        image_processor=hf.Owlv2ImageProcessorPil(size=SQUARE), tokenizer=clip_tokenizer(16)
    )
    return hf.Owlv2ForObjectDetection(config), processor


def grounding_dino() -> Built:
    config = hf.GroundingDinoConfig(**_grounded_sizes())
    return hf.GroundingDinoForObjectDetection(config), _grounded_processor()


def mm_grounding_dino() -> Built:
    config = hf.MMGroundingDinoConfig(**_grounded_sizes())
    return hf.MMGroundingDinoForObjectDetection(config), _grounded_processor()


def _one_pass_sizes(channels: list[int]) -> dict[str, Any]:
    return {
        "encoder_in_channels": channels,
        "encoder_hidden_dim": 32,
        "encoder_ffn_dim": 16,
        "encoder_attention_heads": 2,
        "decoder_in_channels": [32, 32, 32],
        "d_model": 32,
        "num_queries": 9,
        "decoder_ffn_dim": 16,
        "decoder_layers": 2,
        "decoder_attention_heads": 2,
        "num_denoising": 0,
    }


def _hgnet() -> Any:
    return hf.HGNetV2Config(
        embedding_size=8,
        hidden_sizes=[8, 16, 16, 16],
        depths=[1, 1, 1, 1],
        stem_channels=[3, 8, 8],
        stage_in_channels=[8, 8, 16, 16],
        stage_mid_channels=[8, 8, 8, 8],
        stage_out_channels=[8, 16, 16, 16],
        stage_num_blocks=[1, 1, 1, 1],
        stage_numb_of_layers=[1, 1, 1, 1],
        out_features=["stage2", "stage3", "stage4"],
    )


def _owl_text() -> dict[str, Any]:
    return {
        "vocab_size": 514,
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "bos_token_id": 512,
        "eos_token_id": 513,
    }


def _owl_eyes() -> dict[str, Any]:
    return {
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "image_size": 64,
        "patch_size": 16,
    }


def _grounded_sizes() -> dict[str, Any]:
    text = hf.BertConfig(
        vocab_size=1100,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    return {"backbone_config": swin(1), "text_config": text, **detr_sizes(2)}


def _grounded_processor() -> Any:
    return hf.GroundingDinoProcessor(
        image_processor=hf.GroundingDinoImageProcessorPil(size=LARGER), tokenizer=bert_tokenizer()
    )
