"""How long an example is for a model, before anything is computed."""

from deixis.models.chat import chat_inputs, processed
from deixis.models.interface import Example
from deixis.models.tensor_interface import LocalModel
from deixis.models.transformers_model import TransformersModel


def num_tokens(model: LocalModel, example: Example) -> int:
    """The tokens of question and answer, those of its pictures and the answer's end among them."""
    assert isinstance(model, TransformersModel)  # no other has a loss
    question = example.question
    if question.pictures:
        inputs = processed(model.family, [question])
    else:
        inputs = chat_inputs(model.family.processor, [question])
    return int(inputs["attention_mask"].sum()) + model.num_answer_tokens([example])
