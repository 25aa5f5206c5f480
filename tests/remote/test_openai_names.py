"""What a name and its options mean."""

import subprocess
import sys
from pathlib import Path

import pytest

from deixis.core.errors import UsageError
from deixis.remote.model import from_name
from deixis.remote.server_settings import Remote, remote_from_name


def test_a_name_holds_the_model_and_the_url():
    remote = remote_from_name("openai:Qwen/Qwen3-VL@http://localhost:8000/v1/", {})
    assert (remote.model, remote.url) == ("Qwen/Qwen3-VL", "http://localhost:8000/v1")


def test_a_model_alone_is_at_openai_and_its_limit_has_the_name_of_there():
    remote = remote_from_name("openai:gpt-4.1", {})
    assert (remote.url, remote.limit_name) == (
        "https://api.openai.com/v1",
        "max_completion_tokens",
    )


def test_a_model_may_have_an_at_sign_in_its_name():
    remote = remote_from_name("openai:@cf/meta/vision@https://example.org/v1", {})
    assert remote.model == "@cf/meta/vision"


def test_the_name_of_a_remote_builds_it_again():
    remote = Remote(model="m", url="http://127.0.0.1:9/v1")
    assert remote_from_name(remote.name, {}) == remote


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("openai:", "expected a name like openai:MODEL@http"),
        ("nano", "expected a name like openai:MODEL@http"),
        ("openai:@http://localhost/v1", "model's name is empty"),
        ("openai:m@localhost:8000", "a URL with its http:// or https://"),
        ("openai:m@ftp://localhost/v1", "starts with http:// or https://"),
        ("openai:m@http://", "starts with http:// or https://"),
        ("openai:m@http://[::1", "is no URL"),
        ("openai:m@http://host/v1?version=2", "may not hold a user, a query"),
    ],
)
def test_a_wrong_name_is_refused_with_an_example(name, part):
    with pytest.raises(UsageError, match="openai:MODEL@http") as refused:
        from_name(name)
    assert part in str(refused.value)


def test_a_password_in_the_url_is_refused_and_not_repeated():
    with pytest.raises(UsageError, match="may not hold a user") as refused:
        from_name("openai:m@http://me:hunter2@localhost/v1")
    assert "hunter2" not in str(refused.value)


def test_an_unknown_option_names_the_nearest():
    with pytest.raises(UsageError, match="did you mean 'retries'"):
        from_name("openai:m@http://localhost/v1", retrys=2)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("concurrency", 0),
        ("max_response_bytes", 0),
        ("connect_timeout", 0.0),
        ("read_timeout", float("nan")),
        ("total_timeout", float("inf")),
        ("retries", -1),
        ("first_wait", -0.5),
        ("longest_wait", float("nan")),
        ("image_format", "webp"),
        ("limit_name", "most"),
    ],
)
def test_an_option_out_of_its_range_is_refused_by_name(option, value):
    with pytest.raises(UsageError, match=option):
        Remote(model="m", **{option: value})


@pytest.mark.parametrize("key", ["two words", "line\nend", "schlüssel"])
def test_a_key_that_no_header_can_hold_is_refused_and_not_repeated(key):
    with pytest.raises(UsageError, match="api_key holds") as refused:
        Remote(model="m", api_key=key)
    assert key not in str(refused.value)


def test_each_server_gets_its_own_key_of_the_environment(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-openai\n")
    monkeypatch.setenv("DEIXIS_API_KEY", "sk-for-others")
    assert remote_from_name("openai:m", {}).api_key == "sk-for-openai"
    assert remote_from_name("openai:m@http://example.org/v1", {}).api_key == "sk-for-others"


def test_a_passed_key_goes_before_the_one_of_the_environment(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment")
    assert remote_from_name("openai:m", {"api_key": ""}).api_key == ""


@pytest.mark.long
def test_importing_reads_no_environment_variable():
    code = (
        "import os, deixis.models.interface\n"
        "seen = []\n"
        "read = os._Environ.__getitem__\n"
        "os._Environ.__getitem__ = lambda self, name: seen.append(name) or read(self, name)\n"
        "import deixis.remote\n"
        "assert 'OPENAI_API_KEY' not in seen, seen\n"
    )
    source = Path(__file__).parents[2] / "src"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(source)})


def test_the_key_is_in_no_repr(key):
    remote = Remote(model="m", api_key=key)
    assert key not in f"{remote!r} {remote}"
