"""Text that a notebook shows as Markdown and Python uses as text."""


class Markdown(str):
    """
    Markdown: rendered where it is a cell's value, plain text everywhere else.

    It is a `str`, so it can be written to a file as it is.
    """

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        """Return the text itself: what a terminal shows."""
        return str(self)
