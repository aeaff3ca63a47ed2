"""Where figures can go: refused with the nearest right form, never shown with a password."""

from __future__ import annotations

import pytest

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.metrics.places import check_places, read_place
from aibrain_jupyter.shared.texts.addresses import split_login, without_secrets


@pytest.mark.parametrize(
    ("word", "kind", "rest"),
    [
        ("a.prom", "prom", "a.prom"),
        (r"C:\figures\a.jsonl", "jsonl", r"C:\figures\a.jsonl"),
        ("push:https://gateway", "push", "https://gateway"),
        ("port:9464", "port", "9464"),
        ("otlp", "otlp", ""),
        ("otlp:http://[::1]:4318", "otlp", "http://[::1]:4318"),
        ("log", "log", ""),
    ],
)
def test_a_place_is_read(word, kind, rest):
    """Each form that the help names is one."""
    place = read_place(word)

    assert (kind, rest) == (place.kind, place.rest)
    assert place.about


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        ("foo", "foo.prom or foo.jsonl"),
        ("runs.json", "runs.jsonl"),
        (".prom", "prom.prom or prom.jsonl"),
        ("push:gateway:9091", "push:http://gateway:9091"),
        ("http://gateway:9091", "push:http://gateway:9091 or otlp:http://gateway:9091"),
        ("oltp:http://collector:4318", "otlp:http://collector:4318"),
        ("9464", "port:9464"),
        ("port:99999", "port:9464"),
        ("logs", "log"),
    ],
)
def test_what_is_none_is_refused_with_what_was_meant(word, nearest):
    """The next step has the nearest right forms."""
    with pytest.raises(ParameterError, match="no place that figures can go to") as refused:
        read_place(word)

    assert f"Did you mean {nearest}?" in refused.value.next_steps[0]


@pytest.mark.parametrize(
    "setting",
    [
        "push:http://who:hunter2@gateway:abc",
        "push:http://who:hunt/er2@gateway:9091",
        "http://hunter2@gateway:9091",
        "PUSH:http://who:hunter2@gateway",
        "push:http://who:hunt,er2@gateway:9091",
        "otlp:grpc://who:hunter2@collector",
        "a.jsonl, b.xyz, push:http://who:hunter2@gateway",
        "push:who:hunter2@gateway:9091",
        "push:who:hunt,er2@gateway:9091",
        "push:who:hunt/er2@gateway:9091",
        "a.jsonl, otlp:who:hunter2@h, push:http://gateway",
        "//who:hunter2@gateway",
        "otlp:collector/?api-key=hunter2",
    ],
)
def test_a_refusal_quotes_no_password(setting):
    """However wrong an address is, its password is in no word of the error."""
    with pytest.raises(ParameterError) as refused:
        check_places(setting)

    assert "er2" not in str(refused.value)


def test_what_is_shown_is_no_address():
    """What a list shows, with its login hidden, is refused when it is set again."""
    with pytest.raises(ParameterError, match="no place") as refused:
        check_places("push:http://[hidden]@gateway:9091")

    assert "write it with what is hidden" in refused.value.why


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("push:http://u:p@h:1/x, a.jsonl", "push:http://[hidden]@h:1/x, a.jsonl"),
        ("push:http://h:1, otlp:http://u:p@h:2", "push:http://h:1, otlp:http://[hidden]@h:2"),
        ("http://token@h", "http://[hidden]@h"),
        ("http://h/x?key=abc&b", "http://h/x?key=[hidden]&b"),
        ("tls://h:8786?insecure=yes", "tls://h:8786?insecure=yes"),
        ("https://c.sharepoint.com/sites/a@b#L", "https://c.sharepoint.com/sites/a@b#L"),
        ("a.prom", "a.prom"),
        ("push:u:p@h:1", "[hidden]@h:1"),
        ("push:http://h:1, otlp:u:p@h", "push:http://h:1, [hidden]@h"),
        (r"C:\Users\a@b\c.jsonl", r"C:\Users\a@b\c.jsonl"),
        ("arn:aws:iam::1:role/a@b", "arn:aws:iam::1:role/a@b"),
        ("ana@example.com", "ana@example.com"),
    ],
)
def test_logins_are_hidden_and_the_rest_stays(text, shown):
    """Who signs in goes, also a token alone and a query's values; host, port and path stay."""
    assert shown == without_secrets(text)


def test_a_login_is_taken_out_of_an_address():
    """Name and password as they are, without the marks of an address."""
    assert ("https://h:1/a", ("u", "p/w")) == split_login("https://u:p%2Fw@h:1/a")
    assert ("https://h:1/a", None) == split_login("https://h:1/a")


def test_a_wrong_setting_is_refused_wherever_it_stands(monkeypatch):
    """In a session it changes nothing; in the environment it is refused when it is read."""
    before = get_settings().resolve("metrics_to")
    with pytest.raises(ParameterError, match="'foo' is no place"):
        get_settings().set("metrics_to", "foo", "a test")
    assert before == get_settings().resolve("metrics_to")

    monkeypatch.setenv("AIBRAIN_METRICS_TO", "a.prom, foo")
    with pytest.raises(ParameterError, match="'foo' is no place") as refused:
        get_settings().get("metrics_to")
    assert "AIBRAIN_METRICS_TO" in refused.value.next_steps[-1]
