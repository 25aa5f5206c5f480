"""What the server takes and gives, as a page for people."""

import html

from deixis.serve.openapi import ERRORS, openapi
from deixis.serve.pointing_settings import PointingSettings
from deixis.serve.settings import Serving

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Deixis: regions over HTTP</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b1b1b; background: #fff }}
table {{ border-collapse: collapse; width: 100% }}
td {{ border-top: 1px solid #ccc; padding: .4rem .6rem .4rem 0; vertical-align: top }}
td:first-child, dt, pre {{ font-family: ui-monospace, monospace; font-size: .9rem }}
dd {{ margin: 0 0 .5rem 1.5rem }}
pre {{ background: #f3f3f3; padding: 1rem; overflow-x: auto }}
@media (prefers-color-scheme: dark) {{ body {{ color: #eee; background: #181818 }}
  pre {{ background: #262626 }} td {{ border-color: #444 }} }}
</style></head><body>
<h1>Regions over HTTP</h1>
<p>Any OpenAI client can point: <code>regions</code> stand beside the <code>image_url</code> of
their picture, <code>{{cup}}</code> in the text speaks of one, and the answer's regions come back in
pixels of the picture as it was given.</p>
<pre>{{"model": "…", "messages": [{{"role": "user", "content": [
  {{"type": "image_url", "image_url": {{"url": "data:image/jpeg;base64,…"}},
   "regions": {{"cup": {{"kind": "box", "box": [412, 300, 520, 411],
                        "encoding": "arrow:color=red"}}}}}},
  {{"type": "text", "text": "What is {{cup}} standing on?"}}]}}]}}</pre>
<h2>Models</h2><ul>{models}</ul>
<h2>Routes</h2><table>{rows}</table>
<p>The same for programs: <a href="/openapi.json">/openapi.json</a>.</p>
<h2>The object <code>deixis</code> of a request</h2><dl>{settings}</dl>
<h2>Errors</h2><dl>{errors}</dl>
</body></html>
"""


def page(serving: Serving) -> str:
    """The document as a page for people."""
    document = openapi(serving)
    rows = []
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            codes = ", ".join(told["responses"])
            cells = (f"{method.upper()} {path}", told["summary"], codes)
            rows.append("".join(f"<td>{html.escape(cell)}</td>" for cell in cells))
    settings = [
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(field.description or '')}</dd>"
        for name, field in PointingSettings.model_fields.items()
    ]
    models = [f"<li>{html.escape(model.name)}</li>" for model in serving.models]
    return PAGE.format(
        rows="".join(f"<tr>{row}</tr>" for row in rows),
        settings="".join(settings),
        models="".join(models) or "<li>none</li>",
        errors="".join(f"<dt>{code}</dt><dd>{html.escape(t)}</dd>" for code, t in ERRORS.items()),
    )
