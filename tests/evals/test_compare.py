"""Two runs are compared on the same questions only, and many encodings on those they share."""

import dataclasses

import pytest

from deixis.core.answer_store import Answers
from deixis.core.errors import UsageError
from deixis.encodings.spec import EncodingSpec
from deixis.evals.benchmarks import Options, benchmarks
from deixis.evals.compare import common, compare, rank_encodings, vote
from deixis.evals.folder import ANSWERS, load_run, runs_in, write_run
from deixis.evals.judges import Rules
from deixis.evals.page import summarise
from deixis.evals.report import FILE
from deixis.evals.results import save_rows
from deixis.evals.run import RunSettings
from deixis.evals.run_to_folder import report_of
from tests.evals.conftest import examine as run

pytestmark = pytest.mark.lab  # it asks about scenes of Things

COLOURS = "red orange yellow green blue purple pink brown black white grey"


@pytest.fixture
def made(tmp_path, told):
    """Runs a model that answers by a function of the words; gives the loaded run."""

    def made(answer, *, benchmark="scenes_naming", model="one", way="said", num=20, limit=None):
        options = Options(num_pictures=num)
        settings = RunSettings(way=EncodingSpec.of(way), limit=limit)
        opened = benchmarks.get(benchmark)
        judge = Rules() if opened.needs_judge else None
        asked = told(answer, name=model)
        with Answers(tmp_path / ANSWERS) as answers:
            ran = run(asked, opened.of(options), answers, settings, judge=judge)
        report = report_of(
            ran,
            benchmark=benchmark,
            options=options,
            settings=settings,
            dialect="unit",
            judge=None if judge is None else judge.name,
        )
        return load_run(write_run(tmp_path, report, ran.rows))

    return made


def sometimes(*words):
    """One of the words, by the question."""
    return lambda text: words[sum(text.encode()) % len(words)]


def test_what_a_killed_run_left_half_written_is_swept(made):
    left = made(sometimes("pound", "anchor")).folder / ".results.jsonl.0123abcd.draft"
    left.write_text("half")
    made(sometimes("pound", "anchor"))
    assert not left.exists()


def test_a_run_is_the_same_when_it_is_loaded_again(made):
    first = made(sometimes("pound", "anchor"))
    assert load_run(first.folder) == first
    assert first.report.headline.num_questions == 20


def test_the_better_run_is_told_with_its_interval(made):
    truths = {row.sent: row.truth[0] for row in made(lambda text: "x", model="zero").rows}
    knows = made(lambda text: truths[text], model="knows")
    found = compare(made(lambda text: "x", model="zero"), knows)
    assert found.difference.value == 1.0
    assert found.difference.chance < 0.001
    assert (found.changes.only_first, found.changes.only_second) == (0, 20)


def test_runs_of_two_benchmarks_or_judges_are_not_compared(made):
    one = made(sometimes("cup"))
    with pytest.raises(UsageError, match="two benchmarks"):
        compare(one, made(sometimes("yes"), benchmark="scenes_presence"))
    graded = made(sometimes("cup"), benchmark="scenes_vip_bench")
    other = dataclasses.replace(graded, report=dataclasses.replace(graded.report, judge="you"))
    with pytest.raises(UsageError, match="two judges"):
        compare(graded, other)


def test_what_only_one_has_numbers_for_is_left_out_and_told(made):
    found = compare(made(sometimes("cup"), model="a"), made(sometimes("cup"), model="b", limit=12))
    assert (found.num_questions, found.num_left_out) == (12, 8)


def test_other_questions_under_the_same_keys_are_refused(made):
    one = made(sometimes("cup"))
    changed = tuple(dataclasses.replace(row, asks="other") for row in one.rows)
    with pytest.raises(UsageError, match="asked different things"):
        compare(one, dataclasses.replace(one, rows=changed))


def test_runs_without_a_question_in_common_are_refused(made):
    one = made(sometimes("cup"))
    renamed = tuple(dataclasses.replace(row, key=f"x{row.key}") for row in one.rows)
    with pytest.raises(UsageError, match="no question in common"):
        common([one, dataclasses.replace(one, rows=renamed)])


def test_a_measure_of_sums_is_compared_too(made):
    first = made(sometimes("yes", "no"), benchmark="scenes_presence", model="a")
    second = made(sometimes("no", "yes"), benchmark="scenes_presence", model="b")
    assert compare(first, second).changes is not None
    captions = made(sometimes("a red cup"), benchmark="scenes_description", model="a")
    found = compare(captions, made(sometimes("disc"), benchmark="scenes_description", model="b"))
    assert found.measure == "METEOR (exact, stem)"
    assert found.changes is None


@pytest.mark.long
def test_encodings_are_ranked_on_the_questions_that_all_can_show(made):
    def answer(text):
        return COLOURS if "highlighted" in text else "nothing"

    for way in ("said", "dimmed", "cropped"):
        made(answer, benchmark="scenes_vip_bench", way=way, num=40)
    (found,) = rank_encodings(
        runs_in([made(answer, benchmark="scenes_vip_bench", num=40).folder.parent])
    )
    assert {name for name, _ in found.figures} == {"said", "dimmed", "cropped"}
    assert found.best == "dimmed"
    assert found.worst in ("said", "cropped")
    assert found.num_left_out > 0
    assert found.gap.value < 0
    values = [figure.value for _, figure in found.figures]
    assert found.mean == pytest.approx(sum(values) / 3)


def test_models_and_weights_are_not_mixed(made, tmp_path):
    made(sometimes("cup"), model="a", way="said")
    made(sometimes("cup"), model="b", way="dimmed")
    assert rank_encodings(runs_in([tmp_path])) == []


@pytest.mark.long
def test_the_summary_writes_a_page_a_plot_and_numbers(made, tmp_path):
    for way in ("said", "dimmed:0.5", "cropped"):
        made(sometimes("pound", "<b>anchor</b>"), way=way)
    made(sometimes("A", "B"), benchmark="scenes_reasoning")
    found = summarise(runs_in([tmp_path]), tmp_path / "out")
    page = found.page.read_text()
    assert found.plot.read_bytes().startswith(b"\x89PNG")
    assert "<b>anchor" not in page
    assert "&lt;b&gt;anchor" in page
    assert "dimmed:0.5" in page
    assert (tmp_path / "out" / "encodings.json").is_file()


def test_an_older_version_of_a_run_takes_nothing_from_the_others(made, tmp_path):
    said, dimmed = made(sometimes("cup")), made(sometimes("cup"), way="dimmed")
    save_rows(dimmed.folder, [dataclasses.replace(row, asks="older") for row in dimmed.rows])
    found = summarise(runs_in([tmp_path]), tmp_path / "out")
    assert found.ways == ()
    assert "asked different things" in found.problems[0]
    assert said.report.name in found.page.read_text()


def test_another_split_is_another_result(made):
    one = made(sometimes("cup"))
    options = {**one.report.options, "split": "novel_words"}
    other = dataclasses.replace(one, report=dataclasses.replace(one.report, options=options))
    assert other.report.name == "scenes_naming novel_words · one · said"
    with pytest.raises(UsageError, match="two benchmarks, scenes_naming and scenes_naming novel"):
        compare(one, other)


def test_a_vote_takes_what_most_runs_read(made):
    truths = {row.sent: row.truth[0] for row in made(lambda text: "x", way="said").rows}

    def knows(text):
        return truths.get(text, "anchor")

    said = made(knows, way="said", model="m")
    others = [made(lambda text: "anchor", way=way, model="m") for way in ("dimmed", "cropped")]
    report, rows = vote([said, *others])
    assert report.headline.value == others[0].report.headline.value
    alone, _ = vote([said, others[0]])
    assert alone.headline.value == said.report.headline.value  # a tie goes to the first
    assert report.encoding == "vote(said + dimmed + cropped)"
    assert len(rows) == 20


def test_what_cannot_be_read_has_no_vote(made):
    first = made(lambda text: "?", way="said", model="m", benchmark="scenes_pointing", num=30)
    second = made(lambda text: "B", way="cropped", model="m", benchmark="scenes_pointing", num=30)
    report, _ = vote([first, second])
    assert report.headline.value == second.report.headline.value


def test_a_vote_among_others_is_refused(made):
    one = made(sometimes("cup"), model="a")
    with pytest.raises(UsageError, match="two runs at least"):
        vote([one])
    with pytest.raises(UsageError, match="runs of one model"):
        vote([one, made(sometimes("cup"), model="b")])
    graded = [
        made(sometimes("x"), benchmark="scenes_vip_bench", way=w) for w in ("said", "cropped")
    ]
    with pytest.raises(UsageError, match="cannot be voted on"):
        vote(graded)


def test_a_folder_without_runs_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"there is no run in .*eval run"):
        runs_in([tmp_path])


def test_a_report_or_results_that_are_none_are_told(made, tmp_path):
    folder = made(sometimes("cup")).folder
    save_rows(folder, [])
    (folder / "results.jsonl").write_text("[1]\n")
    with pytest.raises(UsageError, match="holds no results"):
        load_run(folder)
    (folder / FILE).write_text("{}")
    with pytest.raises(UsageError, match="is no report"):
        load_run(folder)
    with pytest.raises(UsageError, match="a run's folder is expected"):
        load_run(tmp_path / "nowhere")
