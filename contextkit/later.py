"""Names of a package that are imported when somebody asks for them, so that its own import stays fast."""

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping


def later(package: str, modules: Mapping[str, Iterable[str]]) -> Callable[[str], object]:
    """Give the `__getattr__` of a package: it imports a module when one of its names is asked for.

    Args:
        package: The package's name.
        modules: The modules inside the package, each with its names.

    >>> later("json", {"decoder": ["JSONDecodeError"]})("JSONDecodeError")
    <class 'json.decoder.JSONDecodeError'>
    """
    places = {name: module for module, names in modules.items() for name in names}

    def found(name: str) -> object:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package}.{places[name]}"), name)
        setattr(sys.modules[package], name, value)  # from now on it is found without coming here
        return value

    return found
