"""
``aws_export``: one resource or one operation of AWS as a frame.

A resource is curated, with the columns auditors ask for (``aws/resources/``); an
operation is generic, any read of any service as the API gives it
(``aws/operations/export.py``). Everything that can be wrong in a cell is found by
`AwsExport.check`, before anything is sent; the read-only guard is on the clients all the same.
"""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from aibrain_jupyter.aws.accounts.targets import AwsTargets
from aibrain_jupyter.aws.answers.secrets import revealed_names
from aibrain_jupyter.aws.clients.current_call import aws_call
from aibrain_jupyter.aws.clients.guard import (
    allowed_names,
    check_access,
    refuse_what_is_never_sent,
)
from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.aws.clients.reads import remark_on
from aibrain_jupyter.aws.operations import models
from aibrain_jupyter.aws.operations.export import export_operation, refuse_stream
from aibrain_jupyter.aws.operations.inputs import input_params, request_of
from aibrain_jupyter.aws.provider import AWS
from aibrain_jupyter.aws.resources.reference import calls_of, reference_of_all, reference_page
from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import declared_in, find_resource, resource_names
from aibrain_jupyter.shared.base_tool import CallContext, ToolHandler, ToolResult, import_target
from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name
from aibrain_jupyter.shared.frames.stack import UTC
from aibrain_jupyter.shared.tools.handler import CallLabels, Reference
from aibrain_jupyter.tool_executors import views
from aibrain_jupyter.tool_executors.aws.keys import key_of
from aibrain_jupyter.tool_executors.aws.populations import (
    TIMEOUT,
    calls_of_population,
    check_population,
    moments_of,
    permissions_of,
    population_note,
    population_of,
    population_source,
    with_population,
)
from aibrain_jupyter.tool_executors.aws.views import (
    asked,
    check_columns,
    columns_of,
    date_of,
    in_order,
    looked_at,
    one_of_two,
)
from aibrain_jupyter.tool_executors.base_executor import BaseExecutor

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.aws.resources.table import Resource
    from aibrain_jupyter.aws.target import AwsTarget
    from aibrain_jupyter.shared.coverage import Target
    from aibrain_jupyter.shared.frames.row_key import RowKey
    from aibrain_jupyter.shared.tools.handler import Finding
    from aibrain_jupyter.shared.tools.params import Param
    from aibrain_jupyter.shared.tools.totals import ControlTotal

_WHERE: Final = "region"
_OWN: Final = ("service", "resource", "operation", "params", "rows", "allow", "reveal", "columns")
_POPULATION: Final = ("population", "population_trail")
_VIEWS: Final = ("where", "period", "date", "tags", "flatten", *_POPULATION)


class AwsExecutor(BaseExecutor):
    """
    Runs AWS tools directly, on one profile and one region.

    Args:
        profile: A configured or session profile; empty: the configured one, else the default
            credential chain.

        region: A region name; empty: the configured one, else the profile's own.
    """


class AwsExport(ToolHandler):
    """The handler of ``aws_export`` and of the tools of the curated resources."""

    provider: ClassVar = AWS
    where_it_may_run: ClassVar = ("local", "processes", "dask")

    def run(
        self,
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
        population: str = "",
        population_trail: str = "",
        **inputs: Any,
    ) -> ToolResult:
        """
        Export one resource or the answer of one operation from one account and region.

        The parameters are those of ``aws_export`` (``builtin_tools.py``), `period` and `population`
        as `asked` gives them. `inputs` are inputs of the operation by name, besides those in
        `params`; of a resource, what it can be asked for. Details of a resource that fill none of
        the wanted `columns` are not asked.

        Returns:
            The rows; columns as documented by the resource or by `export_operation`.

        Raises:
            InputError: what `check` would have refused.
            ProviderError: the provider refused or failed.
        """
        own = {"service": service, "resource": resource, "operation": operation, "rows": rows}
        lists = {"allow": allow, "reveal": reveal, "columns": columns}
        told = {"population": population, "population_trail": population_trail}
        given = {**own, "params": params, **lists, "period": period, **told, **inputs}
        self.check(given)
        call = aws_call(ctx)
        call.allowed |= allowed_names(service, allow)
        call.revealed |= revealed_names(reveal) if reveal else frozenset()
        if found := find_resource(service, resource):
            if columns:  # where a row is, it says itself: a chosen column must not change that
                columns = (*columns, *(c.name for c in found.columns if c.name == _WHERE))
            ctx.columns = frozenset(columns) or None
            if population and (came := population_of(given)):
                moments = moments_of(population)
                from aibrain_jupyter.aws.resources.populations.export import export_population

                result = export_population(found, came, ctx, moments, trail=population_trail)
                return in_order(result, columns)
            wanted = {"period": period} if found.reads_period else {}
            listing = partial(export_resource, found, ctx, **_inputs(given), **wanted)
            if not ctx.wants_totals:
                return in_order(listing(), columns) if columns else listing()
            from aibrain_jupyter.aws.resources.totals.counted import counted

            return in_order(counted(found, ctx, listing), columns)
        request = request_of(service, operation, _inputs(given))
        result = export_operation(ctx, service, operation, request, rows=rows)
        if remark := remark_on(service, operation):
            result = dataclasses.replace(result, notes=(*result.notes, remark))
        return in_order(result, columns)

    def check(self, params: Mapping[str, Any]) -> None:
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
        if params.get("reveal"):
            revealed_names(params["reveal"])
        if bool(resource) == bool(operation):
            raise one_of_two(service, has_both=bool(resource))
        if resource:
            _check_resource(service, resource, params)
        if any(params.get(name) for name in _POPULATION):
            check_population(params)
        if resource:
            if any(params.get(name) for name in ("columns", *_VIEWS)):
                check_columns(params)
            return
        model = models.find_operation(service, operation)
        allowed = allowed_names(service, params.get("allow") or ())
        check_access(service, model.name, allowed=allowed)
        refuse_stream(service, model)
        check_columns(params)
        request = request_of(service, model.name, _inputs(params))
        check_access(service, model.name, allowed=allowed, params=request)

    def asked(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """
        Return what the code of an export gets of the views.

        With ``columns`` these are also the columns that rows are chosen by. A resource that reads a
        period gets it in days: the same period is the same request, whatever a fiscal year is.
        """
        return asked(params)

    def shape(self, result: ToolResult, target: Target, params: Mapping[str, Any]) -> ToolResult:
        """Return a result as ``where``, ``period``, ``tags`` and ``flatten`` ask (see `views`)."""
        found = _resource(params)
        times = [str(name) for name, dtype in result.frame.dtypes.items() if str(dtype) == UTC]
        date = params.get("date") or date_of(found.date if found else "", times)
        columns, _ = columns_of(params)
        shown = views.shape(result, target, {**params, "date": date}, columns)
        frame = shown.frame.drop(columns=looked_at(params), errors="ignore")
        notes = (population_note(params),) if params.get("population") else ()
        return dataclasses.replace(shown, frame=frame, notes=(*shown.notes, *notes))

    def more_params(self, params: Mapping[str, Any]) -> tuple[Param, ...]:
        """
        Return the inputs of the chosen operation that are not in `params` already.

        Or what the chosen resource can be asked for.

        Raises:
            UnknownNameError: no such service or operation.
            OperationRefusedError: it can never be sent, so its inputs are not asked for.
        """
        if not params.get("operation"):
            resource = _resource(params)
            return resource.params if resource else ()
        if not params.get("service"):
            return ()  # Tab asks while it is not written yet
        given = {models.plain_name(name) for name in params.get("params") or {}}
        found = input_params(params["service"], params["operation"])
        model = models.find_operation(params["service"], params["operation"])
        refuse_what_is_never_sent(params["service"], model.name)
        return tuple(param for param in found if models.plain_name(param.name) not in given)

    def source(self, params: Mapping[str, Any]) -> list[str]:
        """Return the modules of this handler and of the resource: its declaration, its own code."""
        resource = _resource(params)
        own = [type(self).__module__]
        if resource is None:
            return [*own, export_operation.__module__]
        code = resource.function.partition(":")[0] or export_resource.__module__
        told = population_source() if params.get("population") else ()
        return [*own, declared_in(resource), code, *told]

    def labels(self, name: str, params: Mapping[str, Any]) -> CallLabels:
        """Return ``iam users`` and its like."""
        service = str(params.get("service") or "")
        what = str(params.get("resource") or params.get("operation") or "")
        title = " ".join(word for word in (service, what) if word)
        return CallLabels(title or name, service, (what,) if what else ())

    def permissions(self, params: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the IAM actions an export needs, in the order they are used."""
        if found := _resource(params):
            if found.needs:
                find = import_target(found.needs, what=found.tool_name)
                return tuple(find({**params, **asked(params)}))
            came = population_of(params) if params.get("population") else None
            more = permissions_of(came, params) if came else ()
            return tuple(dict.fromkeys((*found.permissions, *more)))
        return (models.iam_action(params["service"], params["operation"]),)

    def total_permissions(self, params: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the IAM actions that the control totals of a curated resource need."""
        from aibrain_jupyter.aws.resources.totals.table import actions_of

        found = _resource(params)
        return actions_of(found) if found else ()

    def totals(
        self, ctx: CallContext, params: Mapping[str, Any], frame: pd.DataFrame
    ) -> tuple[ControlTotal, ...]:
        """Return the control totals of rows of a curated resource that were collected before."""
        from aibrain_jupyter.aws.resources.totals.counted import counted_later

        found = _resource(params)
        return counted_later(found, ctx, frame) if found else ()

    def roll_call(
        self, ctx: CallContext, asked: Sequence[Target], patterns: Sequence[str]
    ) -> tuple[ControlTotal, ...]:
        """Return whether every enabled region was asked."""
        from aibrain_jupyter.aws.resources.totals.roll_call import roll_call

        ctx.clients = ctx.clients or get_client_pool()
        return roll_call(ctx, asked, patterns)

    def timeout(self, params: Mapping[str, Any]) -> dt.timedelta | None:
        """Return how long a call may take that reads for long; None: as long as any other."""
        found = _resource(params)
        if params.get("population"):
            return TIMEOUT
        return found.timeout if found else None

    def targets(self, params: Mapping[str, Any], finding: Finding) -> AwsTargets:
        """Return what finds accounts and regions."""
        clients = AWS.offline_clients() if finding.is_offline else get_client_pool()
        return AwsTargets(params, clients=clients, cache=finding.cache, fresh=finding.is_fresh)

    def known_targets(
        self,
        params: Mapping[str, Any],
        finding: Finding,
        accounts: Sequence[str],
        profile: str,
        regions: Sequence[str],
    ) -> list[AwsTarget] | None:
        """Return the targets of profiles whose identity is known, in regions named one by one."""
        return self.targets(params, finding).known(accounts, profile, regions)

    def reference(self, params: Mapping[str, Any]) -> Reference:
        """Return columns, calls and traps of a curated resource; the call of an operation."""
        if resource := _resource(params):
            calls = calls_of(resource)
            if params.get("population") and (came := population_of(params)):
                calls += calls_of_population(came, params)
                traps = (*resource.traps, *came.traps)
                return Reference(with_population(resource.columns), calls, traps)
            return Reference(resource.columns, calls, resource.traps)
        if not (params.get("service") and params.get("operation")):
            return Reference()
        name = models.find_operation(params["service"], params["operation"]).name
        return Reference(calls=[(f"{params['service']}:{name}", "once per page", "")])

    def key(self, params: Mapping[str, Any]) -> RowKey:
        """Return what tells one row from another, where a declaration or a model says it."""
        return key_of(params)

    def page(self, params: Mapping[str, Any] | None) -> str | None:
        """Return the reference page of a curated resource, or of all."""
        if params is None:
            return reference_of_all()
        resource = _resource(params)
        return reference_page(resource) if resource else None


EXPORT: Final = AwsExport()


def _resource(params: Mapping[str, Any]) -> Resource | None:
    return find_resource(params.get("service") or "", params.get("resource") or "")


def _check_resource(service: str, resource: str, params: Mapping[str, Any]) -> Resource:
    found = find_resource(service, resource)
    if found is None:
        known = resource_names(service)
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


def _inputs(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs of the operation, those in the mapping `params` and those by name."""
    by_name = {n: value for n, value in params.items() if n not in (*_OWN, *_VIEWS)}
    return {**(params.get("params") or {}), **by_name}
