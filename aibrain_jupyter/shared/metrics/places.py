"""
Where figures can go, as a user writes it: read and checked before anything runs.

`execution/exporters` sends there. What is written may hold a password: `Place.shown` has none.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.texts.addresses import without_secrets
from aibrain_jupyter.shared.texts.names import nearest
from aibrain_jupyter.shared.texts.redaction import HIDDEN
from aibrain_jupyter.shared.texts.shown import clipped

if TYPE_CHECKING:
    from collections.abc import Iterator

LOG, OTLP, PUSH, PORT, PROM, JSONL = "log", "otlp", "push", "port", "prom", "jsonl"
FORMS: Final = {
    PROM: ("FILE.prom", "the figures of this kernel, for Prometheus' node exporter"),
    JSONL: ("FILE.jsonl", "each run, call and request as a line of JSON, appended"),
    PUSH: ("push:http://HOST:9091", "the figures, to a Prometheus push gateway"),
    PORT: ("port:9464", "the figures, for Prometheus to scrape, on this machine"),
    OTLP: ("otlp:http://HOST:4318", "spans and metrics, to an OpenTelemetry receiver"),
    LOG: ("log", "runs, calls and requests to Python's logging"),
}
"""What can be written, and what it means."""
_WEB: Final = ("http", "https")
_LONGEST: Final = 200
"""Characters of a word that is given again: a step is read at one look."""
_LIKE_JSONL: Final = (".json", ".ndjson", ".jsonlines", ".txt", ".log")


class Place(NamedTuple):
    """A place: its `kind`, a name of `FORMS`, and what stands behind that (a file, an address)."""

    word: str
    kind: str
    rest: str

    @property
    def shown(self) -> str:
        """The word without a login or the values of a query."""
        return without_secrets(self.word)

    @property
    def about(self) -> str:
        """What goes there, in words."""
        return FORMS[self.kind][1]


def words_of(setting: str) -> list[str]:
    """Return the words of the setting ``metrics_to``: they are separated by commas."""
    return [word.strip() for word in setting.split(",") if word.strip()]


def check_places(setting: str) -> None:
    """Raise ParameterError where a word of the setting ``metrics_to`` names no place."""
    words = words_of(setting)
    # A comma in a password parts it: then no word alone tells what is to be hidden.
    shown = without_secrets(setting) if len(words) > 1 and "@" in setting else ""
    for word in words:
        read_place(word, shown)


def read_place(word: str, shown: str = "") -> Place:
    """
    Return the place that a word names; `shown` is said in its stead where it names none.
    Raises ParameterError: it names none; the next steps have the nearest right forms.
    """
    kind, colon, rest = (part.strip() for part in word.partition(":"))
    problem = ""
    if word in (LOG, OTLP):
        return Place(word, word, "")
    if kind in (PUSH, OTLP) and colon:
        problem = _problem_of_address(rest)
        if not problem:
            return Place(word, kind, rest)
    elif kind == PORT and colon:
        if _is_port(rest):
            return Place(word, PORT, rest)
        problem = "A port is a number from 1 to 65535."
    elif "://" not in word:
        suffix = PurePath(word).suffix
        if PurePath(word).name != suffix and suffix in (".prom", ".jsonl"):
            return Place(word, suffix[1:], word)
    # What is longer was meant as something else.
    forms = list(dict.fromkeys(_nearest_forms(word))) if len(word) <= _LONGEST else []
    every = ", ".join(form for form, _ in FORMS.values())
    raise ParameterError(
        f"{clipped(shown or without_secrets(word))!r} is no place that figures can go to.",
        why=problem,
        next_steps=[
            *([f"Did you mean {' or '.join(forms)}?"] if forms else []),
            f"Write one of: {every}; several with commas between.",
        ],
    )


def _is_port(text: str) -> bool:
    is_number = text.isascii() and text.isdigit() and len(text) <= len("65535")
    return is_number and 0 < int(text) < 65536


def _problem_of_address(address: str) -> str:
    if HIDDEN in address:
        return "This is how the address is shown: write it with what is hidden."
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "Its port is no number from 0 to 65535, or a password has / ? # in it: write %2F."
    if parts.scheme not in _WEB or not host:
        return "Its address begins with http:// or https:// and has a host."
    return ""


def _nearest_forms(word: str) -> Iterator[str]:
    """Give what may have been meant, without anything secret."""
    kind, _, rest = word.partition(":")
    shown, suffix = without_secrets(word), PurePath(word).suffix.lower()
    rest = rest.strip(" /")
    if "@" in word and "://" not in word:
        return  # it may be the end of a password
    if kind in _WEB and "://" in word:
        yield from (f"{PUSH}:{shown}", f"{OTLP}:{shown}")
    elif word.isascii() and word.isdigit():
        yield f"{PORT}:{word}" if _is_port(word) else "port:9464"
    elif head := next(iter(nearest(kind.lower(), (PUSH, OTLP, PORT, LOG))), ""):
        if head == PORT:
            yield "port:9464"
        elif head == LOG:
            yield LOG
        else:
            address = rest if "://" in rest else f"http://{rest}"
            is_one = bool(rest) and not _problem_of_address(address)
            yield f"{head}:{without_secrets(address)}" if is_one else FORMS[head][0]
    elif suffix == ".prom" or suffix.startswith(".pro"):
        yield str(PurePath(word).with_suffix(".prom"))
    elif suffix in _LIKE_JSONL or suffix.startswith(".js"):
        yield str(PurePath(word).with_suffix(".jsonl"))
    elif "://" not in word and ":" not in word:
        name = word.strip("./") or "aibrain"
        yield from (f"{name}.prom", f"{name}.jsonl")
