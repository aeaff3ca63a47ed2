"""
The table of causes of AWS: one row for each way in which a call fails.

`CAUSES` is read from its first row to its last; the first that fits explains the failure
(``shared/causes.py``). Rows about one service or one message come before those about a code or a
class alone. ``aws/errors/failures.py`` says what traits there are, ``aws/errors/words.py`` which
words a row may use.

To teach it a cause, add a row to the file it belongs to;
``tests/aws/errors/test_causes.py`` holds every row to its promises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.errors.causes.answers import ANSWERS
from aibrain_jupyter.aws.errors.causes.configuration import CONFIGURATION
from aibrain_jupyter.aws.errors.causes.credentials import CREDENTIALS
from aibrain_jupyter.aws.errors.causes.enabling import ENABLING
from aibrain_jupyter.aws.errors.causes.network import NETWORK
from aibrain_jupyter.aws.errors.causes.roles import ROLES
from aibrain_jupyter.aws.errors.causes.unexplained import UNEXPLAINED

if TYPE_CHECKING:
    from aibrain_jupyter.shared.causes import Cause

CAUSES: Final[tuple[Cause, ...]] = (
    *ROLES,
    *ENABLING,
    *ANSWERS,
    *CREDENTIALS,
    *CONFIGURATION,
    *NETWORK,
    *UNEXPLAINED,
)
