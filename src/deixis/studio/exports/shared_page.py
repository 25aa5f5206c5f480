"""Questions as one HTML file to share: pictures inside, nothing loaded, no script, words as text.

Each question stands in it as JSON, too, from which `entries_in` reads it.
"""

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, final

from typing_extensions import override

from deixis.core.json_lines import parse
from deixis.core.picture_headers import file_kind
from deixis.core.region import Region
from deixis.core.untrusted_text import readable
from deixis.core.wording import counted
from deixis.studio.exports.exported import ExportedFile, Exporting
from deixis.studio.exports.pictures import answered_regions, labelled, shown_regions
from deixis.studio.history import HistoryEntry, KeptCell

STYLE = """
:root { color-scheme: light dark; --line: #d7d3c8; --soft: #5c5a54; --ground: #fdfcf9;
  --plate: #f3efe5; --ink: #1c1b19; }
@media (prefers-color-scheme: dark) { :root { --line: #403e39; --soft: #b3afa5; --ground: #171614;
  --plate: #24221f; --ink: #eeebe3; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem;
  color: var(--ink); background: var(--ground); }
h1 { font-size: 1.6rem; margin: .5rem 0; } h2 { font-size: 1.15rem; margin: 0; }
h1, h2, p, pre, td { overflow-wrap: anywhere; } img { max-width: 100%; height: auto; }
pre { white-space: pre-wrap; background: var(--plate); padding: .6rem; border-radius: 4px;
  font: .85rem/1.45 ui-monospace, monospace; }
.answer { font: inherit; background: none; padding: 0; margin: .5rem 0; }
.cells { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr));
  gap: 1rem; margin: 1rem 0; }
.cells article { border: 1px solid var(--line); border-radius: 6px; padding: .8rem; }
.soft, figcaption, summary { color: var(--soft); font-size: .9rem; } figure { margin: .5rem 0; }
table { border-collapse: collapse; font-size: .9rem; }
td, th { text-align: left; padding: .15rem .8rem .15rem 0; vertical-align: top; }
summary { cursor: pointer; padding: .3rem 0; }
"""
RECORD = "entry"  # the class of what is read back


def shared_page(asked: Sequence[Exporting]) -> ExportedFile:
    """The page of these questions."""
    first = asked[0].entry
    many = f" and {counted(len(asked) - 1, 'more question')}" if len(asked) > 1 else ""
    title = f"{first.question or 'A question'}{many}"
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'"
    body = "".join(map(_question, asked))
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )
    name = f"question-{asked[0].key}.html" if len(asked) == 1 else "questions.html"
    return ExportedFile(name=name, kind="text/html; charset=utf-8", data=page.encode())


def entries_in(page: str) -> list[dict[str, Any]]:  # Any: what JSON holds
    """The records of the questions that a page holds."""
    reader = _Records()
    reader.feed(page)
    return [parse(text) for text in reader.found]


@final
class _Records(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._is_within = False

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "pre" and ("class", RECORD) in attrs:
            self._is_within = True
            self.found.append("")

    @override
    def handle_endtag(self, tag: str) -> None:
        self._is_within = False

    @override
    def handle_data(self, data: str) -> None:
        if self._is_within:
            self.found[-1] += data


def _question(one: Exporting) -> str:
    entry = one.entry
    when = datetime.fromtimestamp(entry.when, UTC).strftime("%Y-%m-%d %H:%M UTC")
    drawn = shown_regions(Exporting(entry=entry, image=one.image))
    cells = [cell for cell in entry.cells if one.place in (None, cell.place)]
    turns = "".join(
        f'<p class="soft">{_text(question)}</p><pre class="answer">{_text(answer)}</pre>'
        for question, answer in one.earlier
    )
    picture = labelled(one.image, drawn).png()
    caption = counted(len(drawn), "region") if drawn else "the picture"
    return (
        f"<section><h1>{_text(entry.question)}</h1>"
        f'<p class="soft">{when}, asked with Deixis</p>{turns}'
        f"{_figure(picture, caption)}{_regions(drawn)}"
        f'<div class="cells">{"".join(_cell(one, cell) for cell in cells)}</div>'
        f"{_folded('as JSON', _record(entry))}</section>"
    )


def _cell(one: Exporting, cell: KeptCell) -> str:
    regions = answered_regions(cell.regions)
    drawn = ""
    if regions:
        shown = labelled(one.image, regions).png()
        drawn = _figure(shown, f"{counted(len(regions), 'region')} answered") + _regions(regions)
    error = cell.told.get("error")
    said = f"<p>{_text(str(error.get('message', '')))}</p>" if isinstance(error, Mapping) else ""
    parts = [
        f"<h2>{_text(cell.model)}</h2>",
        f'<p class="soft">{_text(cell.encoding or "as each region says")}</p>',
        f'<pre class="answer">{_text(cell.text)}</pre>{said}{drawn}',
        f'<p class="soft">{_text(cost(cell))}</p>',
        _folded("what was sent", _sent(one, cell)),
    ]
    return f"<article>{''.join(parts)}</article>"


def cost(cell: KeptCell) -> str:
    """What an answer cost, in words."""
    told = cell.told.get("cost", {})
    parts = []
    if isinstance(told.get("seconds"), int | float):
        parts.append(f"{told['seconds']:.2f} s")
    if isinstance(told.get("tokens"), int):
        parts.append(counted(told["tokens"], "token"))
    return ", ".join(parts)


def _sent(one: Exporting, cell: KeptCell) -> str:
    sent = cell.told.get("sent", {})
    pictures = [_sent_picture(one, told) for told in cell.sent]
    rows = [
        ("dialect", sent.get("dialect") or "not known"),
        ("contract", sent.get("contract") or "none"),
        *(("warning", warning) for warning in sent.get("warnings", ())),
        *(
            ("not understood", f"{unread['text']}: {unread['reason']}")
            for unread in cell.told.get("unread", ())
        ),
    ]
    words = sent.get("words", "")
    return f"{''.join(pictures)}<pre>{_text(str(words))}</pre>{_table(rows)}"


def _sent_picture(one: Exporting, told: Mapping[str, Any]) -> str:  # Any: what JSON holds
    sha256 = str(told.get("sha256", ""))
    data = one.sent.get(sha256)
    if data is None and sha256 == one.image.sha256:
        data = one.image.png()
    caption = f"{told.get('width')} x {told.get('height')}, {sha256[:12]}"
    if data is None:
        return f'<p class="soft">{_text(caption)}: its file is gone</p>'
    return _figure(data, caption)


def _record(entry: HistoryEntry) -> str:
    told = json.dumps(entry.record(), ensure_ascii=False, indent=1)
    return f'<pre class="{RECORD}">{html.escape(told)}</pre>'


def _regions(regions: Sequence[Region]) -> str:
    return _table([(one.label or str(number), one.place) for number, one in enumerate(regions, 1)])


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(_row(first, second) for first, second in rows)
    return f"<table>{cells}</table>" if cells else ""


def _row(first: str, second: str) -> str:
    return f'<tr><th scope="row">{_text(str(first))}</th><td>{_text(str(second))}</td></tr>'


def _folded(title: str, inside: str) -> str:
    return f"<details><summary>{_text(title)}</summary>{inside}</details>"


def _figure(data: bytes, caption: str) -> str:
    kind = (file_kind(data) or "png").lower()
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    words = _text(caption)
    return f'<figure><img src="{source}" alt="{words}"><figcaption>{words}</figcaption></figure>'


def _text(words: str) -> str:
    return html.escape(readable(words))
