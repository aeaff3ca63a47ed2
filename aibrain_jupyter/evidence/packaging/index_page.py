"""
The index as one HTML page: it opens without a server, has no script, and links into the package.

Its first page says what the package does *not* have; then by code, then by item. It prints black on
white, and is light or dark as the reader's system is.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from aibrain_jupyter.evidence.packaging.not_in_it import KINDS, counted
from aibrain_jupyter.evidence.packaging.page_style import STYLE
from aibrain_jupyter.evidence.saving.card import DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SHORT: Final = 24
"""Letters of a code that stays on one line."""
_MARKS: Final = {"approved": "good", "accepted": "good", "delivered": "plain"}


def index_page(index: Mapping[str, Any], *, base: str = "data") -> bytes:
    """
    Return the page.

    Args:
        index: As `index_data.index_of` gives it.

        base: What stands for ``data`` in links: where the payload is, seen from the page.
    """
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width, initial-scale=1'>",
        "<meta name=color-scheme content='light dark'>",
        f"<title>{_e(index['name'])}: index</title><style>{STYLE}</style><main>",
        *_first_page(index),
        *_by_code(index),
        *(line for item in index["items"] for line in _item(item, index, base)),
        "</main></html>",
    ]
    return ("\n".join(parts) + "\n").encode()


def _first_page(index: Mapping[str, Any]) -> Iterator[str]:
    yield f"<header><h1>{_e(index['name'])}</h1>"
    yield "<nav><a href='#not-in-it'>What is not in it</a> · <a href='#by-code'>By code</a> · "
    yield "<a href='#by-item'>By item</a></nav>"
    if demo := sum(item["is_demo"] for item in index["items"]):
        yield f"<p class=demo>{demo} of {counted(len(index['items']), 'item')}: {_e(DEMO)}</p>"
    asked, oldest = index["asked"], index["oldest_as_of"]
    wanted = [*asked["codes"], *asked["items"]]
    files = sum(len(item["files"]) for item in index["items"])
    counts = (len(index["items"]), "item"), (files, "file"), (len(index["codes"]), "code")
    says = [
        ("Asked for", _e(", ".join(wanted) or "everything")),
        ("Audit period", _e(asked["period"])),
        ("In it", ", ".join(counted(*count) for count in counts)),
        (
            "Oldest as-of",
            f"{_e(oldest['as_of'])}, <a href='#{_e(oldest['item'])}'>{_e(oldest['title'])}</a>"
            if oldest
            else "nothing says as of when it is",
        ),
        (
            "States as of",
            f"event {_e(index['head'].split(':')[0])}, {_minutes(index['ledger_as_of'])}",
        ),
        ("Head of the ledger", f"<code>{_e(index['head'])}</code>"),
        ("Store", f"<code>{_e(index['store'])}</code>"),
        ("Part", _e(_part(index))),
        ("For", _e(index.get("portal", ""))),
        ("People as they are", _people(index)),
        ("Check it", _HOW if index.get("is_package", True) else "%aibrain evidence verify"),
    ]
    yield f"<dl>{''.join(f'<dt>{k}<dd>{v}' for k, v in says if v)}</dl></header>"
    yield from _not_in_it(index)


def _people(index: Mapping[str, Any]) -> str:
    """Return the columns that hold people, by item."""
    columns: dict[tuple[str, str], list[str]] = {}
    for one in index.get("people", ()):
        columns.setdefault((one["item"], one["title"]), []).append(_e(one["column"]))
    return "; ".join(
        f"{', '.join(names)} of <a href='#{_e(item)}'>{_e(title)}</a>"
        for (item, title), names in columns.items()
    )


_HOW: Final = (
    "<code>python verify.pyz .</code> in this folder (Python 3.10 or later, nothing else), "
    "<code>sha256sum -c manifest-sha256.txt</code>, or any BagIt tool"
)


def _part(index: Mapping[str, Any]) -> str:
    parts = index.get("parts", ())
    if len(parts) < 2:
        return ""
    others = ", ".join(p["file"] for n, p in enumerate(parts, 1) if n != index["part"])
    return f"{index['part']} of {len(parts)}; the others: {others}"


def _not_in_it(index: Mapping[str, Any]) -> Iterator[str]:
    yield "<section class=lacks><h2 id=not-in-it>What is not in it</h2>"
    if not index["not_in_it"]:
        yield "<p>Everything that was asked for is in it, whole, approved, and as it was saved."
    for kind, title in KINDS.items():
        lacks = [lack for lack in index["not_in_it"] if lack["kind"] == kind]
        if lacks:
            about: dict[tuple[str, str], list[str]] = {}
            for lack in lacks:
                about.setdefault((_what(lack), lack["why"]), []).append(_about(lack, index))
            rows = "".join(
                f"<tr><td>{', '.join(names)}<td>{_e(what)}<td>{_e(why)}"
                for (what, why), names in about.items()
            )
            yield f"<h3>{title} <span class=n>{len(lacks)}</span></h3><table class=lack>{rows}"
            yield "</table>"
    yield "</section>"


def _what(lack: Mapping[str, str]) -> str:
    return "" if lack["what"] == lack["title"] and lack["item"] else lack["what"]


def _about(lack: Mapping[str, str], index: Mapping[str, Any]) -> str:
    item = next((item for item in index["items"] if item["item"] == lack["item"]), None)
    name = _e(lack["code"] if not lack["title"] else lack["title"])
    if item is not None:
        return f"<a href='#{_e(lack['item'])}'>{name}</a>"
    return f"{name}<br><code>{_e(lack['item'])}</code>" if lack["item"] else f"<b>{name}</b>"


def _by_code(index: Mapping[str, Any]) -> Iterator[str]:
    items = {item["item"]: item for item in index["items"]}
    yield "<section class=page><h2 id=by-code>By code</h2><table class=codes>"
    yield "<thead><tr><th>Code<th>Item<th>State<th>As of<th>Collected<th class=r>Rows</thead>"
    for code in index["codes"]:
        meant = [items[name] for name in code["items"]]
        yield "<tbody>"
        for number, item in enumerate(meant):
            short = " class=short" if len(code["code"]) <= _SHORT else ""
            of = f"<th scope=rowgroup rowspan={len(meant)}{short}>{_e(code['code'])}"
            yield (
                f"<tr>{of if not number else ''}"
                f"<td><a href='#{_e(item['item'])}'>{_e(item['title'])}</a>"
                f"<td>{_states(item, code['code'])}<td>{_e(item['as_of'])}"
                f"<td>{_e(_minutes(item['collected']))}<td class=r>{_rows(item['rows'])}"
            )
        yield "</tbody>"
    if rest := [item for item in index["items"] if not item["codes"]]:
        names = ", ".join(f"<a href='#{_e(i['item'])}'>{_e(i['title'])}</a>" for i in rest)
        yield f"<tbody><tr><th>no code<td colspan=5>{names}</tbody>"
    yield "</table></section><h2 id=by-item>By item</h2>"


def _item(item: Mapping[str, Any], index: Mapping[str, Any], base: str) -> Iterator[str]:
    is_here = item.get("part", 1) == index.get("part", 1)
    yield f"<article id='{_e(item['item'])}'><h3>{_e(item['title'])} {_states(item)}</h3>"
    if item["is_demo"]:
        yield f"<p class=demo>{_e(DEMO)}</p>"
    card = next((f for f in item["files"] if f["name"] == "card.html"), None)
    says = [
        ("Read", _link(card, base, "its evidence card") if card and is_here else ""),
        ("Item", f"<code>{_e(item['item'])}</code> ({_e(item['kind'])})"),
        ("Answers", _e(", ".join(item["codes"]))),
        ("Approved by", _e(item["approved"])),
        ("Delivery", _e(", ".join(f"{c}: {s}" for c, s in item["delivery"].items()))),
        ("As of", _e(item["as_of"])),
        ("Collected", _e(item["collected"])),
        ("Saved", _e(item["saved"])),
        ("Audit period", _e(item["audit_period"])),
        ("Rows", _rows(item["rows"])),
        ("Says", _e(item["says"])),
        ("Remarks", "<br>".join(map(_e, item["remarks"]))),
        ("Comments", "".join(map(_comment, item["comments"]))),
    ]
    yield f"<dl>{''.join(f'<dt>{k}<dd>{v}' for k, v in says if v)}</dl>"
    if not is_here:
        file = index["parts"][item["part"] - 1]["file"]
        yield f"<p>Its files are in part {item['part']}: <code>{_e(file)}</code></p>"
    yield "<table class=files><thead><tr><th>File<th class=r>Bytes<th>SHA-256</thead>"
    for file in sorted(item["files"], key=lambda f: (not f["is_data"], f["name"])):
        name = _link(file, base) if is_here else _e(file["name"])
        made = f"<br><small>{_e(file['made'])}</small>" if file["made"] else ""
        yield f"<tr><td>{name}{made}<td class=r>{file['bytes']:,}<td><code>{file['sha256']}</code>"
    yield "</table></article>"


def _states(item: Mapping[str, Any], code: str = "") -> str:
    """Return the item's state, whether it is incomplete, and its delivery for a code."""
    words = [item["state"]]
    if item["status"] == "incomplete" and item["state"] != "incomplete":
        words.append("incomplete")
    if delivery := item["delivery"].get(code):
        words.append(delivery)
    return " ".join(f"<span class='state {_MARKS.get(w, 'odd')}'>{_e(w)}</span>" for w in words)


def _comment(comment: Mapping[str, str]) -> str:
    who = f"<small>{_e(comment['who'])}, {_e(comment['time'])}</small>"
    return f"<blockquote>{_e(comment['text'])}<br>{who}</blockquote>"


def _link(file: Mapping[str, Any], base: str, words: str = "") -> str:
    path = base + file["path"].removeprefix("data")
    return f"<a href='{_e(quote(path, safe='/:'))}'>{_e(words or file['name'])}</a>"


def _minutes(span: str) -> str:
    """Return times as they are read, ``2026-07-08 06:01 UTC``; once where both ends are that."""
    read = (f"{at[:10]} {at[11:16]} UTC" for at in span.split(" to ") if at)
    return " to ".join(dict.fromkeys(read))


def _rows(rows: Any) -> str:
    return "" if rows is None else f"{rows:,}"


def _e(text: Any) -> str:
    return html.escape(str(text), quote=True)
