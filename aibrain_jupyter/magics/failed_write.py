"""
From a failed ``users.to_excel("users.xlsx")`` to the cell that writes it.

pandas refuses times with a zone in a workbook and empty mappings or mixed lists in Parquet. Both
are right in a frame, and `%aibrain export` writes them, so it is named under the traceback.
"""

from __future__ import annotations

import traceback
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.widgets.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping

_STAMP: Final = "aibrain"
_WRITERS: Final[Mapping[str, tuple[str, str]]] = {
    "to_excel": ("excel_writer", "xlsx"),
    "to_parquet": ("path", "parquet"),
    "to_feather": ("path", "parquet"),
    "to_orc": ("path", "parquet"),
}
"""pandas' ways out that refuse what is right in our frames: their parameter of the file, ours."""


def way_out_of(error: BaseException, names: Mapping[str, Any]) -> Notice | None:
    """
    Return the cell that writes the frame of ours which pandas failed to write.

    `names` are the variables of the user, among which the frame may be. None: `error` is another.
    """
    for frame, _ in traceback.walk_tb(error.__traceback__):
        code, known = frame.f_code.co_name, frame.f_locals
        if code in _WRITERS and str(frame.f_globals.get("__name__")).startswith("pandas."):
            written = known.get("self")
            if _STAMP not in getattr(written, "attrs", {}):
                return None
            variable, ending = _WRITERS[code]
            name = _name_of(written, names)
            step = f"Write: %aibrain export {name or 'rows'} {_file(known.get(variable), ending)}"
            lines = [step] if name else ["Put the frame into a variable: rows = …", step]
            return Notice("Times, lists and mappings of this frame have a way out.", lines)
    return None


def _name_of(frame: Any, names: Mapping[str, Any]) -> str:
    found = (name for name, value in names.items() if value is frame and not name.startswith("_"))
    return next(found, "")


def _file(target: Any, ending: str) -> str:
    """Return the user's own file name where it can stand on a line as it is."""
    name = str(target) if isinstance(target, str | PurePath) else ""
    is_plain = name.endswith(f".{ending}") and not set(name) & set(" '\"$;\\")
    if not is_plain:
        return f"rows.{ending}"
    return f"{name} --overwrite" if Path(name).exists() else name  # what pandas began and left
