"""Modules that are put together do what they did, in a JavaScript engine where there is one."""

import shutil
import subprocess

import pytest

from deixis.studio.one_module import one_module

FILES = {
    "entry.js": """\
/** @file The first. */
import { add, Counter as Count } from './inner/counting.js';
import {
  ONE,
} from './inner/numbers.js';
/** @import {Some} from './types.js' */
const text = `// no comment`;
export default { told: () => `${text} ${add(ONE, new Count().next())} ${ONE}` };
""",
    "inner/counting.js": """\
import { ONE as START } from './numbers.js';
import { same } from '../other.js';
// a line of words
export function add(a, b) {
  return same(a) + b; // more words
}
export class Counter {
  next() {
    return /** @type {number} */ (START) + 1;
  }
}
""",
    "inner/numbers.js": "export const ONE = 1;\nexport const TWO = ONE + ONE;\n",
    "other.js": "const hidden = 5;\nexport const same = (value) => value + hidden - hidden;\n",
}


def made(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return one_module(folder / "entry.js")


def test_what_is_put_together_does_what_the_modules_do(tmp_path):
    text = made(tmp_path, FILES)
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node")
    (tmp_path / "whole.mjs").write_text(text)
    code = "import('./whole.mjs').then((it) => process.stdout.write(it.default.told()))"
    done = subprocess.run([node, "-e", code], cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("// no comment 3 1", "")


def test_each_module_stands_once_and_needs_nothing(tmp_path):
    text = made(tmp_path, FILES)
    assert [text.count(f"// {name}\n") for name in FILES] == [1] * len(FILES)
    assert "import " not in text.replace("/** @import", "")
    assert "a line of words" not in text


@pytest.mark.parametrize(
    "line",
    [
        "import * as all from './other.js';",
        "import './other.js';",
        "import one from './other.js';",
        "import { one } from 'https://example.org/x.js';",
        "export let later = 1;",
        "export * from './other.js';",
        "const it = await import('./other.js');",
        "const here = import.meta.url;",
    ],
)
def test_a_form_that_is_not_known_is_an_error(tmp_path, line):
    with pytest.raises(ValueError, match="a form that is not known"):
        made(tmp_path, {"entry.js": f"{line}\n", "other.js": "export const one = 1;\n"})


def test_modules_that_need_each_other_are_an_error(tmp_path):
    files = {
        "entry.js": "import { b } from './b.js';\nexport const a = 1;\n",
        "b.js": "import { a } from './entry.js';\nexport const b = 2;\n",
    }
    with pytest.raises(ValueError, match="need each other"):
        made(tmp_path, files)
