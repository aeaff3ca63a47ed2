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
    calls that began more than once, by label, `maybe_begun_twice` those of which that is not known,
    `fetched` how many calls an earlier run had sent (by its id) whose answers were waited for,
    `remarks` what else is to be said, `facts` what the engine knows of its workers (versions,
    identities).
    """

    engine: str = LOCAL
    why: str = ""
    workers: dict[str, int] = field(default_factory=dict)
    stayed: dict[str, int] = field(default_factory=dict)
    begun_twice: list[str] = field(default_factory=list)
    maybe_begun_twice: list[str] = field(default_factory=list)
    fetched: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of it, one line each."""
        found = [
            f"{_calls(count)} made in this kernel: {why}." for why, count in self.stayed.items()
        ]
        found += [
            f"{_calls(count)} sent by {run} and went on without its kernel: fetched, not made anew."
            for run, count in self.fetched.items()
        ]
        if self.begun_twice:
            found.append(
                f"{_calls(len(self.begun_twice))} begun twice, as a worker was lost: "
                f"{_some(self.begun_twice)}. The first answer of each is kept."
            )
        if self.maybe_begun_twice:
            count = len(self.maybe_begun_twice)
            found.append(
                f"{count:,} call{'s' * (count != 1)} may have been begun twice, as a worker was "
                f"lost before it could say so: {_some(self.maybe_begun_twice)}."
            )
        return (*found, *self.remarks)

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
            "maybe_begun_twice": list(self.maybe_begun_twice),
            "fetched": dict(self.fetched),
            **self.facts,
        }


def _some(labels: list[str]) -> str:
    more = f" and {len(labels) - 3:,} more" if len(labels) > 3 else ""
    return ", ".join(labels[:3]) + more


def _calls(count: int) -> str:
    return "1 call was" if count == 1 else f"{count:,} calls were"
