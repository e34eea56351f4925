"""What a tool may be given: the schema that the model reads, and the check of what it gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_KINDS: dict[str, type] = {"string": str, "integer": int, "boolean": bool}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One argument. `kind` is string, integer, boolean or strings (a list of them).

    `most` bounds a number, a text's length, or the texts of a list (40 entries at most).
    """

    name: str
    about: str
    kind: str = "string"
    required: bool = False
    choices: tuple[str, ...] = ()
    most: int = 200
    least: int = 0


def schema_of(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """The JSON schema of a tool's arguments."""
    return {
        "type": "object",
        "properties": {one.name: _property(one) for one in parameters},
        "required": [one.name for one in parameters if one.required],
        "additionalProperties": False,
    }


def checked(parameters: Sequence[Parameter], given: object) -> dict[str, Any]:
    """The arguments that were given; ValueError for what the schema does not allow.

    A null is not given. Numbers and yes or no may come as text, as small models write them.
    """
    if not isinstance(given, dict):
        raise ValueError("they are a JSON object")  # noqa: TRY004 - a wrong value, not a wrong type
    known = {one.name: one for one in parameters}
    unknown = [str(name)[:50] for name in given if name not in known]
    if unknown:
        raise ValueError(f"there is no argument {', '.join(unknown)}")
    values = {
        name: _value(known[name], value) for name, value in given.items() if value is not None
    }
    missing = [one.name for one in parameters if one.required and one.name not in values]
    if missing:
        raise ValueError(f"{', '.join(missing)} must be given")
    return values


def _property(one: Parameter) -> dict[str, Any]:
    if one.kind == "strings":
        return {"type": "array", "items": {"type": "string"}, "description": one.about}
    made: dict[str, Any] = {"type": one.kind, "description": one.about}
    if one.choices:
        made["enum"] = list(one.choices)
    return made


def _value(one: Parameter, value: object) -> Any:
    if one.kind == "strings":
        return _strings(one, [value] if isinstance(value, str) else value)
    if one.kind == "integer" and isinstance(value, str) and value.strip().isdecimal():
        value = int(value.strip()[:20])
    if one.kind == "boolean" and value in ("true", "false"):
        value = value == "true"
    if type(value) is not _KINDS[one.kind]:
        raise ValueError(f"{one.name} is no {one.kind}")
    if isinstance(value, str):
        return _text(one, value)
    if one.kind == "integer" and not one.least <= int(str(value)) <= one.most:
        raise ValueError(f"{one.name} is from {one.least} to {one.most}")
    return value


def _text(one: Parameter, value: str) -> str:
    if len(value) > one.most:
        raise ValueError(f"{one.name} has more than {one.most} characters")
    if one.choices and value not in one.choices:
        raise ValueError(f"{one.name} is one of {', '.join(one.choices)}")
    return value.replace("\x00", "").strip()


def _strings(one: Parameter, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise ValueError(f"{one.name} is a list of texts")
    if len(value) > 40:
        raise ValueError(f"{one.name} has more than 40 entries")
    return tuple(filter(None, (_text(one, entry) for entry in value)))
