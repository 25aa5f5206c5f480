"""The studio's application: every part gives its routes, and all stand behind one guard.

A part is a function `routes(studio) -> list[Route]`, named in PARTS below. A handler takes a
`Request` and gives a `Response`, and raises `ApiError` for what it refuses (a mistake of ours is
told as one). It finds:
  - `await studio.record(request)`: the JSON that was sent; `await studio.body(request)`: its bytes
  - `studio.pictures`: `about(id)`, `image(id)`, `exact_file(id)`, and `await keep(bytes)`
  - `studio.backends`, `studio.preparing`, `studio.workers`: models and processes, as of `serve`
  - `studio.home.part("history")`: a private folder of its own
  - `session_of(request.scope).person` of `guard`: whose request it is, where there are keys
  - `studio.at_end.append(close)`: an async function that is called when the studio ends
Everything under /api/ needs the session's cookie and its token; page/session.js has `get`, `send`
and `download`, which add it. Files in page/ are served as they are, under their own paths.
"""

from deixis.studio import model_routes, picture_routes, session_routes
from deixis.studio.asking import routes as asking_routes
from deixis.studio.joined import Part
from deixis.studio.labelling import label_routes

PARTS: tuple[Part, ...] = (
    session_routes.routes,
    picture_routes.routes,
    model_routes.routes,
    asking_routes.routes,
    label_routes.routes,
)
