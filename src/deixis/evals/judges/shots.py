"""The table of examples that a judge is shown, in the form of MM-Vet and ViP-Bench.

Seven rows of our own: five sums that show half credit for half of the parts, two long answers.
"""

from deixis.evals.judges._judge import Judged

VERSION = "shots/1"
HEAD = """\
Compare the ground truth with the prediction and give a correctness score from 0.0 (wholly wrong)
to 1.0 (wholly right) in steps of 0.1. <AND> in the ground truth joins parts that are all needed:
each part that is right gives its share. <OR> joins alternatives: one of them is enough. Other words
for the same thing are right. Write the score of the last row, and nothing else."""
COLUMNS = "Question | Ground truth | Prediction | Correctness"
SIGNS = (
    "What is the joke on the two signs? | The first sign offers fresh fish all day, the second one "
    "is a note from the cat that says thank you. | "
)
SHOTS = (
    "What is y in the equation? | -3 <AND> 7 | y = 4 | 0.0",
    "What is y in the equation? | -3 <AND> 7 | y = 7 | 0.5",
    "What is y in the equation? | -3 <AND> 7 | y = 7 or y = 3 | 0.5",
    "What is y in the equation? | -3 <AND> 7 | y = -3 or y = 7 | 1.0",
    "Can y be found in the equation? | Yes <AND> y = 7 | No, there is nothing to solve. | 0.0",
    f"{SIGNS}A shop sells fish, and there is a second sign beside it with some writing. | 0.4",
    f"{SIGNS}A shop promises fresh fish all day long, and a cat has left a note under it to thank "
    "for that. | 1.0",
)
CUE = "\nWrite one number from 0.0 to 1.0 and nothing else."


def prompt(item: Judged) -> str:
    """The table with the item as its last row, the score left open."""
    row = " | ".join(_cell(text) for text in (item.question, item.truth, item.prediction))
    return "\n".join([HEAD, "", COLUMNS, "--- | --- | --- | ---", *SHOTS, f"{row} |"])


def _cell(text: str) -> str:
    """One line, without the sign that parts columns."""
    return " ".join(text.replace("|", "/").split())
