"""What an engine says of a run besides how each call ended: for its notes and its provenance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

LOCAL: Final = "local"
PROCESSES: Final = "processes"
DASK: Final = "dask"
ENGINES: Final = (LOCAL, PROCESSES, DASK)


@dataclass(slots=True)
class Report:
    """
    How a run was divided.

    `engine` is one of `ENGINES`, `why` who chose it, `workers` the processes that answered and how
    many calls each, `stayed` why calls were made in this kernel (and how many), `begun_twice` the
    calls that began more than once, by label, `facts` what the engine knows of its workers
    (versions, identities).
    """

    engine: str = LOCAL
    why: str = ""
    workers: dict[str, int] = field(default_factory=dict)
    stayed: dict[str, int] = field(default_factory=dict)
    begun_twice: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of it, one line each."""
        found = [
            f"{_calls(count)} made in this kernel: {why}." for why, count in self.stayed.items()
        ]
        if self.begun_twice:
            some = ", ".join(self.begun_twice[:3])
            more = f" and {len(self.begun_twice) - 3:,} more" if len(self.begun_twice) > 3 else ""
            found.append(
                f"{_calls(len(self.begun_twice))} begun twice, as a worker was lost: {some}{more}. "
                "The first answer of each is kept."
            )
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON data, for the provenance; of the local engine its name alone."""
        if self.engine == LOCAL:
            return {"name": LOCAL}
        return {
            "name": self.engine,
            "why": self.why,
            "workers": dict(sorted(self.workers.items())),
            "in_this_kernel": dict(self.stayed),
            "begun_twice": list(self.begun_twice),
            **self.facts,
        }


def _calls(count: int) -> str:
    return "1 call was" if count == 1 else f"{count:,} calls were"
