"""
Columns that change by themselves: ages, last uses, times at which something was looked at.

Nobody did anything for their cells to differ from one day to the next, so a comparison lists them
apart. What a name does not tell, a `Column` declares (``changes_by_itself``).
"""

from __future__ import annotations

import re
from typing import Final

_VOLATILE: Final = re.compile(
    r"""
    (?: .*_)? age_(?:days|hours|s|seconds) | days_(?:since|to|until|idle)(?:_.*)?
    | (?:.*_)? last_(?: used | accessed | activity | login | log_?on | sign_?in | authenticated
        | seen | ping | pulled | launched | analy[sz]ed | evaluated | checked | scanned | patch_scan
        | run | ran | event_time | backup | restored | sync(?:ed)? )(?:_.*)?
    | latest_(?:.*_)?(?:delivery|digest|restorable_time) | .*_as_of | pitr_earliest
    | (?:collected|fetched|queried|retrieved|exported|drift_checked)(?:_at)? | uptime(?:_.*)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Names, words apart by ``_``. What a setting is called (``password_max_age_days``) is no age."""
_SETTINGS: Final = re.compile(r"(?:.*_)?(?:max|min|maximum|minimum)_age_.*", re.IGNORECASE)
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def is_volatile_name(name: str) -> bool:
    """
    Tell whether a name is that of a column that changes by itself.

    Names of providers are read as ours: ``LastUsedDate``, ``PasswordLastUsed``, ``last-seen``.
    """
    words = _HUMP.sub("_", name.replace("-", "_").replace(" ", "_").replace(".", "_"))
    return bool(_VOLATILE.fullmatch(words)) and not _SETTINGS.fullmatch(words)
