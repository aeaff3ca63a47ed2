"""
A parameter of a tool: one declaration behind parsing, help, completion and JSON Schema.

The errors are imported where they are raised: ``%load_ext`` needs the settings, which are
declared with this, and importing the errors would more than double what loading costs.
"""

import enum
from dataclasses import dataclass
from typing import Any, Final, NoReturn


class _Required(enum.Enum):
    REQUIRED = "required"

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Final = _Required.REQUIRED
"""The default of a parameter that has none (None is a value)."""

_JSON_TYPES: dict[type, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    dict: "object",
    list: "array",
}
_KINDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "a mapping",
    list: "a list",
}
_MOST_CHOICES = 20
_TOO_LARGE = 1e100
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class Param:
    """
    One parameter.

    Args:
        name: What the user writes as the key.

        type: ``str``, ``int``, ``float``, ``bool``, ``dict``, ``list``; ``object`` for any value.

        help: One line, lower case, no full stop.

        default: The value when it is not given; `REQUIRED` when it must be.

        choices: The allowed values; empty for any.

        many: Whether it takes a list of `type` (a comma-separated text is split).

        values: ``module:function`` called with the parameters given so far; returns the values
            completion offers. Imported on Tab, never before.

        is_view: Whether it only says what is shown of a result (`ToolSpec.shape`): it is applied
            after the cache, and the tool's code does not get it.
    """

    name: str
    type: type
    help: str
    default: Any = REQUIRED
    choices: tuple[str, ...] = ()
    many: bool = False
    values: str = ""
    is_view: bool = False

    @property
    def is_required(self) -> bool:
        """Whether the user has to give it."""
        return self.default is REQUIRED

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of this parameter's value."""
        schema: dict[str, Any] = {}
        if json_type := _JSON_TYPES.get(self.type):
            schema["type"] = json_type
        if self.choices:
            schema["enum"] = list(self.choices)
        if self.many:
            schema = {"type": "array", "items": schema}
        if not self.is_required and self.default is not None:
            schema["default"] = list(self.default) if self.many else self.default
        return {**schema, "description": self.help}

    def parse(self, value: Any) -> Any:
        """
        Return `value` as this parameter's type. Text from a line is converted, objects that
        came in through ``$name`` are checked.

        Raises:
            ParameterError: the value does not fit.
            UnknownNameError: the value is not one of `choices`.
        """
        if self.type is object and not self.many:
            return self._parse_one(value)
        if type(value) is not str or not value.isascii():
            value = self._plain(value)
        if not self.many:
            return self._parse_one(value)
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        return [self._parse_one(item) for item in (value if isinstance(value, list) else [value])]

    def _plain(self, value: Any) -> Any:
        from aibrain_jupyter.shared.tools.plain_values import NotPlainError, plain

        try:
            return plain(value)
        except NotPlainError as exc:
            self._refuse(value, str(exc))

    def _parse_one(self, value: Any) -> Any:
        parsed = self._convert(value)
        if self.choices and parsed not in self.choices:
            from aibrain_jupyter.shared.error_handler import unknown_name

            names = [str(choice) for choice in self.choices]
            steps = [f"Write one of: {', '.join(names[:_MOST_CHOICES])}."]
            raise unknown_name(f"value for {self.name}", str(value), names, next_steps=steps)
        return parsed

    def _convert(self, value: Any) -> Any:
        if self.type is object or (value is None and self.default is None):
            return value
        if self.type is bool:
            if isinstance(value, str) and value.lower() in _WORDS:
                return _WORDS[value.lower()]
            if isinstance(value, bool):
                return value
        elif self.type is str:
            # YAML reads 012345678901 and 2026-01-01 as a number and a date: an account id or a
            # day written without quotes must not lose its zeros, so the text forms are accepted
            # only where nothing can be lost.
            if isinstance(value, str):
                return value
            if isinstance(value, int) and not isinstance(value, bool):
                return str(value)
            if hasattr(value, "isoformat"):
                return str(value.isoformat())
        elif self.type in (int, float):
            try:
                number = self.type(value) if not isinstance(value, bool) else self._refuse(value)
            except (TypeError, ValueError, OverflowError):
                self._refuse(value)
            # int() cuts 5.7 down to 5: that is not what was asked for. NaN is no number here.
            if abs(number) < _TOO_LARGE and (isinstance(value, str) or number == value):
                return number
        elif isinstance(value, self.type):
            return value
        return self._refuse(value)

    def _refuse(self, value: Any, reason: str = "") -> NoReturn:
        from aibrain_jupyter.shared.error_handler import ParameterError
        from aibrain_jupyter.shared.texts.shown import shown

        kind = _KINDS.get(self.type, self.type.__name__)
        raise ParameterError(
            f"{self.name} takes {kind}, not {shown(value)}{reason and f': {reason}'}.",
            why=self.help,
            next_steps=[f"Write {self.name} as {kind}."],
        )
