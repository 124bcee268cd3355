"""The lines of a file as JSON values: JSON Lines, or one document over many lines."""

import dataclasses
import json
from collections.abc import Iterable, Iterator

from ..exceptions import ReadError, why_no_json
from ..plain import JSON

_BLANK = " \t\r\n"
_BOM = b"\xef\xbb\xbf"


@dataclasses.dataclass(slots=True)
class Lines:
    """The lines of a file as JSON values, and the errors that they are cause of."""

    file: Iterable[bytes]
    name: str

    def __iter__(self) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(self.file, start=1):
            if not isinstance(line, bytes):
                raise self.error("it is open for text; open it for bytes, with mode 'rb'", number)
            try:
                yield number, line.removeprefix(_BOM if number == 1 else b"").decode()
            except UnicodeDecodeError as error:
                raise self.error(
                    f"not UTF-8: byte 0x{line[error.start]:02x}, column {error.start + 1}", number
                ) from None

    def error(self, reason: str, line: int | None = None) -> ReadError:
        """Make the error of a line."""
        return ReadError(reason, source=self.name, line=line)

    def values(self) -> Iterator[tuple[int, JSON]]:
        """Give each value with its line; a document that goes over many lines is one value."""
        lines = iter(self)
        rest: Iterable[tuple[int, str]] | None = lines
        for number, text in lines:
            if text.strip(_BLANK):
                yield number, self._parsed(text, number, rest)
                rest = None  # only the first value may be a document of many lines

    def _parsed(self, text: str, line: int, rest: Iterable[tuple[int, str]] | None) -> JSON:
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            ends = error.pos >= len(text.rstrip(_BLANK))
            if not ends or rest is None:
                cut = ends or error.msg.startswith("Unterminated string")
                reason = "the JSON ends too early, as if cut off" if cut else "not JSON"
                why, within = why_no_json(error)
                raise self.error(f"{reason}: {why}", line + within - 1) from None
        except RecursionError:
            raise self.error("the JSON is nested too deeply; flatten it", line) from None
        except ValueError as error:  # a whole number of more digits than Python reads
            raise self.error(f"not JSON: {error}", line) from None
        return self._parsed(text + "".join(more for _, more in rest), line, None)
