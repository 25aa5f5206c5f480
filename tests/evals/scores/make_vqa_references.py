"""Makes vqa_references.json: what the reference programs make of random answers.

    pip download --no-deps salesforce-lavis==1.0.2 lmms-eval==0.7.3 -d /tmp/reference
    python tests/evals/scores/make_vqa_references.py /tmp/reference

LAVIS brings the official evaluation of VQA, lmms-eval M4C's of TextVQA; nothing is installed.
"""

import json
import random
import sys
import types
import zipfile
from pathlib import Path

LISTED = """
two Ten none zero NONE a The an THE A 1,000 $5,00 2.5 .5 3. a.b dog's men's red/blue t-shirt 50% no.
U.S.A. 10:30 one,two (x) [y] "so" {z} aint couldnt've couldn'tve hadntve hed hes Im id've isnt
it'dve let's lets maam ow's'at 'ows'at 'ow'sat she's shes somebody'd somebodyd've thats twas we'dve
wont y'all'dve yall youve don't dont’ cup cups é white red blue 7 seven eleven yes no up-to-date
i'm x=y a+b snow_board what? wow! <b> me@home `code` a\\b ; , . ? ! - ' ’ : /
..."""
WORDS = LISTED.split()
BETWEEN = [" ", " ", " ", "", ", ", "-", ".", "\n", "\t", "  "]


def main(folder):
    lavis = program(folder, "salesforce_lavis", "lavis/common/vqa_tools/vqa_eval.py")
    official = lavis.VQAEval(None, None)
    metric = program(folder, "lmms_eval", "lmms_eval/tasks/_task_utils/vqa_eval_metric.py")
    text = metric.EvalAIAnswerProcessor()
    stub(loguru={"logger": None})
    stub(**{"lmms_eval.tasks._task_utils.file_utils": {"generate_submission_file": None}})
    sys.modules["lmms_eval.tasks._task_utils.vqa_eval_metric"] = metric
    vqav2 = program(folder, "lmms_eval", "lmms_eval/tasks/vqav2/utils.py")
    textvqa = program(folder, "lmms_eval", "lmms_eval/tasks/textvqa/utils.py")
    draws = random.Random(5)
    found = {"forms": [], "accuracies": []}
    for _ in range(300):
        said = answer(draws)
        line = said.replace("\n", " ").replace("\t", " ").strip()
        form = official.processDigitArticle(official.processPunctuation(line))
        found["forms"].append([said, form, text(said)])
    for _ in range(60):
        few = [answer(draws, 2) for _ in range(3)]
        people = [*few[:2], *(draws.choice(few) for _ in range(8))]
        said = draws.choice(few)
        if len(set(people)) == 1:  # lmms-eval leaves out the official rule for these
            continue
        listed = [{"answer": one, "answer_id": place} for place, one in enumerate(people)]
        doc = {"answers": listed, "question_id": 0}
        ours = vqav2.vqav2_process_results(doc, [said])["exact_match"]
        doc = {"answers": list(people), "question_id": 0}
        theirs = textvqa.textvqa_process_results(doc, [said])["exact_match"]
        found["accuracies"].append([said, people, round(ours, 12), round(theirs, 12)])
    file = Path(__file__).with_name("vqa_references.json")
    file.write_text(json.dumps(found, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def answer(draws, longest=5):
    parts = [draws.choice(WORDS) for _ in range(draws.randint(1, longest))]
    return "".join(part + draws.choice(BETWEEN) for part in parts)


def stub(**named):
    """Modules that a program imports and does not need here, and the packages above them."""
    for name, values in named.items():
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            made = types.ModuleType(".".join(parts[:end]))
            sys.modules.setdefault(made.__name__, made).__path__ = []
            if end > 1:
                setattr(sys.modules[".".join(parts[: end - 1])], parts[end - 1], made)
        vars(sys.modules[name]).update(values)


def program(folder, wheel, name):
    """A module out of a wheel, by itself."""
    (file,) = Path(folder).glob(f"{wheel}-*.whl")
    module = types.ModuleType(Path(name).stem)
    exec(compile(zipfile.ZipFile(file).read(name), name, "exec"), module.__dict__)
    return module


if __name__ == "__main__":
    main(sys.argv[1])
