"""
The card of an item: the sheet an auditor files. HTML to read and print, and the same as text.

Everything on it is in the manifest or the ledger; it states nothing of its own.
"""

from __future__ import annotations

import html
import textwrap
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.texts.shown import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_Rows = list[tuple[str, str]]
_MOST_GAPS: Final = 50
_LONGEST: Final = 160
_STYLE: Final = """
.aibrain-card { font: 14px/1.45 system-ui, sans-serif; max-width: 52rem; }
.aibrain-card h1 { font-size: 1.35rem; margin: 0 0 .2rem; }
.aibrain-card h2 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
.aibrain-card table { border-collapse: collapse; table-layout: fixed; width: 100%; margin: 0; }
.aibrain-card tr, .aibrain-card tr:hover { background: none !important; }
.aibrain-card td { vertical-align: top; padding: .15rem .5rem; border: none;
border-top: 1px solid #8884; overflow-wrap: anywhere; text-align: left !important;
white-space: normal; }
.aibrain-card td:first-child { width: 11rem; color: GrayText; }
.aibrain-card .state { font-weight: 600; margin: .2rem 0; }
.aibrain-card .demo { border: 2px solid #b45309; padding: .4rem .6rem; margin: .4rem 0; }
@media print { .aibrain-card { max-width: none; font-size: 10pt; }
.aibrain-card h2 { break-after: avoid; } .aibrain-card tr { break-inside: avoid; } }
"""
"""Of the card alone: in a notebook it lies in a page with other things."""
_PAGE: Final = """
:root { color-scheme: light dark; } body { max-width: 52rem; margin: 1.5rem auto; padding: 0 1rem; }
@media print { body { margin: 0; max-width: none; padding: 0; } }
"""


def card_rows(manifest: Mapping[str, Any], head: str) -> Iterator[tuple[str, _Rows]]:
    """
    Yield the sections of a card: title, and what it says by label.

    Args:
        manifest: Of the item; ``comments`` are put beside it (`Comment.as_fact`) where it is shown.

        head: The head of the ledger when the card was made, ``seq:hash``.
    """
    times, source = manifest["times"], manifest.get("source", {})
    completeness = manifest.get("completeness", {})
    yield (
        "What it is",
        _said(
            ("Item", manifest["id"]),
            ("Kind", manifest["kind"]),
            ("Answers", ", ".join(map(_code, manifest["codes"])) or "no code"),
            ("Status", manifest["status"]),
            ("Because", "\n".join(manifest.get("incomplete_because", ()))),
            ("Says", completeness.get("statement", "")),
        ),
    )
    audit = times.get("audit_period") or {}
    yield (
        "When",
        _said(
            ("As of", times["as_of"]["words"]),
            ("Collected", _span(times["collected"])),
            ("Saved", times.get("saved", "")),
            ("Audit period", audit.get("words", "")),
            ("Its edges", audit.get("edges", "")),
            ("Note", "\n".join(times["remarks"])),
        ),
    )
    yield (
        "From where",
        _said(
            ("System", source.get("system", "")),
            ("Collected by", source.get("who", "")),
            ("Identities", "\n".join(source.get("identities", ()))),
            ("Accounts", ", ".join(source.get("accounts", ()))),
            ("Regions", ", ".join(source.get("regions", ()))),
            ("Tool", _tool(source)),
            ("Parameters", _pairs(source.get("parameters", {}))),
            ("Defaults applied", _pairs(source.get("defaults_applied", {}))),
            ("Cell", source.get("cell", "")),
            ("Notebook", source.get("notebook", "")),
            ("Said by", source.get("said_by", "")),
        ),
    )
    yield (
        "Complete?",
        _said(
            ("Rows", f"{completeness['rows']:,}" if "rows" in completeness else ""),
            ("Requests, pages", _counts(completeness)),
            *((_total_of(t), _total(t)) for t in completeness.get("totals", ())),
            ("Rows told apart by", _key(manifest.get("keys") or {})),
            ("Gaps", _listed(completeness.get("gaps", ())) if completeness else ""),
            ("Cells not known", _pairs(completeness.get("not_known", {}))),
            ("Excluded", _excluded(manifest.get("exclusions", ()))),
            ("Hidden", ", ".join(manifest.get("secrets", {}).get("hidden", ()))),
        ),
    )
    yield "Work done", _said(*(manifest.get("work") or {}).items())
    yield "Sample", _said(*_sample(manifest.get("sample") or {}))
    yield "Made from", _said(*_derived(manifest.get("derived") or {}))
    yield "How it was run", _said(*_execution(manifest.get("notebook") or {}))
    yield "Comments", _said(*((c["about"], c["text"]) for c in manifest.get("comments", ())))
    yield (
        "Unaltered?",
        _said(
            ("Ledger before it", head),
            *(
                (f["path"], f"{f['bytes']:,} bytes, SHA-256 {f['sha256']}")
                for f in manifest["files"]
            ),
            ("Check", "%aibrain evidence verify, or python verify.pyz STORE on any computer"),
        ),
    )


def card_html(manifest: Mapping[str, Any], head: str) -> str:
    """Return the card as one HTML file without scripts or links."""
    return "\n".join(
        [
            "<!doctype html><html lang=en><meta charset=utf-8>",
            f"<title>{_e(manifest['title'])}</title><style>{_PAGE}</style>",
            card_part(manifest, head),
        ]
    )


def card_part(manifest: Mapping[str, Any], head: str) -> str:
    """Return the card as a part of a page, whose other parts it leaves as they are."""
    parts = [
        f"<div class=aibrain-card><style>{_STYLE}</style>",
        f"<h1>{_e(manifest['title'])}</h1>",
        f"<p class=state>{_e(manifest['status'])}</p>",
    ]
    if manifest.get("is_demo"):
        parts.append(f"<p class=demo>{_e(DEMO)}</p>")
    for title, rows in card_rows(manifest, head):
        if rows:
            cells = "".join(
                f"<tr><td>{_e(label)}<td>{_e(text).replace(chr(10), '<br>')}"
                for label, text in rows
            )
            parts.append(f"<h2>{_e(title)}</h2><table>{cells}</table>")
    return "\n".join(parts) + "\n</div>\n"


def card_text(manifest: Mapping[str, Any], head: str) -> str:
    """Return the card as text."""
    title = printable(str(manifest["title"]))
    lines = [title, "=" * len(title)]
    if manifest.get("is_demo"):
        lines += ["", DEMO]
    for section, rows in card_rows(manifest, head):
        if rows:
            lines += ["", section]
            lines += [f"  {label}: {text}".replace("\n", "\n    ") for label, text in rows]
    return "\n".join(lines) + "\n"


DEMO: Final = "DEMO DATA: the rows are invented and prove nothing."


def _said(*rows: tuple[str, Any]) -> _Rows:
    return [(label, printable(str(text))) for label, text in rows if text not in ("", None)]


def _e(text: Any) -> str:
    return html.escape(printable(str(text)))


def _code(code: Mapping[str, str]) -> str:
    of = f" ({code['framework']} {code['version']})" if code["framework"] else ""
    return f"{code['code']}{of}"


def _span(times: Mapping[str, str]) -> str:
    return times["from"] if times["from"] == times["to"] else f"{times['from']} to {times['to']}"


def _tool(source: Mapping[str, Any]) -> str:
    if not source.get("tool"):
        return ""
    kind = "standard" if source.get("is_standard") else "custom"
    why = f" ({source['why_custom']})" if source.get("why_custom") else ""
    return f"{source['tool']}, version {source['version']}, {kind}{why}, source {source['sha256']}"


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items())


def _counts(completeness: Mapping[str, Any]) -> str:
    names = ("requests", "pages")
    return ", ".join(f"{completeness[n]:,}" for n in names if n in completeness)


def _key(keys: Mapping[str, Any]) -> str:
    return str(keys.get("why") or ", ".join(keys.get("columns", ())))


def _total_of(total: Mapping[str, Any]) -> str:
    """Return what a total is of, and of which place: several regions have one each."""
    return f"Total {total['name']}" + (f", {total['place']}" if total.get("place") else "")


def _total(total: Mapping[str, Any]) -> str:
    numbers = [f"{w} {total[w]}" for w in ("before", "listed", "after") if total.get(w) is not None]
    source = f", by {total['source']}" if total.get("source") else ""
    why = f" ({total['why']})" if total.get("why") else ""
    return f"{total['verdict']}: {', '.join(numbers)}{source}{why}"


def _listed(gaps: Sequence[Mapping[str, Any]]) -> str:
    if not gaps:
        return "none"
    lines = [f"{gap.get('label', '')}: {gap.get('why', '')}" for gap in gaps[:_MOST_GAPS]]
    more = [f"and {len(gaps) - _MOST_GAPS} more in the manifest"] if len(gaps) > _MOST_GAPS else []
    return "\n".join([*lines, *more])


def _excluded(exclusions: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(
        f"{_pairs(e['where'])}: {e['rows']} rows, {e['reason']}, decided by {e['decided_by']}"
        + (f", until {e['until']}" if e["until"] else "")
        for e in exclusions
    )


def _sample(sample: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if sample:
        population = sample["population"]
        yield "Population", f"{population['rows']:,} rows of {population['item']}"
        yield "Population's SHA-256", population["sha256"]
        yield "Population is", population.get("status", "")
        yield "Method", sample["method"]
        yield "Seed", f"{sample['seed']} ({sample['seed_given_by']})" if sample["seed"] else ""
        yield "Draw", f"number {sample['draw']} of this population"
        yield "Basis of the size", sample["basis"]
        yield "Not in the population", ", ".join(sample.get("unknown_keys", ()))


def _derived(derived: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if derived:
        yield "Kind", derived["kind"]
        yield "Runs or items", ", ".join(map(str, derived.get("runs", ())))
        yield "Rows before", derived.get("rows_before")
        yield "Rows after", derived.get("rows_after")
        yield "Changes", "\n".join(map(_shortened, derived.get("changes", ())))


def _execution(notebook: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if notebook:
        yield "Cells of code", notebook["cells"]
        yield "That ran", notebook["ran"]
        yield "That show nothing", notebook["without_outputs"]
        yield "Note", "\n".join(notebook["remarks"])


def _shortened(text: str) -> str:
    """Return a text as the card has it; the manifest has it whole."""
    return textwrap.shorten(text, _LONGEST, placeholder=" … (the manifest has all)")
