"""Nobody but whoever opened the link reaches a studio, from wherever they ask."""

import socket
from dataclasses import replace

import httpx
import pytest
from starlette.routing import Route

from deixis.serve.access import add_key
from deixis.serve.settings import Serving
from deixis.studio.app import PARTS
from deixis.studio.guard import HEADERS
from tests.studio.running import LIMITS, SERVER, Visitor, file_of, pixels, studio

PROTECTED = ["/api/start", "/api/models", "/api/pictures/" + "0" * 64, "/pictures/" + "0" * 64]
FOREIGN = [
    "evil.example",
    "evil.example:80",
    "127.0.0.1.evil.example",
    "",
    "127.0.0.1@evil.example",
]
CLIMBING = ["/../app.py", "/%2e%2e/app.py", "/..%2fapp.py", "/page/../../app.py", "/canvas.js/.."]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with studio(tmp_path_factory.mktemp("home")) as found:
        yield found


def code(answer):
    return answer.json()["error"]["code"]


@pytest.mark.parametrize("path", PROTECTED)
def test_nothing_is_told_without_a_session(house, path):
    answer = httpx.get(house[1].url + path)
    assert (answer.status_code, code(answer)) == (401, "no_session")


def test_pages_are_for_anybody_and_hold_no_secret(house):
    made, visitor, _ = house
    for name in made.page.sizes:
        answer = httpx.get(f"{visitor.url}/{name}")
        assert answer.status_code == 200
        assert visitor.token not in answer.text


def test_a_link_opens_one_session(house):
    _, visitor, _ = house
    link = f"{visitor.url}/#link={house[0].sessions.new_link()}"
    assert Visitor(visitor.url).open(link).status_code == 200
    thief = Visitor(visitor.url)
    assert code(thief.open(link)) == "used_link"
    assert thief.get("/api/start").status_code == 401


@pytest.mark.parametrize("secret", ["", "0", "x" * 43, "é", "\ud800", "dx-" + "0" * 43])
def test_a_guessed_link_opens_nothing(house, secret):
    answer = Visitor(house[1].url).request(
        "POST",
        "/api/session",
        content=b'{"link": "' + secret.encode("unicode_escape") + b'"}',
    )
    assert answer.status_code in (400, 403)


def test_a_link_is_text(house):
    assert (
        Visitor(house[1].url).request("POST", "/api/session", json={"link": 7}).status_code == 400
    )


def test_the_cookie_is_for_our_pages_alone_and_for_no_script(house):
    visitor = Visitor(house[1].url)
    answer = visitor.open(f"{visitor.url}/#link={house[0].sessions.new_link()}")
    cookie = answer.headers["set-cookie"]
    port = visitor.url.rpartition(":")[2]
    assert cookie.startswith(f"deixis-{port}=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


@pytest.mark.parametrize("token", [None, "", "wrong"])
def test_a_write_without_the_token_is_refused(house, token):
    headers = {} if token is None else {"X-Deixis-Token": token}
    answer = house[1].request("POST", "/api/pictures", content=file_of(pixels()), headers=headers)
    assert (answer.status_code, code(answer)) == (403, "no_token")


def test_another_sessions_token_is_no_token(house):
    made, visitor, _ = house
    other = Visitor(visitor.url)
    other.open(f"{visitor.url}/#link={made.sessions.new_link()}")
    answer = visitor.request("GET", "/api/start", headers={"X-Deixis-Token": other.token})
    assert code(answer) == "no_token"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_writes_too(house, method):
    answer = house[1].request(method, "/")
    assert answer.status_code in (403, 405)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "127.0.0.1@evil.com"],
)
@pytest.mark.parametrize("path", ["/", "/api/start", "/canvas.js"])
def test_a_foreign_host_reaches_nothing(house, host, path):
    answer = house[1].get(path, headers={"Host": host})
    assert answer.status_code in (400, 403)


def test_two_hosts_are_none(house):
    port = int(house[1].url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n")
        assert b" 200 " not in raw.recv(1000).partition(b"\r\n")[0]


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:1", "http://localhost", "file://", "a b"],
)
def test_a_foreign_origin_writes_nothing_and_reads_nothing(house, origin):
    _, visitor, _ = house
    headers = {"Origin": origin}
    sent = visitor.post("/api/pictures", content=file_of(pixels()), headers=headers)
    assert (sent.status_code, code(sent)) == (403, "foreign_origin")
    assert visitor.get("/api/start", headers=headers).status_code == 403
    assert "access-control-allow-origin" not in sent.headers


def test_our_own_origin_is_let_in(house):
    _, visitor, _ = house
    assert visitor.get("/api/start", headers={"Origin": visitor.url}).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_may_lead_to_a_page_and_no_further(house, site):
    _, visitor, _ = house
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
    assert visitor.get("/canvas.js", headers=headers).status_code == 200
    assert visitor.get("/api/start", headers=headers).status_code == 403
    framed = {**headers, "Sec-Fetch-Mode": "no-cors"}
    assert visitor.get("/canvas.js", headers=framed).status_code == 403


@pytest.mark.parametrize(
    "path", ["/", "/canvas.js", "/nothing", "/api/start", "/api/nothing", "/pictures/x", "/%00"]
)
def test_every_answer_tells_browsers_what_they_may_do(house, path):
    answer = house[1].get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"]


def test_refusals_have_the_same_headers(house):
    answer = httpx.get(house[1].url + "/api/start", headers={"Host": "evil.example"})
    assert answer.status_code == 403
    assert answer.headers["content-security-policy"] == HEADERS["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    ["/../app.py", "/%2e%2e/app.py", "/..%2fapp.py", "/page/../../app.py", "/canvas.js/..", "//"],
)
def test_no_file_but_the_pages_is_served(house, path):
    port = int(house[1].url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        status = raw.recv(1000).split()[1]
    assert status in (b"401", b"404", b"400")


def test_a_mistake_of_ours_is_told_as_one(tmp_path):
    async def broken(_):
        raise RuntimeError("what /etc/passwd holds")

    parts = (*PARTS, lambda _: [Route("/api/broken", broken)])
    with studio(tmp_path, parts=parts) as (_, visitor, _link):
        answer = visitor.get("/api/broken")
        assert (answer.status_code, code(answer)) == (500, "internal_error")
        assert "passwd" not in answer.text
        assert visitor.get("/api/start").status_code == 200


def test_with_keys_each_person_opens_as_many_windows_as_they_want(tmp_path):
    keys = tmp_path / "keys.toml"
    secret = add_key(keys, "alice")
    serving = Serving(server=replace(SERVER, keys=str(keys)), limits=LIMITS)
    with studio(tmp_path / "home", serving=serving) as (_, visitor, _link):
        for _ in range(2):
            alice = Visitor(visitor.url)
            assert alice.open(f"link={secret}").json()["person"] == "alice"
            assert alice.get("/api/start").json()["person"] == "alice"
        assert Visitor(visitor.url).open("link=dx-wrong").status_code == 401
