"""What transformers' own pipeline answers with the processor that a tiny model was built with."""

import functools

from transformers import pipeline

from deixis.models.interface import Question
from tests.models.families_nursery import SETTINGS, built

# the pipeline of transformers 5.23 joins the rows' `image_token_pooling` without moving its places,
# so that every row of a batch looks at the first row's picture; the processor itself moves them
WRONG_IN_BATCHES = {"molmo2"}
# padded to the left, what InstructBLIP's Q-Former reads stands at other places than alone, so that
# transformers 5.23 itself scores first words up to 0.6 differently; ours do not depend on the batch
SHIFTED_IN_BATCHES = {"instructblip", "nano:instructblip"}


def chat(question: Question) -> list[dict]:
    content = [{"type": "image", "image": picture.pil()} for picture in question.pictures]
    return [{"role": "user", "content": [*content, {"type": "text", "text": question.text}]}]


@functools.cache
def built_pipeline(name: str):
    family = built(name).family
    return pipeline("image-text-to-text", model=family.model, processor=family.processor)


def pipeline_ids(name: str, questions: list[Question], *, batch_size: int = 1) -> list[list[int]]:
    """What transformers' own pipeline generates, perhaps with the prompt before it."""
    if batch_size > 1 and name in WRONG_IN_BATCHES:
        return generated_ids(name, questions)
    if name in SHIFTED_IN_BATCHES:
        batch_size = 1
    family = built(name).family
    ask = functools.partial(
        built_pipeline(name),
        max_new_tokens=SETTINGS.max_new_tokens,
        do_sample=False,
        return_tensors=True,
    )
    outputs = []
    for begin in range(0, len(questions), batch_size):
        part = questions[begin : begin + batch_size]
        if family.processor.chat_template:
            chats = [chat(question) for question in part]
            outputs += [row for (row,) in ask(text=chats, batch_size=batch_size)]
        else:
            pictures = [picture.pil() for question in part for picture in question.pictures]
            outputs += ask(images=pictures, text=[family.prompt(question) for question in part])
    return [output["generated_token_ids"].tolist() for output in outputs]


def generated_ids(name: str, questions: list[Question]) -> list[list[int]]:
    """What the model generates from one batch of its own processor, with the prompt before it."""
    family = built(name).family
    inputs = family.processor.apply_chat_template(
        [chat(question) for question in questions],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        processor_kwargs={"return_tensors": "pt", "padding": True},
    )
    settings = {"max_new_tokens": SETTINGS.max_new_tokens, "do_sample": False}
    return family.model.generate(**inputs, **settings).tolist()


def ends_with(name: str, ids: list[int], answer: tuple[int, ...]) -> bool:
    """Whether a row of ids ends with that answer, but for the end-of-answer and padding tokens."""
    tokenizer = built(name).family.processor.tokenizer
    while len(answer) < SETTINGS.max_new_tokens and ids[-1] in (
        tokenizer.eos_token_id,
        tokenizer.pad_token_id,
    ):
        ids = ids[:-1]
    return tuple(ids[len(ids) - len(answer) :]) == answer
