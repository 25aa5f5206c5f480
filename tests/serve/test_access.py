"""Who has a key gets in, as often as its quotas allow; a key is told nobody."""

import hashlib
import json
import subprocess
import sys

import httpx
import pytest

from deixis.core.errors import UsageError
from deixis.serve.access import MINUTE, Access, AccessKey, Account, add_key, read_keys
from deixis.serve.api_error import ApiError
from deixis.serve.settings import ServerSettings
from deixis.testing import serve
from tests.serve.running import running, upstream
from tests.serve.test_chat import BOX, asked

KEY = "dx-a-key-of-tests"
GUARDED = [
    ("GET", "/metrics"),
    ("GET", "/v1/models"),
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
    ("POST", "/v1/chat/completions"),
    ("POST", "/v1/responses"),
]
HELLO = {"model": "qwen", "messages": [{"role": "user", "content": "hello"}]}


def key_of(secret, name="alice", **quotas):
    return AccessKey(name=name, sha256=hashlib.sha256(secret.encode()).hexdigest(), **quotas)


class Clock:
    """A time that a test tells."""

    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture(scope="module")
def engine():
    with serve() as server:
        yield server


@pytest.fixture(scope="module")
def house(engine):
    keys = (key_of(KEY), key_of("few", "bob", tokens=10), key_of("pix", "eve", pixels=1000))
    with running(upstream(engine), keys=keys) as server:
        yield server


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize(("method", "path"), GUARDED, ids=[one[1] for one in GUARDED])
def test_every_route_but_health_needs_a_key(house, method, path):
    answer = httpx.request(method, f"{house.url}{path}", timeout=60)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_health_needs_none(house):
    assert httpx.get(f"{house.url}/health").status_code == 200


@pytest.mark.parametrize(
    "told", ["Bearer wrong", "Basic dx", "Bearer", KEY, "Bearer é", "Bearer  x"]
)
def test_what_is_no_key_is_refused_and_not_repeated(house, engine, told):
    engine.requests.clear()
    answer = house.post(HELLO, headers={"Authorization": told.encode("latin-1")})
    assert answer.status_code == 401
    assert "wrong" not in answer.text
    assert engine.requests == []


def test_the_scheme_is_of_any_case(house):
    assert house.post(HELLO, headers={"Authorization": f"bEARER {KEY}"}).status_code == 200


def test_a_clients_key_goes_no_further(house, engine):
    engine.requests.clear()
    house.post(HELLO, headers=bearer(KEY))
    assert "Authorization" not in engine.requests[0].headers


def test_a_key_is_in_no_log_and_in_no_error(house):
    secrets = ("dx-never-seen", KEY)
    answers = [house.post({**HELLO, "model": "gone"}, headers=bearer(key)) for key in secrets]
    told = house.log.getvalue() + "".join(answer.text for answer in answers)
    assert not any(key in told for key in secrets)
    assert '"key": "alice"' in told


def test_a_stream_is_paid_for_too(house, engine):
    reply = engine.say({"stream": True}, "one two", usage={"total_tokens": 500})
    engine.then(reply)
    assert house.post({**HELLO, "stream": True}, headers=bearer("few")).status_code == 200
    answer = house.post(HELLO, headers=bearer("few"))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 60


def test_pixels_that_are_used_up_open_no_more_pictures(house):
    body = asked("{it}", {"it": BOX})
    assert house.post(body, headers=bearer("pix")).status_code == 200
    answer = house.post(body, headers=bearer("pix"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limit_exceeded")


@pytest.mark.parametrize("what", ["requests", "pixels", "tokens"])
def test_a_quota_is_refused_beyond_and_fills_again(what):
    clock = Clock()
    account = Access((key_of(KEY, **{what: 6}),), clock).account(f"Bearer {KEY}")
    for _ in range(6):
        account.use(what, 1)
    with pytest.raises(ApiError) as refused:
        account.use(what, 1)
    assert refused.value.status == 429
    wait = int(refused.value.headers["Retry-After"])
    assert wait == MINUTE / 6
    clock.now += wait
    account.use(what, 1)


def test_a_quota_holds_no_more_than_a_minutes_worth():
    clock = Clock()
    account = Account(key_of(KEY, requests=2), clock)
    clock.now += 100 * MINUTE
    account.use("requests", 2)
    with pytest.raises(ApiError):
        account.use("requests", 1)


def test_what_was_overdrawn_is_waited_for():
    clock = Clock()
    account = Account(key_of(KEY, tokens=60), clock)
    account.pay("tokens", 120)
    with pytest.raises(ApiError) as refused:
        account.use("tokens", 0)
    assert refused.value.headers["Retry-After"] == "60"


def test_a_key_is_written_by_its_hash_alone_and_read_again(tmp_path):
    path = tmp_path / "keys.toml"
    secret = add_key(path, 'al"ice \\')
    add_key(path, "bob")
    assert secret not in path.read_text()
    first, second = read_keys(path)
    assert (first.name, second.name) == ('al"ice \\', "bob")
    assert Access((first, second)).account(f"Bearer {secret}").name == first.name


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 101, "\ud800"])
def test_a_key_is_of_somebody_with_a_name(tmp_path, name):
    with pytest.raises(UsageError, match="a key is of somebody with a name"):
        add_key(tmp_path / "keys.toml", name)


def test_nobody_gets_a_second_key(tmp_path):
    add_key(tmp_path / "keys.toml", "alice")
    with pytest.raises(UsageError, match="'alice' has a key in"):
        add_key(tmp_path / "keys.toml", "alice")


BROKEN = [
    ("[[keys]]\nname = 'a'\nsha256 = '12'", "no SHA-256"),
    ("[[keys]]\nname = 'a'\nkey = 'dx'", "no field 'key'"),
    ("[[keys", "cannot read"),
    (f"[[keys]]\nname = 'a'\nsha256 = '{'0' * 64}'\ntokens = -1", "0 or more"),
]


@pytest.mark.parametrize(("text", "told"), BROKEN, ids=[one[1] for one in BROKEN])
def test_a_file_of_keys_is_read_strictly(tmp_path, text, told):
    path = tmp_path / "keys.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=told):
        read_keys(path)


def test_an_empty_file_of_keys_lets_nobody_in(tmp_path):
    path = tmp_path / "keys.toml"
    path.write_text("")
    with pytest.raises(ApiError, match="not known"):
        Access(read_keys(path)).account(f"Bearer {KEY}")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "0", "127.1", "example.org", "192.168.0.1"])
def test_beyond_this_machine_keys_are_needed(host):
    with pytest.raises(UsageError, match="clients need keys"):
        ServerSettings(host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_on_this_machine_none_are(host):
    assert ServerSettings(host=host).is_loopback


@pytest.mark.long
def test_the_command_prints_a_key_once(tmp_path):
    path = tmp_path / "keys.toml"
    command = [sys.executable, "-m", "deixis", "serve", "--new-key", "alice", "--json"]
    done = subprocess.run(
        [*command, "--keys", str(path)], capture_output=True, text=True, check=True, timeout=300
    )
    key = json.loads(done.stdout)["key"]
    assert Access(read_keys(path)).account(f"Bearer {key}").name == "alice"
    assert key not in done.stderr + path.read_text()


FOREIGN = [
    ({"Host": "evil.example"}, "foreign_host"),
    ({"Origin": "https://evil.example"}, "foreign_origin"),
]


@pytest.mark.parametrize(("headers", "code"), FOREIGN, ids=[code for _, code in FOREIGN])
@pytest.mark.parametrize("path", ["/v1/models", "/v1/chat/completions", "/docs"])
def test_no_page_of_a_foreign_host_reaches_a_server_without_keys(headers, code, path):
    with serve() as engine, running(upstream(engine)) as house:
        method = "POST" if "chat" in path else "GET"
        answer = httpx.request(method, f"{house.url}{path}", headers=headers, content=b"{}")
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == code
        assert engine.requests == []
        own = httpx.get(f"{house.url}/v1/models", headers={"Origin": "http://localhost:3000"})
        assert own.status_code == 200
