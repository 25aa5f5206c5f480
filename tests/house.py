"""`python -m tests.house` prints what the house rules count, and where each number comes from.

`tests/test_house_rules.py` holds the numbers of `RULES` by their ceilings. A ceiling is lowered
when its number falls, and is never raised without a reason in the commit.
"""

import argparse
import ast
import statistics
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PRODUCT, LAB = "src/deixis", "lab/src"
# what counts as no part of a tree
LEFT_OUT = {PRODUCT: ("testing",), LAB: ()}

LONGEST_FILE = 400
SMALL_FILE = 40
LONGEST_FUNCTION = 60
DEEPEST = 3

LINES = "lines"
FILES = "files"
LONG_FILES = f"files over {LONGEST_FILE} lines"
SMALL_FILES = f"files under {SMALL_FILE} lines"
PRIVATE_FILES = "files named with an underscore"
TWINS = "class names that stand twice"
LONG_FUNCTIONS = f"functions over {LONGEST_FUNCTION} lines"
DEEP_FUNCTIONS = f"functions nested deeper than {DEEPEST}"
LISTED = (LONG_FILES, SMALL_FILES, PRIVATE_FILES, TWINS, LONG_FUNCTIONS, DEEP_FUNCTIONS)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A number has a ceiling, and where one is set, a goal that it is to come to."""

    tree: str
    counted: str
    ceiling: int
    goal: int | None


def _rules(tree, rows):
    return tuple(
        Rule(tree=tree, counted=counted, ceiling=ceiling, goal=goal)
        for counted, ceiling, goal in rows
    )


RULES = (
    *_rules(
        PRODUCT,
        [  # counted, ceiling, goal
            (LINES, 88_500, 40_000),
            (FILES, 690, 420),
            (LONG_FILES, 0, 0),
            (SMALL_FILES, 60, 60),
            (PRIVATE_FILES, 20, None),
            (TWINS, 0, 0),
            (LONG_FUNCTIONS, 0, 0),
            (DEEP_FUNCTIONS, 12, 0),
        ],
    ),
    *_rules(
        LAB,
        [
            (LONG_FILES, 0, 0),
            (TWINS, 5, 0),
            (LONG_FUNCTIONS, 0, 0),
            (DEEP_FUNCTIONS, 1, 0),
        ],
    ),
)

# tree -> what is counted -> the place that does not count, as it is printed, and why
EXCEPTIONS = {
    PRODUCT: {
        PRIVATE_FILES: {"_version.py": "packages keep their version there, and the build reads it"}
    }
}


def files_of(tree):
    """The tree's Python files, by their paths in it."""
    top = ROOT / tree
    paths = (path.relative_to(top) for path in top.rglob("*.py"))
    return sorted(path for path in paths if path.parts[0] not in LEFT_OUT[tree])


def length_without_docstring(function):
    """A function's lines from `def` to its end, without those of its docstring."""
    lines = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        lines -= first.end_lineno - first.lineno + 1
    return lines


BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith)
BLOCKS = (*BLOCKS, ast.Try, ast.TryStar, ast.Match)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
HOLDERS = (ast.stmt, ast.ExceptHandler, ast.match_case)


def nesting(node):
    """How many blocks stand in each other below a node; `elif` is as deep as its `if`."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, HOLDERS) or isinstance(child, SCOPES):
            continue
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and node.orelse == [child]
        deeper = isinstance(child, BLOCKS) and not is_elif
        deepest = max(deepest, nesting(child) + deeper)
    return deepest


@dataclass(frozen=True, kw_only=True)
class Count:
    """A number, and the places that make it; none of them for lines and files."""

    number: int
    places: tuple[str, ...] = ()


def places_in(path, text, nodes):
    """(what is counted, place) for all that one file adds."""
    lines = len(text.splitlines())
    if lines > LONGEST_FILE:
        yield LONG_FILES, f"{path} ({lines})"
    if lines < SMALL_FILE and path.name != "__init__.py":
        yield SMALL_FILES, f"{path} ({lines})"
    if path.name.startswith("_") and not path.name.startswith("__"):
        yield PRIVATE_FILES, str(path)
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            place = f"{path}:{node.name}"
            if (length := length_without_docstring(node)) > LONGEST_FUNCTION:
                yield LONG_FUNCTIONS, f"{place} ({length})"
            if (depth := nesting(node)) > DEEPEST:
                yield DEEP_FUNCTIONS, f"{place} ({depth})"


def twins(nodes_of):
    """Each class name that stands twice, with the files that it stands in."""
    homes = defaultdict(list)
    for path, nodes in nodes_of.items():
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(str(path))
    for name, places in sorted(homes.items()):
        if len(places) > 1:
            yield f"{name} ({', '.join(places)})"


def texts_of(tree):
    return {path: (ROOT / tree / path).read_text("utf-8") for path in files_of(tree)}


def counts(texts):
    """What is counted -> its number, with nothing excused."""
    found = {name: [] for name in LISTED}
    nodes_of = {path: list(ast.walk(ast.parse(text))) for path, text in texts.items()}
    for path, text in texts.items():
        for name, place in places_in(path, text, nodes_of[path]):
            found[name].append(place)
    found[TWINS].extend(twins(nodes_of))
    lines = sum(len(text.splitlines()) for text in texts.values())
    return {LINES: Count(number=lines), FILES: Count(number=len(texts))} | {
        name: Count(number=len(places), places=tuple(places)) for name, places in found.items()
    }


def name_of(place):
    """A place without its sizes: what an exception names."""
    return place.split(" (")[0]


def without_exceptions(tree, counted):
    """The same counts without the places that `EXCEPTIONS` excuses."""
    excused = EXCEPTIONS.get(tree, {})
    kept = {
        name: tuple(one for one in counted[name].places if name_of(one) not in places)
        for name, places in excused.items()
    }
    return counted | {
        name: Count(number=len(places), places=places) for name, places in kept.items()
    }


def trees():
    """The trees that stand in this checkout."""
    return [tree for tree in LEFT_OUT if (ROOT / tree).is_dir()]


def shown(tree, *, with_places):
    """A tree's table, line by line."""
    texts = texts_of(tree)
    rules = {rule.counted: rule for rule in RULES if rule.tree == tree}
    without = "".join(f" without {name}" for name in LEFT_OUT[tree])
    median = statistics.median(len(text.splitlines()) for text in texts.values())
    yield f"{tree}{without}: a file has {median:g} lines in the median"
    yield f"{'today':>8} {'ceiling':>8} {'goal':>7}"
    for name, counted in without_exceptions(tree, counts(texts)).items():
        rule = rules.get(name)
        ceiling = rule.ceiling if rule else "-"
        goal = rule.goal if rule and rule.goal is not None else "-"
        yield f"{counted.number:>8} {ceiling:>8} {goal:>7}  {name}"
        if with_places:
            yield from (f"{'':27}{place}" for place in counted.places)


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.house", description="Count the house.")
    parser.add_argument("--places", action="store_true", help="name each file, class and function")
    arguments = parser.parse_args()
    for tree in trees():
        print(*shown(tree, with_places=arguments.places), sep="\n")


if __name__ == "__main__":
    main()
