"""A tool that needs something which is not installed."""

import a_package_that_does_not_exist  # noqa: F401


def moons(ctx):
    """Never reached."""
