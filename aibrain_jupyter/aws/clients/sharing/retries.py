"""
Who tries again in which region: each region of a shared client has a retry quota of its own.

botocore gives a client a quota of retries, so that a service that is down is not asked ten times by
everybody. Over 17 regions that share their handlers, one region that is down would use up what the
others need, and their passing errors would become gaps.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Retries:
    """botocore's standard retries of one region, as functions of its events."""

    def __init__(self, service_model: Any, max_attempts: int) -> None:
        from botocore.retries import standard

        self._handlers: dict[str, list[Callable[..., Any]]] = {}
        # All that it asks of a client: where to register, and the name of the service.
        stub: Any = SimpleNamespace(meta=SimpleNamespace(events=self, service_model=service_model))
        standard.register_retry_handler(stub, max_attempts)

    def register(self, event_name: str, handler: Callable[..., Any], *_: Any, **__: Any) -> None:
        """Keep a handler; botocore calls this."""
        self._handlers.setdefault(event_name.partition(".")[0], []).append(handler)

    def call(self, event: str, **given: Any) -> Any:
        """Call the handlers of an event; return what the first has to say."""
        answers = [handler(**given) for handler in self._handlers.get(event, ())]
        return next((answer for answer in answers if answer is not None), None)


def retry_by_region(client: Any, retries_of: Callable[[Mapping[str, Any]], Retries]) -> None:
    """
    Replace the retries of a client.

    Args:
        client: Has been made with botocore's standard retries.

        retries_of: Gives those of the region that the context of a request is of.
    """
    events = client.meta.events
    service = client.meta.service_model.service_id.hyphenize()
    name = f"retry-config-{service}"

    def needs_retry(request_dict: Mapping[str, Any], **given: Any) -> Any:
        found = retries_of(request_dict["context"])
        return found.call("needs-retry", request_dict=request_dict, **given)

    def release(context: Mapping[str, Any], **given: Any) -> None:
        retries_of(context).call("after-call", context=context, **given)

    events.unregister(f"needs-retry.{service}", unique_id=name)
    events.register(f"needs-retry.{service}", needs_retry, unique_id=name)
    events.register(f"after-call.{service}", release, unique_id=f"aibrain-{name}")
