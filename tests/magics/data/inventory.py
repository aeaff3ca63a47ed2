"""A tool whose things a test puts into places, changes, and has refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aibrain_jupyter.shared.base_tool import Param, ToolHandler, ToolResult, ToolSpec
from aibrain_jupyter.shared.coverage import Target
from aibrain_jupyter.shared.error_handler import PermissionDeniedError
from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, TEXT, Column
from aibrain_jupyter.shared.frames.row_key import RowKey
from aibrain_jupyter.shared.tools.handler import Reference
from aibrain_jupyter.shared.tools.provider import Provider
from aibrain_jupyter.tool_executors import views

COLUMNS = (
    Column("id", TEXT, "id"),
    Column("is_open", FLAG, "whether it is open"),
    Column("seen", COUNT, "times it was seen", changes_by_itself=True),
)
things = {}
refused = set()
asked = []


@dataclass(frozen=True, slots=True)
class Room(Target):
    """A room of a house."""

    PARTS: ClassVar = {"house": "house", "room": "room"}

    house: str = ""
    room: str = ""


class Resolver:
    """All rooms there are, or those that are named."""

    notes = ()

    def profiles(self, accounts, profile):
        return list(accounts or ("home",))

    def of_profile(self, profile, regions, ctx):
        return [
            (Room(house=profile, room=r, profile=profile, identity="me"), None)
            for r in things
            if not regions or r in regions
        ]


houses = ["home"]


class Houses(Provider):
    """Whose tool it is."""

    name = "houses"

    def names(self, kind, given):
        return tuple(houses) if kind == "profile" else ()


class Inventory(ToolHandler):
    """The things of a room."""

    provider = Houses()

    def key(self, params):
        return RowKey.of("id")

    def targets(self, params, finding):
        return Resolver()

    def reference(self, params):
        return Reference(COLUMNS)

    def shape(self, result, target, params):
        return views.shape(result, target, params, COLUMNS)

    def run(self, ctx, *, where=""):
        room = ctx.target.room
        asked.append(room)
        if room in refused:
            raise PermissionDeniedError(f"{room} is locked.")
        return ToolResult(
            frame_of([{"id": f"{room}-{n}", **t} for n, t in things[room].items()], COLUMNS)
        )


INVENTORY = ToolSpec(
    "inventory",
    "Things of rooms.",
    "inventory:Inventory",
    params=(Param("where", str, "which of them", default="", is_view=True),),
    places=("house", "room"),
)
