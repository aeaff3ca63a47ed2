"""Bodies as services send them, made of the models: what a value looks like on the wire."""

from __future__ import annotations

import base64
import datetime as dt
import json
from xml.sax.saxutils import escape

XML = ("query", "ec2", "rest-xml")
DEEPEST = 6
"""Levels of a made answer; shapes contain themselves."""
_WORDS = (
    "",
    "a",
    "i-0abc",
    "running",
    "ä & <b>",
    "arn:aws:iam::123456789012:user/ana",
    "two words",
)


def some_value(shape, rng, depth=0, *, words=_WORDS, keys=("k0", "k1"), alike=None):
    """
    Return a value of a shape as boto3 gives it, most members of structures there.

    Its texts are of `words`, the keys of its mappings of `keys`. With `alike`, an empty mapping,
    all structures of one shape have the same members, as those of a page mostly have.
    """

    def below(shape):
        return some_value(shape, rng, depth + 1, words=words, keys=keys, alike=alike)

    kind = shape.type_name
    if kind == "structure":
        if depth > DEEPEST:
            return {}
        members = list(shape.members.items())
        if shape.is_tagged_union:
            members = [rng.choice(members)] if members else []
        if alike is not None and not shape.is_tagged_union:
            there = alike.setdefault(shape.name, {n for n, _ in members if rng.random() < 0.8})
            return {name: below(member) for name, member in members if name in there}
        share = 1 if shape.is_tagged_union else 0.9 if depth < 3 else 0.5
        return {name: below(member) for name, member in members if rng.random() < share}
    if kind == "list":
        count = 0 if depth > DEEPEST else rng.choice((0, 1, 2, 3))
        return [below(shape.member) for _ in range(count)]
    if kind == "map":
        count = 0 if depth > DEEPEST else rng.choice((0, 1, 2))
        return {rng.choice(keys): below(shape.value) for _ in range(count)}
    if kind == "timestamp":
        moment = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
        return moment + dt.timedelta(seconds=rng.randrange(10**8))
    if kind == "blob":
        return rng.choice((b"", b"bytes", b"\x00\xff"))
    if kind == "boolean":
        return rng.random() < 0.5
    if kind in ("integer", "long"):
        return rng.randrange(-5, 10**6)
    if kind in ("float", "double"):
        return rng.randrange(1000) / 8
    if getattr(shape, "enum", None):
        return rng.choice(shape.enum)
    return rng.choice(words)


def body_of(model, value, rng):
    """Return the body that has the members of `value` in it, of an operation with an answer."""
    shape = model.output_shape
    protocol = model.service_model.resolved_protocol
    payload = shape.serialization.get("payload")
    if payload:
        shape, value = shape.members[payload], value.get(payload)
        if shape.type_name not in ("structure", "list", "map"):
            return b"text"
    if protocol not in XML:
        return json.dumps(_json(value, shape, rng)).encode()
    inside = "" if value is None else _xml_inside(value, shape, rng)
    if wrapper := shape.serialization.get("resultWrapper"):
        inside = f"<{wrapper}>{inside}</{wrapper}>"
    if protocol == "query":
        inside += "<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>"
    if protocol == "ec2":
        inside = f"<requestId>r-1</requestId>{inside}"
    space = rng.choice(("", ' xmlns="https://example.amazonaws.com/doc/"'))
    head = rng.choice(("", '<?xml version="1.0" encoding="UTF-8"?>\n'))
    return f"{head}<{model.name}Response{space}>{inside}</{model.name}Response>".encode()


def _json(value, shape, rng):
    kind = shape.type_name
    if value is None:
        return None
    if kind == "structure":
        found = {}
        for name, item in value.items():
            if (member := shape.members.get(name)) is not None:
                found[member.serialization.get("name", name)] = _json(item, member, rng)
        return _shuffled(found, rng)
    if kind == "list":
        return [_json(item, shape.member, rng) for item in value]
    if kind == "map":
        return {key: _json(item, shape.value, rng) for key, item in value.items()}
    if kind == "timestamp":
        return rng.choice((value.timestamp(), int(value.timestamp()), value.isoformat()))
    return base64.b64encode(value).decode() if kind == "blob" else value


def _shuffled(found, rng):
    if rng.random() < 0.7:
        return found
    keys = list(found)
    rng.shuffle(keys)
    return {key: found[key] for key in keys}


def _xml_inside(value, shape, rng):
    kind = shape.type_name
    if kind == "structure":
        parts = [
            _xml_member(name, item, shape.members[name], rng)
            for name, item in value.items()
            if name in shape.members
        ]
        if rng.random() < 0.3:
            rng.shuffle(parts)
        return "".join(parts)
    if kind == "list":
        tag = shape.member.serialization.get("name") or "member"
        return "".join(_element(tag, _xml_inside(item, shape.member, rng)) for item in value)
    if kind == "map":
        return "".join(_element("entry", _pair(k, v, shape, rng)) for k, v in value.items())
    if kind == "timestamp":
        return value.strftime(rng.choice(("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.000Z")))
    if kind == "blob":
        return base64.b64encode(value).decode()
    return escape(str(value).lower() if kind == "boolean" else str(value))


def _pair(key, value, shape, rng):
    key_tag = shape.key.serialization.get("name") or "key"
    value_tag = shape.value.serialization.get("name") or "value"
    inside = _xml_inside(value, shape.value, rng)
    return _element(key_tag, escape(key)) + _element(value_tag, inside)


def _xml_member(name, value, shape, rng):
    tag = shape.serialization.get("name", name)
    if shape.serialization.get("xmlAttribute"):
        return ""
    if "location" in shape.serialization:
        return ""
    flat = shape.serialization.get("flattened")
    if flat and shape.type_name == "list":
        tag = shape.member.serialization.get("name") or tag
        return "".join(_element(tag, _xml_inside(item, shape.member, rng)) for item in value)
    if flat and shape.type_name == "map":
        return "".join(_element(tag, _pair(k, v, shape, rng)) for k, v in value.items())
    return _element(tag, _xml_inside(value, shape, rng))


def _element(tag, inside):
    return f"<{tag}>{inside}</{tag}>" if inside else f"<{tag}/>"


def damaged(body, rng):
    """Return a body with one thing in it that does not fit: a word, a tag, a value, its end."""
    text = body.decode()
    how = rng.randrange(7)
    at = rng.randrange(len(text))
    if how == 0:
        return text[:at].encode()
    if how == 1:
        return text.replace("true", "True", 1).replace("false", "maybe", 1).encode()
    if how == 2:
        return text.replace("2", "", 1).encode()
    if how == 3:
        return text.replace("Z<", "X<").replace('"k0": ', '"k0": null, "k9": ').encode()
    if text.startswith(("{", "[")):
        found = json.loads(text)
        return json.dumps(_disturbed(found, rng)).encode()
    parts = text.split("><")
    place = rng.randrange(len(parts))
    if how == 4:
        return "><".join(
            [*parts[:place], *parts[place : place + 1] * 2, *parts[place + 1 :]]
        ).encode()
    if how == 5:
        return "><".join([*parts[:place], "Unknown>x</Unknown", *parts[place:]]).encode()
    return "><".join([*parts[:place], "!-- a word --", *parts[place:]]).encode()


def _disturbed(value, rng):
    """Return JSON with about one value in eight null, of another type, or beside a stranger."""
    if isinstance(value, dict):
        found = {key: _disturbed(item, rng) for key, item in value.items()}
        if rng.random() < 0.2:
            found["Unknown" + str(rng.randrange(3))] = 1
        return found
    if isinstance(value, list):
        return [_disturbed(item, rng) for item in value]
    return value if rng.random() < 0.88 else rng.choice((None, "text", 5, True, [], {}, 1.5))
