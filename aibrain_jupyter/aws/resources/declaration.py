"""
What a curated resource is, and the requests a declared one is made of. Imports no SDK.

A *declared* resource is data only. Its `Call` objects say what is asked, in order: the first
lists the items, `each` goes one level down, `detail` asks once per item, `grouped` once per what
items have in common, `batch` once per some items, `joined` and `once` once per region. An answer
is kept with its item under the operation's name, and the `source` of a `Column` is a JMESPath
expression over the item: members of the listed record by their names, answers by the names of
their operations::

    text("vpc_id", "id of the VPC", "VpcId")
    text("backup", "ENABLED, …", "DescribeBackupPolicy.BackupPolicy.Status")

From the expressions follows which columns are unknown when an operation is refused, and which
operations need not be asked when only some columns are wanted. The functions known besides
JMESPath's own are in ``aws/resources/expressions.py``; `here` is the target (account, region,
partition) and when the collection began (now). What cannot be said so is code, as in
``services/identity/iam_users_export.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.frames.columns import NOT_KNOWN, TIME, Column
from aibrain_jupyter.shared.frames.row_key import RowKey

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from aibrain_jupyter.shared.tools.params import Param

LIST: Final = "list"
EACH: Final = "each"
DETAIL: Final = "detail"
GROUP: Final = "group"
BATCH: Final = "batch"
JOINED: Final = "joined"

_HOW_OFTEN: Final = {
    LIST: "once",
    EACH: "once per parent",
    DETAIL: "once per row",
    GROUP: "once for rows that share it",
    BATCH: "once per {size} rows",
    JOINED: "once",
}
_FIRST_DATES: Final = ("created", "launched", "event_time", "joined", "last_modified")


@dataclass(frozen=True, slots=True)
class Call:
    """
    One request of a declared resource.

    Args:
        operation: ``service:Operation``.

        kind: One of the six kinds above.

        records: JMESPath of the records in each page; empty: the answer itself, one page.

        inputs: Inputs read from the item, JMESPath by input name.

        fixed: Inputs that are always the same.

        absent: Error codes by which the service says that there is none.

        when: JMESPath of a condition on the item; where it is false, nothing is asked and there
            is none.

        key: JMESPath of what a record of the answer belongs to (`JOINED`, `BATCH`).

        to: JMESPath of the same on the item.

        size: Items of one request (`BATCH`).

        may_lack: Whether a batch's answer has no record of an item of which there is nothing to
            say. Elsewhere such an item was not answered: its columns are not known.

        shared: Inputs that all items of a request must have in common (`BATCH`).

        name: What expressions call the answer; empty: the operation's name.

        action: The IAM action, where it is not named like the operation.

        region: JMESPath of another region to ask in.

        member: JMESPath of what is kept of an answer without records; empty: the whole of it.

        rows: JMESPath of a list in the item: each element becomes a row of its own, `row_name`
            in expressions. An item without elements has one row.

        nothing: The columns of the one row that says so where nothing is listed (the first call
            only); empty: there is no row then.
    """

    operation: str
    kind: str = LIST
    records: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    when: str = ""
    key: str = ""
    to: str = ""
    size: int = 0
    may_lack: bool = False
    shared: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    action: str = ""
    region: str = ""
    member: str = ""
    rows: str = ""
    row_name: str = ""
    nothing: Mapping[str, Any] = field(default_factory=dict)

    @property
    def alias(self) -> str:
        """What expressions call its answer."""
        return self.name or self.operation.partition(":")[2]

    @property
    def needs(self) -> str:
        """All its expressions about the item, in one text."""
        return " ".join((*self.inputs.values(), *self.shared.values(), self.when, self.to))

    @property
    def permission(self) -> str:
        """The IAM action it needs."""
        return self.action or self.operation

    @property
    def how_often(self) -> str:
        """How often it is asked per account and region, in words."""
        return _HOW_OFTEN[self.kind].format(size=self.size)


def listing(operation: str, records: str, **more: Any) -> Call:
    """Return the call that lists the items; without its permission there is no frame."""
    return Call(operation, LIST, records, **more)


def each(operation: str, records: str, inputs: Mapping[str, str], **more: Any) -> Call:
    """Return a call per item whose records become the items; `inputs` as in `Call`."""
    return Call(operation, EACH, records, inputs, **more)


def detail(operation: str, inputs: Mapping[str, str], **more: Any) -> Call:
    """Return a call per item whose answer is kept with it; with `records`, the list of them."""
    return Call(operation, DETAIL, inputs=inputs, **more)


def grouped(operation: str, records: str, inputs: Mapping[str, str], **more: Any) -> Call:
    """Return a call per different `inputs` whose records are kept with each item that has them."""
    return Call(operation, GROUP, records, inputs, **more)


def batch(
    operation: str, records: str, inputs: Mapping[str, str], *, key: str, size: int, **more: Any
) -> Call:
    """
    Return a call per `size` items whose records are kept with the item they belong to.

    The one input takes a list: its expression is read from each item of the batch.
    """
    return Call(operation, BATCH, records, inputs, key=key, size=size, **more)


def joined(operation: str, records: str, *, key: str, to: str, **more: Any) -> Call:
    """Return a call per region whose records (a list) are kept with the items they belong to."""
    return Call(operation, JOINED, records, key=key, to=to, **more)


def once(operation: str, records: str = "", **more: Any) -> Call:
    """Return a call per region whose answer every item gets."""
    return Call(operation, JOINED, records, **more)


@dataclass(frozen=True, slots=True)
class Resource:
    """
    A curated resource.

    `function` is ``module:function`` called as ``f(ctx, **params)``, empty for a declared resource;
    `lists` are its calls, one tuple for each kind of thing that it lists. `is_global` tells
    whether it is asked once per account, `permissions` are the IAM actions in the order they are
    used: the first must be allowed, without one of the others its columns are missing and a gap
    says so. `traps` are what a reader of the frame should know, one sentence each, `date` the
    column that ``period`` looks at. Gaps call an item by its `label`, JMESPath; empty: by the first
    column.

    `params` are what it can be asked for; most resources are exported whole and have none.
    `check` and `needs` are ``module:function`` called with them: the one refuses what cannot work
    before anything is sent, the other returns which of the permissions they need. With
    `reads_period` the function gets ``period``, too, and asks for that time only. `timeout` is how
    long a call of it may take when nobody says; None: as long as any other.

    `key` are the columns that tell one row from another, besides account and region, written as
    `RowKey.of` reads them; empty: there is one row. `own_key` has it as a `RowKey`.
    """

    service: str
    name: str
    summary: str
    columns: tuple[Column, ...]
    permissions: tuple[str, ...]
    is_global: bool = False
    function: str = ""
    lists: tuple[tuple[Call, ...], ...] = ()
    traps: tuple[str, ...] = ()
    date: str = ""
    params: tuple[Param, ...] = ()
    check: str = ""
    needs: str = ""
    reads_period: bool = False
    timeout: dt.timedelta | None = None
    label: str = ""
    key: tuple[str, ...] = ()

    @property
    def own_key(self) -> RowKey:
        """What tells one row from another; of a service that is off there is one row."""
        may_be_off = any(call.nothing for call in self.calls)
        return RowKey.of(*(f"{name.rstrip('?')}?" if may_be_off else name for name in self.key))

    @property
    def tool_name(self) -> str:
        """The name of the tool made from it: ``iam_users``."""
        return f"{self.service}_{self.name}".replace("-", "_")

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls of a declared resource, in the order they are asked."""
        return tuple(call for calls in self.lists for call in calls)


def declared(
    service: str,
    name: str,
    summary: str,
    columns: tuple[Column, ...],
    *lists: tuple[Call, ...],
    **more: Any,
) -> Resource:
    """Return a declared resource; `more` are further fields (see `written`)."""
    permissions = tuple(dict.fromkeys(call.permission for calls in lists for call in calls))
    return written(service, name, summary, columns, permissions, code="", lists=lists, **more)


def written(
    service: str,
    name: str,
    summary: str,
    columns: tuple[Column, ...],
    permissions: tuple[str, ...],
    *,
    code: str,
    **more: Any,
) -> Resource:
    """
    Return a resource with code of its own.

    `code` is its function, ``module:function``, in a file ``<service>_<name>_export.py`` beside the
    declaration; `more` are further fields of `Resource`. Without a `key` the first column is it.
    """
    more = {"date": first_date(columns), "key": (columns[0].name,), **more}
    columns = (*columns, NOT_KNOWN)
    return Resource(service, name, summary, columns, permissions, function=code, **more)


def first_date(columns: tuple[Column, ...]) -> str:
    """Return the column that says when a row came to be; empty if there is none."""
    times = [column.name for column in columns if column.dtype == TIME]
    return next((name for name in _FIRST_DATES if name in times), "")
