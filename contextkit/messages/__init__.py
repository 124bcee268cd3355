"""Provider histories and files -> threads."""

from .reading import NamedThread, from_messages, read_threads

__all__ = ["NamedThread", "from_messages", "read_threads"]
