"""What a run of a benchmark stores: its folder, report, rows, and the keys of its answers."""

import hashlib
import json

import pytest

import deixis as dx
from deixis.core.answer_store import Answers
from deixis.encodings.spec import EncodingSpec
from deixis.evals.benchmarks import About, Benchmark, Options, Query, Sample, Verdict, benchmarks
from deixis.evals.judges import Rules
from deixis.evals.measure import Measure, mean
from deixis.evals.run import Exam, RunSettings, run
from deixis.evals.run_to_folder import evaluate
from tests.evals.conftest import Told
from tests.evals.test_benchmarks import FILES, opened, task_files
from tests.frozen import same
from tests.frozen.test_asking import ASKED, WAYS

LAB = [name for name in benchmarks.names() if name.startswith("scenes_")]
PUBLISHED = [name for name in benchmarks.names() if name not in LAB]
JPEGS = {*FILES, "eurosat", "imagenette", "json_rows", "picture_folders"}  # decoders differ
DIALECTS = ("unit", "permille", "qwen3_vl")


class Saying(Told):
    """Says the same to every question."""

    stored_name = "Told"

    def __init__(self):
        super().__init__(lambda text: "Yes, A: 2 cups [0.1, 0.2, 0.5, 0.6].")


class Two(Benchmark):
    """The questions of another test."""

    about = About(title="two", asks="", origin="", licence="")
    measures = (Measure(name="right", numbers=("right",), value=mean),)

    @classmethod
    def of(cls, options):
        return cls()

    def samples(self):
        for place, (_, text, regions) in enumerate(ASKED):
            yield Sample(
                key=f"{place}", picture="p", text=text, truth=("cup",), regions=regions, place=place
            )

    def question(self, sample):
        image, text, regions = ASKED[sample.place]
        return Query(image=image, text=text, regions=regions)

    def score(self, sample, answer):
        return Verdict(numbers={"right": 1.0}, read=answer)


def asked(model, benchmark, folder, options, settings):
    judge = Rules() if benchmark.needs_judge else None
    with Answers(folder / "answers.jsonl") as answers:
        exam = Exam(model=model, benchmark=benchmark, answers=answers, judge=judge)
        return evaluate(exam, settings, folder, options=options)


def keys_of(folder):
    lines = (folder / "answers.jsonl").read_text("utf-8").splitlines()
    return sorted(json.loads(line)["key"] for line in lines)


def digest(value):
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:12]


def plain(value):
    """Without the last digits, which are the machine's."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return round(value, 6) if isinstance(value, float) else value


def stored(name, folder):
    """Of a run of a benchmark: all but what the machine, its clock and JPEG's decoder decide."""
    options = FILES.get(name) or task_files().get(name) or Options(num_pictures=24)
    ran = asked(
        dx.Model(Saying()), opened(name, num_pictures=24), folder, options, RunSettings(limit=3)
    )
    report = json.loads((ran.folder / "report.json").read_text("utf-8"))
    for figure in report["figures"]:
        figure.pop("low"), figure.pop("high")
    report |= {"seconds": 0, "software": sorted(report["software"])}
    report["options"] |= {"data": "…", "images": "…"}
    lines = (ran.folder / "results.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return {
        "folder": ran.folder.relative_to(folder).as_posix(),
        "report": digest(plain(report)),
        "fields": digest([sorted(report), sorted(rows[0])]),
        "figures": [
            [one["measure"], one["part"], plain(one["value"])] for one in report["figures"]
        ],
        "rows": digest(plain(rows)),
        **({} if name in JPEGS else {"keys": digest(keys_of(folder))}),
    }


@pytest.mark.parametrize(
    ("area", "names"),
    [("published", PUBLISHED), pytest.param("scenes", LAB, marks=pytest.mark.lab)],
)
def test_a_run_of_each_benchmark_is_stored_as_it_was(tmp_path, area, names):
    same(f"runs_{area}", {name: stored(name, tmp_path / name) for name in names})


def test_questions_in_each_way_have_the_keys_that_they_had(tmp_path):
    found = {}
    for dialect in DIALECTS:
        for spec in WAYS:
            folder = tmp_path / f"{dialect} {len(found)}"
            with Answers(folder / "answers.jsonl") as answers:
                exam = Exam(
                    model=dx.Model(Saying(), dialect=dialect),
                    benchmark=Two(),
                    answers=answers,
                )
                ran = run(exam, RunSettings(way=EncodingSpec.of(spec)))
            told = [row.sent or row.problem for row in ran.rows]
            found[f"{dialect}: {spec}"] = [*told, *(key[:12] for key in keys_of(folder))]
    same("eval_keys", found)
