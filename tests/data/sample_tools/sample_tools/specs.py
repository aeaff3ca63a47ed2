"""The specs of this package: data only, so that reading them imports no code."""

import datetime as dt

from aibrain_jupyter.shared.base_tool import Param, ToolSpec

PLANETS = ToolSpec(
    name="sample_planets",
    summary="Planets, one row per planet.",
    handler="sample_tools.tools:planets",
    params=(Param("limit", int, "how many planets, counted from the sun", default=8),),
    positional=("limit",),
    group="sample",
    ttl=dt.timedelta(minutes=5),
)

MANY = (
    ToolSpec(
        name="sample_moons",
        summary="Moons; its code needs a package that does not exist.",
        handler="sample_tools.moons:moons",
        group="sample",
        extra="",
    ),
    ToolSpec(
        name="sample_faulty",
        summary="A tool whose target has a typing error in its name.",
        handler="sample_tools.tools:planetz",
        group="sample",
    ),
)
