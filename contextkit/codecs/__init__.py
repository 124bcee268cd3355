"""One JSON value <-> text, one notation a file."""
