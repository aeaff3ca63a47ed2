"""
What the SDK's endpoint rules begin with, put together for less of the time, and the same.

For each request botocore asks of each of up to 17 parameters the operation, the inputs, the client
and its own settings for a value: 30 to 100 us. Where a value can come from is the operation's, so
it is found out once. The rules themselves stay botocore's, as do its event, by which handlers
change their settings, and its memory of what they gave.

Of S3 it goes by all parameters, and evaluating the rules for a bucket takes 0.5 ms. Some tell
directory buckets and access points apart alone, and differ by operation: for other buckets they
are left out, and the rules are evaluated once a bucket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PARTS: Final = (
    "_client_context",
    "_get_client_context_params",
    "_get_customized_builtins",
    "_get_dynamic_context_params",
    "_get_provider_params",
    "_get_static_context_params",
    "_param_definitions",
    "_register_endpoint_feature_ids",
    "_resolve_param_as_builtin",
    "_service_model",
)
"""What a resolver of botocore has. One without them stays as it is."""
_KEPT: Final = "_aibrain_sources"
_BUCKET: Final = "Bucket"
_OF_OTHERS: Final = (
    "DisableAccessPoints",
    "DisableS3ExpressSessionAuth",
    "UseS3ExpressControlEndpoint",
)
"""What the rules ask for only of directory buckets, ARNs and requests without a bucket."""


class _Source(NamedTuple):
    """
    Where a parameter comes from: its `value`, of the operation; else the input `member`; else the
    client's `own`; else botocore's setting `builtin`.
    """

    name: str
    value: Any
    member: str
    own: Any
    builtin: str


def resolve_for_less(resolver: Any) -> None:
    """Have an SDK ``EndpointRulesetResolver`` (None: a service has none) take less time."""
    if resolver is None or not all(hasattr(resolver, name) for name in _PARTS):
        return
    # Of the class: a copy of a resolver that was changed here would ask the first one.
    given: Callable[..., dict[str, Any]] = type(resolver)._get_provider_params
    # The copies that are its views share it: what is found out is the same in every region.
    sources: dict[str, list[_Source] | None] = vars(resolver).setdefault(_KEPT, {})

    def params_of(
        operation_model: Any, call_args: Mapping[str, Any], request_context: Any
    ) -> dict[str, Any]:
        name = operation_model.name
        if name not in sources:
            sources[name] = _sources(resolver, operation_model)
        known = sources[name]
        if known is None:
            return given(resolver, operation_model, call_args, request_context)
        settings = resolver._get_customized_builtins(operation_model, call_args, request_context)
        found = {}
        for param, value, member, own, builtin in known:
            if value is None and member:
                value = call_args.get(member)
            if value is None:
                value = own
            if value is None and builtin:
                value = settings.get(builtin)
                if callable(value):
                    value = value()
            if value is not None:
                found[param] = value
                resolver._register_endpoint_feature_ids(param, value)
        if is_s3 and _is_plain(found.get(_BUCKET)):
            for param in _OF_OTHERS:
                found.pop(param, None)
        return found

    is_s3 = resolver._service_model.service_name == "s3"
    resolver._get_provider_params = params_of


def _is_plain(bucket: Any) -> bool:
    """Tell whether it is no directory bucket (``…--x-s3``), no access point, no ARN."""
    return type(bucket) is str and "--" not in bucket and ":" not in bucket


def _sources(resolver: Any, model: Any) -> list[_Source] | None:
    """Return the parameters that can have a value, in order; None: botocore has to find them."""
    if getattr(model, "operation_context_parameters", True):
        return None  # found in the inputs by an expression
    static = resolver._get_static_context_params(model)
    members = resolver._get_dynamic_context_params(model)
    variables = resolver._get_client_context_params()
    found = []
    for name, definition in resolver._param_definitions.items():
        if definition.builtin is not None:
            resolver._resolve_param_as_builtin(definition.builtin, {})  # raises for an unknown one
        variable = variables.get(name)
        own = resolver._client_context.get(variable) if variable else None
        source = _Source(
            name, static.get(name), members.get(name, ""), own, definition.builtin or ""
        )
        if any(part is not None and part != "" for part in source[1:]):
            found.append(source)
    return found
