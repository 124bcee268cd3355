# The commands that CI runs, by name.

python := ".venv/bin/python"

# lint and types
check:
    .venv/bin/ruff check .
    .venv/bin/ruff format --check .
    .venv/bin/mypy

# all tests; `just test full` draws 1,000 examples for each property, and
# `just test thorough tests/property/test_hostile.py` 10,000 for each of those
test profile="quick" *paths:
    CONTEXTKIT_PROFILE={{profile}} {{python}} -m pytest {{paths}}

# speed and memory, whether budgets are kept, and what formats cost
bench:
    {{python}} -m benchmarks.billing
    {{python}} -m benchmarks.core
    {{python}} -m benchmarks.fit
    {{python}} -m benchmarks.formats
    {{python}} -m benchmarks.prefetching

# run the notebooks anew, in place
notebooks:
    {{python}} -m notebooks.refresh
