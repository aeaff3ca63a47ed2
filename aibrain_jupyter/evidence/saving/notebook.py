"""
The executed notebook as an item: the saved file and an HTML page of it, hashed like all else.

What its file tells of how it was run is said by name: *stale* (what stands there is not what ran),
*hollow* (never run, or nothing to see), *out of order*, *error*. Such a notebook is incomplete.
What a file cannot tell is said as well: changes that were not saved, cells that were changed since.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.saving.saving import Saving, save_files
from aibrain_jupyter.evidence.saving.times import MOMENT, Times
from aibrain_jupyter.evidence.store.names import file_name
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError
from aibrain_jupyter.shared.imports import import_target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aibrain_jupyter.evidence.store.store import Item, Store

STALE, HOLLOW, OUT_OF_ORDER, ERROR = "stale", "hollow", "out of order", "error"
KIND: Final = "notebook"
UNSAVED: Final = "Changes that were not saved before are not in it, and cannot be seen."
FILE_ALONE: Final = "A file does not tell whether a cell was changed since it ran."
_SESSION: Final = "JPY_SESSION_NAME"
_EXTRA: Final = "notebook"
_DEMO: Final = ("%aibrain demo start", "· demo data ·")
_TAGS: Final = frozenset(
    (
        *(
            "p",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "div",
            "span",
            "pre",
            "code",
            "kbd",
            "samp",
            "br",
            "hr",
            "b",
            "strong",
        ),
        *(
            "i",
            "em",
            "u",
            "s",
            "sub",
            "sup",
            "small",
            "mark",
            "ul",
            "ol",
            "li",
            "dl",
            "dt",
            "dd",
            "blockquote",
            "a",
            "abbr",
        ),
        *("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"),
        *("details", "summary", "figure", "figcaption"),
    )
)
_ATTRIBUTES: Final = {
    "*": ["class", "id", "title", "colspan", "rowspan", "scope", "start", "open"],
    "a": ["href"],
}
_HIDDEN: Final = re.compile(r"(?is)<(style|script)\b.*?</\1\s*>")
"""What has text that is none to read; the tags themselves are taken away in any case."""
_PAGE: Final = """\
<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>
:root {{ color-scheme: light dark; }}
body {{ font: 14px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 1.5rem auto;
padding: 0 1rem; }} pre {{ white-space: pre-wrap; overflow-wrap: anywhere; }}
.input_area, .jp-InputArea-editor {{ border-left: 3px solid #8888; padding-left: .6rem; }}
table {{ border-collapse: collapse; }} td, th {{ border: 1px solid #8886; padding: .1rem .4rem; }}
img {{ max-width: 100%; }} .prompt {{ color: GrayText; font-size: .85em; }}
.anchor-link {{ display: none; }} .cell {{ margin: .8rem 0; }}
@media print {{ body {{ margin: 0; max-width: none; font-size: 10pt; }}
.cell {{ break-inside: avoid-page; }} }}
</style>
{body}
"""


@dataclass(frozen=True, slots=True)
class Oddity:
    """What is odd about how a notebook was run: its `kind`, the `cell` (from 1; 0: all), a text."""

    kind: str
    cell: int
    says: str


@dataclass(frozen=True, slots=True)
class Execution:
    """What the file tells of its execution: counts, oddities, and what it cannot tell."""

    cells: int
    ran: int
    without_outputs: int
    oddities: list[Oddity] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def save_notebook(
    store: Store, file: str, saving: Saving, ran: Mapping[int, str] | None = None
) -> Item:
    """
    Save a notebook's file, and a page of it, as an item of kind ``notebook``.

    Args:
        store: Where.

        file: The saved ``.ipynb``.

        saving: How; its times are those of the file.

        ran: What the kernel that ran it was given, by execution count; None: nobody knows.

    Raises:
        ParameterError: there is no such file, or it is no notebook.
        EvidenceError: it has secrets, or the store cannot be written to.
        ToolLoadError: nbconvert is not installed (the extra ``notebook``).
    """
    path = Path(file).expanduser()
    try:
        text, changed = path.read_bytes(), dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    except OSError as exc:
        raise ParameterError(
            f"The notebook {file} cannot be read.",
            why=exc.strerror or str(exc),
            next_steps=["Save it, and name its file: %aibrain evidence notebook FILE.ipynb"],
        ) from exc
    notebook = _parsed(text.decode("utf-8", "replace"), file)
    execution = execution_of(notebook["cells"], ran)
    sections = {
        "source": {"system": "Jupyter", "notebook": path.name},
        "notebook": dataclasses.asdict(execution),
        "against": [f"{odd.kind}: {odd.says}" for odd in execution.oddities],
        "is_demo": any(mark in text.decode("utf-8", "replace") for mark in _DEMO),
    }
    times = Times(MOMENT, changed, changed, changed, changed)
    with store.draft(saving.title) as draft:
        name = file_name(path.stem, "ipynb")
        draft.path(f"files/{name}", media_type="application/x-ipynb+json").write_bytes(text)
        page = draft.path(f"files/{file_name(path.stem, 'html')}", media_type="text/html")
        page.write_text(_page(notebook, path.stem), "utf-8")
        return save_files(
            store, draft, dataclasses.replace(saving, kind=KIND, times=times), sections
        )


def execution_of(cells: list[Any], ran: Mapping[int, str] | None = None) -> Execution:
    """Return what the cells tell of how they were run; arguments as of `save_notebook`."""
    code = {
        number: cell
        for number, cell in enumerate(cells, 1)
        if cell["cell_type"] == "code" and cell["source"].strip()
    }
    mine = ran if ran and _is_of(code, ran) else None
    # The cell that saves the file ran after the file was written.
    saves = {n for n, cell in code.items() if mine and _same(cell, mine[max(mine)])}
    counts = {n: c for n, cell in code.items() if (c := cell.get("execution_count"))}
    found = Execution(len(code), len(counts), sum(not c["outputs"] for c in code.values()))
    found.oddities.extend(_hollow({n: cell for n, cell in code.items() if n not in saves}))
    found.oddities.extend(_stale({n: code[n] for n in counts if n not in saves}, mine))
    found.oddities.extend(_out_of_order({n: c for n, c in counts.items() if n not in saves}))
    found.oddities.extend(_errors(code))
    saved_by = [f"Cell {n} saved it: the file was written before it ran." for n in saves]
    found.remarks.extend([UNSAVED, *([] if mine else [FILE_ALONE]), *saved_by])
    return found


def _hollow(code: Mapping[int, Any]) -> Iterator[Oddity]:
    never = [n for n, cell in code.items() if not cell.get("execution_count")]
    for n in never:
        left = ", what it shows is from before" if code[n]["outputs"] else ""
        yield Oddity(HOLLOW, n, f"cell {n} has no execution count: it was not run{left}.")
    if not any(cell["outputs"] for cell in code.values()):
        yield Oddity(HOLLOW, 0, "no cell shows anything.")


def _stale(code: Mapping[int, Any], ran: Mapping[int, str] | None) -> Iterator[Oddity]:
    for n, cell in code.items():
        count = cell["execution_count"]
        for other in {o.get("execution_count") or count for o in cell["outputs"]} - {count}:
            yield Oddity(STALE, n, f"cell {n} ran as [{count}], what it shows is of [{other}].")
        if ran is not None and not _same(cell, ran.get(count)):
            yield Oddity(STALE, n, f"cell {n} is not what the kernel ran as [{count}].")


def _out_of_order(counts: Mapping[int, int]) -> Iterator[Oddity]:
    before = 0
    for n, count in counts.items():
        if count <= before:
            yield Oddity(OUT_OF_ORDER, n, f"cell {n} [{count}] stands after [{before}].")
        before = max(before, count)
    if gone := sorted(set(range(1, before + 1)) - set(counts.values())):
        said = ", ".join(f"[{count}]" for count in gone[:5]) + (", …" if len(gone) > 5 else "")
        yield Oddity(OUT_OF_ORDER, 0, f"{said} ran and is not in it: run again, or removed.")


def _errors(code: Mapping[int, Any]) -> Iterator[Oddity]:
    for n, cell in code.items():
        for output in cell["outputs"]:
            if output["output_type"] == "error":
                yield Oddity(ERROR, n, f"cell {n} ended in {output['ename']}.")


def _is_of(code: Mapping[int, Any], ran: Mapping[int, str]) -> bool:
    """Tell whether a kernel ran a notebook: half of the cells that ran are what it was given."""
    did = [cell for cell in code.values() if cell.get("execution_count")]
    same = sum(_same(cell, ran.get(cell["execution_count"])) for cell in did)
    return same > 0 and same * 2 >= len(did)


def _same(cell: Any, source: str | None) -> bool:
    return source is not None and cell["source"].strip() == source.strip()


def _parsed(text: str, file: str) -> Any:
    reads, is_valid, invalid = (
        import_target(name, what="Saving a notebook", extra=_EXTRA)
        for name in ("nbformat:reads", "nbformat.validator:isvalid", "nbformat:ValidationError")
    )
    try:
        notebook = reads(text, as_version=4)
        why = "" if is_valid(notebook) else "It does not keep to the format of notebooks."
    except (ValueError, KeyError, TypeError, AttributeError, invalid) as exc:
        why = str(exc).partition("\n")[0] or type(exc).__name__
    if why:
        raise ParameterError(f"{file} is no notebook.", why=why)
    return notebook


def own_notebook() -> str:
    """
    Return the path of the notebook of this kernel, as its server says.

    Raises:
        ParameterError: it does not say.
    """
    said = Path(os.environ.get(_SESSION, ""))
    if said.suffix != ".ipynb":
        raise ParameterError(
            "This kernel does not know which notebook it belongs to.",
            next_steps=["Name its file: %aibrain evidence notebook FILE.ipynb --rfi RFI-014"],
        )
    # A server may say it from its own folder; kernels start beside the notebook.
    return str(said if said.exists() else said.name)


def _page(notebook: Any, title: str) -> str:
    """Return a notebook as a page without scripts, and without anything from elsewhere."""
    make = import_target("nbconvert:HTMLExporter", what="Saving a notebook", extra=_EXTRA)
    exporter = make(template_name="basic", sanitize_html=True)
    exporter.register_filter("clean_html", _clean)
    try:
        body, _ = exporter.from_notebook_node(notebook)
    except (ValueError, KeyError, LookupError) as exc:
        raise EvidenceError("No page can be made of the notebook.", why=str(exc)) from exc
    return _PAGE.format(title=html.escape(title), body=body)


def _clean(text: Any) -> str:
    """Return HTML with nothing that runs or loads; nbconvert's own loses tables and texts."""
    clean = import_target("bleach:clean", what="Saving a notebook", extra=_EXTRA)
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    plain = _HIDDEN.sub("", plain)
    return str(clean(plain, tags=_TAGS, attributes=_ATTRIBUTES, strip=True))
