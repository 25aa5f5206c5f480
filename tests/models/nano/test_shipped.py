"""The model inside the package: small, quick, and the same in plain transformers."""

import json
import subprocess
import sys

import torch
from transformers import AutoProcessor, FastVlmForConditionalGeneration

from deixis.data.demo.pictures import demo_picture
from deixis.models.interface import Generation, Question
from deixis.models.load_by_name import load, shipped_folder

QUESTIONS = ("What colour is the sky?", "How often do you see a cat in the picture?")
PLAIN = """
import json, sys
import PIL.Image
import torch
from transformers import AutoModelForImageTextToText, AutoProcessor
folder, picture, *questions = sys.argv[1:]
model = AutoModelForImageTextToText.from_pretrained(folder).eval()
processor = AutoProcessor.from_pretrained(folder, backend="pil")
answers = []
for question in questions:
    content = [{"type": "image"}, {"type": "text", "text": question}]
    text = processor.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True
    )
    inputs = processor(images=PIL.Image.open(picture), text=text, return_tensors="pt")
    with torch.no_grad():
        ids = model.generate(**inputs, max_new_tokens=12, do_sample=False)
    answers.append(
        processor.tokenizer.decode(ids[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    )
print(json.dumps({"answers": answers, "deixis": "deixis" in sys.modules}))
"""


def asked(text):
    return Question(pictures=(demo_picture("frog").image,), text=text)


def test_it_is_less_than_twelve_mebibytes():
    size = sum(file.stat().st_size for file in shipped_folder().iterdir())
    assert size < 12 * 2**20


def test_plain_transformers_gives_the_same_answers(tmp_path):
    picture = tmp_path / "scene.png"
    picture.write_bytes(asked("").pictures[0].png())
    said = subprocess.run(
        [sys.executable, "-c", PLAIN, shipped_folder(), picture, *QUESTIONS],
        capture_output=True,
        text=True,
        check=True,
    )
    plain = json.loads(said.stdout.splitlines()[-1])
    ours = load("nano").generate([asked(text) for text in QUESTIONS], Generation(max_new_tokens=12))
    assert plain == {"answers": [one.text for one in ours], "deixis": False}


def test_logits_are_those_of_transformers_own_class():
    plain = FastVlmForConditionalGeneration.from_pretrained(shipped_folder()).eval()
    processor = AutoProcessor.from_pretrained(shipped_folder(), backend="pil")
    for text, answer in zip(QUESTIONS, ("red", "3"), strict=True):
        question = asked(text)
        content = [{"type": "image"}, {"type": "text", "text": text}]
        prompt = processor.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True
        )
        picture = question.pictures[0].pil()
        (ours,) = load("nano").answer_logprobs(question, [answer])
        inputs = processor(images=picture, text=f"{prompt} {answer}", return_tensors="pt")
        with torch.no_grad():
            logprobs = plain(**inputs).logits[0].log_softmax(-1)
        ids = inputs["input_ids"][0]
        num = len(ours.token_logprobs)
        theirs = logprobs[-num - 1 : -1].gather(1, ids[-num:, None])[:, 0]
        torch.testing.assert_close(torch.tensor(ours.token_logprobs), theirs, atol=1e-4, rtol=0)


def test_it_has_a_card():
    text = (shipped_folder() / "README.md").read_text(encoding="utf-8")
    assert "What it does not know" in text
    assert "95 % intervals" in text
