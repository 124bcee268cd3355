"""Tool definitions as OpenAI's models see them: types of TypeScript, written from the JSON Schema.

The format is the one that OpenAI published for its open models (harmony). What its closed models were billed
for shows that they see the same, but for a few tokens around it.
"""

from ..plain import JSON
from .tallies import compact, fields, items, text_of

_MOST = 10_000  # types that are written of one tool: references can multiply without end


def signature(name: str, description: str, parameters: JSON) -> str:
    r"""Write one tool.

    >>> print(signature("get_weather", "Get the weather.", {
    ...     "type": "object", "required": ["city"],
    ...     "properties": {"city": {"type": "string", "description": "Where."}, "days": {"type": "integer"}},
    ... }))
    // Get the weather.
    type get_weather = (_: {
    // Where.
    city: string,
    days?: number,
    }) => any;
    """
    schema = fields(parameters)
    comment = _comment(description) + _comment(text_of(schema.get("description")))
    if not fields(schema.get("properties")):
        return f"{comment}type {name} = () => any;"
    return f"{comment}type {name} = (_: {{\n{_Writer(schema).properties(schema, ())}}}) => any;"


def _comment(text: str) -> str:
    return "".join(f"// {line}\n" for line in text.splitlines())


class _Writer:
    """Writes the types of one schema, whose definitions are looked up in it."""

    def __init__(self, root: dict[str, JSON]) -> None:
        self.root = root
        self.left = _MOST

    def properties(self, schema: dict[str, JSON], inside: tuple[str, ...]) -> str:
        """Write an object's properties, a line each, inside of these references."""
        required = {name for name in items(schema.get("required")) if isinstance(name, str)}
        lines = []
        for name, given in fields(schema.get("properties")).items():
            each, within = self._found(given, inside)
            mark = "" if name in required else "?"
            default = f" // default: {compact(each['default'])}" if "default" in each else ""
            comment = _comment(text_of(each.get("description")))
            lines.append(f"{comment}{name}{mark}: {self._type(each, within)},{default}\n")
        return "".join(lines)

    def _found(self, given: JSON, inside: tuple[str, ...]) -> tuple[dict[str, JSON], tuple[str, ...]]:
        """Follow a reference within the schema; one that it stands in already leads to nothing."""
        schema = fields(given)
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema, inside
        if reference in inside or not reference.startswith("#"):
            return {}, inside
        node: JSON = self.root
        for step in reference[1:].split("/")[1:]:
            node = fields(node).get(step)
        return {**fields(node), **schema}, (*inside, reference)

    def _type(self, schema: dict[str, JSON], inside: tuple[str, ...]) -> str:
        self.left -= 1
        if self.left < 0 or len(inside) > 50:
            return "any"
        if "enum" in schema or "const" in schema:
            return " | ".join(map(compact, items(schema.get("enum")) or [schema.get("const")]))
        for key in ("anyOf", "oneOf", "allOf"):
            if options := items(schema.get(key)):
                return " | ".join(self._type(*self._found(option, inside)) for option in options)
        kind = schema.get("type")
        if isinstance(kind, list):
            return " | ".join(self._type({**schema, "type": each}, inside) for each in kind)
        return self._named(kind, schema, inside)

    def _named(self, kind: JSON, schema: dict[str, JSON], inside: tuple[str, ...]) -> str:
        if kind == "array":
            inner = self._type(*self._found(schema.get("items"), (*inside, "[]")))
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        if kind == "object" or "properties" in schema:
            body = self.properties(schema, (*inside, "{}"))
            return f"{{\n{body}}}" if body else "object"
        if kind == "integer":
            return "number"
        return kind if isinstance(kind, str) else "any"
