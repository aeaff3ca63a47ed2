"""
``aws_export``: one resource or one operation of AWS as a frame.

A resource is curated, with the columns auditors ask for (``aws/resources/``); an
operation is generic, any read of any service as the API gives it
(``aws/operations/export.py``). Everything that can be wrong in a cell is found by `check`,
before anything is sent; the read-only guard is on the clients all the same.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.accounts.targets import AwsTargets
from aibrain_jupyter.aws.answers.records import layout_of
from aibrain_jupyter.aws.answers.secrets import revealed_names
from aibrain_jupyter.aws.clients.guard import allowed_names, check_access
from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.aws.clients.reads import Access, access_of
from aibrain_jupyter.aws.operations import models
from aibrain_jupyter.aws.operations.export import export_operation, refuse_stream
from aibrain_jupyter.aws.operations.inputs import input_params, request_of
from aibrain_jupyter.aws.resources.table import find_resource
from aibrain_jupyter.shared.base_tool import CallContext, ToolResult, import_target
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import (
    ParameterError,
    unknown_name,
)
from aibrain_jupyter.shared.frames.columns import TIME
from aibrain_jupyter.shared.frames.not_known import NOT_KNOWN
from aibrain_jupyter.shared.frames.stack import UTC, at_targets
from aibrain_jupyter.tool_executors import views as shaping
from aibrain_jupyter.tool_executors.base_executor import BaseExecutor, cache_in_force

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.aws.resources.table import Column, Resource
    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.shared.coverage import Target
    from aibrain_jupyter.shared.params import Param

_WHERE: Final = "region"
_OWN: Final = ("service", "resource", "operation", "params", "rows", "allow", "reveal", "columns")
_VIEWS: Final = ("where", "period", "date", "tags", "flatten")


class AwsExecutor(BaseExecutor):
    """
    Runs AWS tools directly, on one profile and one region.

    Args:
        profile: A configured or session profile; empty: the configured one, else the default
            credential chain.

        region: A region name; empty: the configured one, else the profile's own.
    """

    def __init__(self, profile: str = "", region: str = "") -> None:
        self.profile = profile
        self.region = region

    def _contexts(self, spec: ToolSpec, params: Mapping[str, Any]) -> Iterator[CallContext]:
        pool, settings = get_client_pool(), get_settings()
        targets = AwsTargets(
            {**spec.preset, **params}, clients=pool, cache=cache_in_force(), fresh=False
        )
        regions = self.region or settings.get("regions")
        for profile in targets.profiles([], self.profile or settings.get("profile")):
            for target, problem in targets.of_profile(profile, _words(regions)):
                if problem is not None:
                    raise problem
                yield CallContext(target, clients=pool)

    def _combine(self, results: list[tuple[Target, ToolResult]]) -> pd.DataFrame:
        return at_targets([(result.frame, target) for target, result in results])


def export(
    ctx: CallContext,
    *,
    service: str,
    resource: str = "",
    operation: str = "",
    params: Mapping[str, Any] | None = None,
    rows: str = "",
    allow: Sequence[str] = (),
    reveal: Sequence[str] = (),
    columns: Sequence[str] = (),
    period: str = "",
    **inputs: Any,
) -> ToolResult:
    """
    Export one resource or the answer of one operation from one account and region.

    Args:
        ctx: The call context.

        service: The service, as boto3 and the AWS CLI name it.

        resource: A curated resource of the service, ``users``.

        operation: A read of the service, ``list_users``; instead of `resource`.

        params: Inputs of the operation as a mapping.

        rows: The member of the operation's answer that holds the rows, when it has several.

        allow: Sensitive reads that may be sent, ``GetParameter``.

        reveal: Names of variables, parameters or members whose values are shown: ``LOG_LEVEL``.

        columns: The only columns that are wanted, in this order; none: all. Details of a resource
            that fill no wanted column are not asked.

        period: The time a resource is asked for that can be asked for less, as `asked` gives it.

        inputs: Inputs of the operation by name, besides those in `params`; of a resource, what it
            can be asked for.

    Returns:
        The rows; columns as documented by the resource or by `export_operation`.

    Raises:
        InputError: what `check` would have refused.
        ProviderError: the provider refused or failed.
    """
    own = {"service": service, "resource": resource, "operation": operation, "rows": rows}
    lists = {"allow": allow, "reveal": reveal, "columns": columns}
    given = {**own, "params": params, **lists, "period": period, **inputs}
    check(given)
    ctx.allowed |= allowed_names(service, allow)
    ctx.revealed |= revealed_names(reveal)
    if found := find_resource(service, resource):
        if columns:  # where a row is, it says itself: a chosen column must not change that
            columns = (*columns, *(c.name for c in found.columns if c.name == _WHERE))
        ctx.columns = frozenset(columns) or None
        wanted = {"period": period} if found.reads_period else {}
        return _in_order(found.export(ctx, **_inputs(given), **wanted), columns)
    request = request_of(service, operation, _inputs(given))
    result = export_operation(ctx, service, operation, request, rows=rows)
    return _in_order(result, columns)


def _in_order(result: ToolResult, columns: Sequence[str]) -> ToolResult:
    """Return the result with the wanted columns only, and the one about what is not known."""
    if not columns:
        return result
    names = [*dict.fromkeys(columns)]
    names += [NOT_KNOWN] if NOT_KNOWN in result.frame and NOT_KNOWN not in names else []
    return dataclasses.replace(result, frame=result.frame[names])


def check(params: Mapping[str, Any]) -> None:
    """
    Refuse what cannot work. Sends nothing and makes no client.

    Raises:
        UnknownNameError: no such service, resource, operation, input or member.
        ParameterError: not exactly one of resource and operation; an input is missing or does
            not fit; a secret shall be revealed.
        OperationRefusedError: the operation is not a known read, or a sensitive one that is not
            allowed.
        InputError: the answer would be a stream.
    """
    service, resource = params["service"], params.get("resource") or ""
    operation = params.get("operation") or ""
    models.service_model(service)
    revealed_names(params.get("reveal") or ())
    if bool(resource) == bool(operation):
        raise _one_of_two(service, has_both=bool(resource))
    if resource:
        _check_resource(service, resource, params)
        _check_columns(params)
        return
    model = models.find_operation(service, operation)
    allowed = allowed_names(service, params.get("allow") or ())
    check_access(service, model.name, allowed=allowed)
    refuse_stream(service, model)
    _check_columns(params)
    request = request_of(service, model.name, _inputs(params))
    check_access(service, model.name, allowed=allowed, params=request)


def asked(params: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return what the code of an export gets of the views.

    With ``columns`` these are also the columns that rows are chosen by. A resource that reads a
    period gets it in days: the same period is the same request, whatever a fiscal year is.
    """
    more = _looked_at(params)
    columns = {"columns": [*params["columns"], *more]} if more else {}
    return {**columns, **_period_asked(params)}


def _period_asked(params: Mapping[str, Any]) -> dict[str, str]:
    found = find_resource(params["service"], params.get("resource") or "")
    if found is None or not found.reads_period or not params.get("period"):
        return {}
    if params.get("date") not in (None, "", found.date):
        return {}
    period = shaping.period_of(params["period"])
    last = period.end - dt.timedelta(days=1)
    return {"period": f"{period.start:%Y-%m-%d}..{last:%Y-%m-%d}"}


def shape(result: ToolResult, target: Target, params: Mapping[str, Any]) -> ToolResult:
    """Return a result as ``where``, ``period``, ``tags`` and ``flatten`` ask (see `shaping`)."""
    found = find_resource(params["service"], params.get("resource") or "")
    times = [str(name) for name, dtype in result.frame.dtypes.items() if str(dtype) == UTC]
    date = params.get("date") or _date_of(found.date if found else "", times)
    shown = shaping.shape(result, target, {**params, "date": date})
    frame = shown.frame.drop(columns=_looked_at(params), errors="ignore")
    return dataclasses.replace(shown, frame=frame)


def _looked_at(params: Mapping[str, Any]) -> list[str]:
    """Return the columns that rows are chosen by, and that are not among the wanted ones."""
    chosen = params.get("columns") or ()
    if not chosen:
        return []
    columns, date = _columns_of(params)
    wanted = shaping.names_in_query(params.get("where") or "")
    if params.get("period"):
        times = [column.name for column in columns if column.dtype == TIME]
        wanted.add(params.get("date") or _date_of(date, times))
    if params.get("tags"):
        wanted.add("tags")
    return [c.name for c in columns if c.name in wanted and c.name not in chosen]


def _columns_of(params: Mapping[str, Any]) -> tuple[Sequence[Column], str]:
    """Return all columns an export can have, and the one that ``period`` looks at."""
    found = find_resource(params["service"], params.get("resource") or "")
    if found:
        return found.columns, found.date
    model = models.find_operation(params["service"], params["operation"])
    return layout_of(params["service"], model.name, params.get("rows") or "").columns, ""


def more_params(params: Mapping[str, Any]) -> tuple[Param, ...]:
    """
    Return the inputs of the chosen operation that are not in `params` already.

    Or what the chosen resource can be asked for.

    Raises:
        UnknownNameError: no such service or operation.
    """
    if not params.get("operation"):
        resource = find_resource(params.get("service") or "", params.get("resource") or "")
        return resource.params if resource else ()
    given = {models.plain_name(name) for name in params.get("params") or {}}
    found = input_params(params["service"], params["operation"])
    return tuple(param for param in found if models.plain_name(param.name) not in given)


def permissions_of(params: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the IAM actions an export needs, in the order they are used."""
    if found := find_resource(params["service"], params.get("resource") or ""):
        if found.needs:
            find = import_target(found.needs, what=found.tool_name)
            return tuple(find({**params, **asked(params)}))
        return found.permissions
    return (models.iam_action(params["service"], params["operation"]),)


def timeout_of(params: Mapping[str, Any]) -> dt.timedelta | None:
    """Return how long a call may take that reads for long; None: as long as any other."""
    found = find_resource(params["service"], params.get("resource") or "")
    return found.timeout if found else None


def service_values(params: Mapping[str, Any]) -> list[str]:
    """Return the services, for completion."""
    return models.services()


def resource_values(params: Mapping[str, Any]) -> list[str]:
    """Return the curated resources of the service given so far, for completion."""
    return models.resources(params.get("service") or "")


def column_values(params: Mapping[str, Any]) -> list[str]:
    """Return the columns of the resource given so far, for completion."""
    found = find_resource(params.get("service") or "", params.get("resource") or "")
    return [column.name for column in found.columns] if found else []


def operation_values(params: Mapping[str, Any]) -> list[str]:
    """Return the reads of the service given so far, for completion."""
    return _operations_that_are(params.get("service"), Access.READ, Access.SENSITIVE_READ)


def allow_values(params: Mapping[str, Any]) -> list[str]:
    """Return the sensitive reads of the service given so far, for completion."""
    return _operations_that_are(params.get("service"), Access.SENSITIVE_READ)


def _operations_that_are(service: str | None, *access: Access) -> list[str]:
    if service not in models.services():
        return []
    names = models.operation_names(service)
    return [name for name in names if access_of(service, name) in access]


def _check_columns(params: Mapping[str, Any]) -> None:
    """Refuse columns that are not there, and views that cannot be made of those that are."""
    columns, date = _columns_of(params)
    known = {column.name: column for column in columns}
    chosen = params.get("columns") or ()
    for name in chosen:
        if name not in known:
            raise unknown_name("column", name, known, next_steps=[shaping.columns_step(known)])
    times = [column.name for column in columns if column.dtype == TIME]
    date = params.get("date") or _date_of(date, times)
    left = list(columns)
    if chosen:
        names = dict.fromkeys(
            (*chosen, *_looked_at(params), *(times if params.get("period") else ()))
        )
        left = [known[name] for name in names]
    if NOT_KNOWN in known and known[NOT_KNOWN] not in left:
        left.append(known[NOT_KNOWN])
    shaping.check_shape(left, {**params, "date": date})


def _date_of(date: str, times: Sequence[str]) -> str:
    """Return the column ``period`` looks at when nobody says: the resource's, or the only one."""
    if date in times:
        return date
    return times[0] if len(times) == 1 else ""


def _check_resource(service: str, resource: str, params: Mapping[str, Any]) -> Resource:
    found = find_resource(service, resource)
    if found is None:
        known = models.resources(service)
        steps = [models.HELP_STEP]
        if meant := models.suggest_operation(service, resource):
            steps.insert(0, f"Any read works as well: operation={meant}.")
        raise unknown_name("resource", resource, known, of=service, next_steps=steps)
    known_inputs = [param.name for param in found.params]
    inputs = [*_inputs(params), *(name for name in ("rows", "allow") if params.get(name))]
    if unknown := [name for name in inputs if name not in known_inputs]:
        if known_inputs:
            raise unknown_name("parameter", unknown[0], known_inputs, of=found.tool_name)
        raise ParameterError(
            f"The resource {service} {resource} takes no {unknown[0]}: it is exported whole.",
            next_steps=["where= and columns= choose what is shown; operation= takes inputs."],
        )
    if found.check:
        import_target(found.check, what=found.tool_name)({**params, **asked(params)})
    return found


def _one_of_two(service: str, *, has_both: bool) -> ParameterError:
    known = ", ".join(models.resources(service))
    return ParameterError(
        f"aws_export takes resource= or operation=, not {'both' if has_both else 'neither'}.",
        next_steps=[
            f"resource= is one of {known}." if known else f"{service} has no curated resource yet.",
            f"operation= is any read of {service}, in snake case.",
        ],
    )


def _inputs(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs of the operation, those in the mapping `params` and those by name."""
    by_name = {n: value for n, value in params.items() if n not in (*_OWN, *_VIEWS)}
    return {**(params.get("params") or {}), **by_name}


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
