"""Redact: what must not reach the model is taken out as it enters."""

import dataclasses
import re
from collections.abc import Callable, Mapping

from ..events import Event
from ..exceptions import SettingError
from ..plain import JSON
from ..threads import Thread
from .policy import telling


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Redact:
    """Replaces what matches a pattern by its name, as in `[redacted: api_key]`, in every event.

    Works on each text inside the data, keys included, and inside `raw`. What is taken out does not
    come back through `restore`; the log has it.

    Attributes:
        patterns: Names and the regular expressions that they stand for, applied in this order; or
            a callable of your own, text -> text.

    Raises:
        SettingError: If a pattern is no regular expression.

    >>> redact = Redact({"api_key": r"sk-[a-z0-9]+"})
    >>> redact(Event("user", {"note": "use sk-31f0 for it"}), Thread()).data
    {'note': 'use [redacted: api_key] for it'}
    """

    patterns: Mapping[str, str | re.Pattern[str]] | Callable[[str], str]

    def __post_init__(self) -> None:
        if callable(self.patterns):
            return
        given: object = self.patterns
        if not isinstance(given, Mapping):
            reason = (
                'it must be a mapping of names to patterns, such as {"api_key": r"sk-\\w+"}, or a callable'
            )
            raise SettingError("Redact.patterns", given, reason)
        for name, pattern in self.patterns.items():
            try:
                re.compile(pattern)
            except (re.error, TypeError) as error:
                raise SettingError(
                    f"Redact.patterns[{name!r}]", pattern, f"not a regular expression: {error}"
                ) from None

    def __call__(self, event: Event, thread: Thread) -> Event:
        """Give the event without what must not be seen."""
        data, raw = self._cleaned(event.data), self._cleaned(event.raw)
        if data is event.data:
            return event if raw is event.raw else event.having(raw=raw)
        return event.having(data=data, raw=raw)

    def _cleaned(self, value: JSON) -> JSON:
        """Give the value without it; the same object where nothing is found."""
        if isinstance(value, str):
            text = self._text(value)
            return value if text == value else text
        if isinstance(value, list):
            items = [self._cleaned(item) for item in value]
            return value if all(new is old for new, old in zip(items, value, strict=True)) else items
        if isinstance(value, dict):
            return self._object(value)
        return value

    def _object(self, value: dict[str, JSON]) -> dict[str, JSON]:
        result: dict[str, JSON] = {}
        for key, item in value.items():
            name = self._text(key)
            while name in result:  # two keys that differed only in what was taken out
                name += "'"
            result[name] = self._cleaned(item)
        same = all(
            name == key and result[name] is value[key] for name, key in zip(result, value, strict=True)
        )
        return value if same else result

    def _text(self, text: str) -> str:
        if callable(self.patterns):
            return self.patterns(text)
        for name, pattern in self.patterns.items():
            text = re.sub(pattern, f"[redacted: {name}]".replace("\\", r"\\"), text)
        return text

    def __hash__(self) -> int:
        return hash(self.patterns if callable(self.patterns) else tuple(self.patterns))

    __repr__ = telling
