"""What a verb has to say, as data: what it did, or what the user should know."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """
    A `title` and `lines` below it. A warning is marked as one.

    A line ``command: what it does`` or ``Try: command`` has its command marked.
    """

    title: str
    lines: tuple[str, ...] = ()
    is_warning: bool = False
