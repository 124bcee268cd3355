"""Long runs of an agent with a memory, made up from a seed: what a step names, earlier events have shown.

Behind a run is a small world. For "coding" it is a repository whose files edits really change, with tests,
tickets, records and logs; for "service" a travel desk with a policy, customers, bookings and flights. A user
asks for one task after the other and sometimes comes back to an old one. The agent names what it has seen:
mostly of late, now and then of hundreds of messages ago, as real agents do. The texts and names are ours; the
same seed gives the same events in any process.
"""

from collections.abc import Iterator
from itertools import islice

from contextkit import Event, Thread

from .agents import Flavour
from .coding import Coding
from .service import Service

__all__ = ["Flavour", "run", "steps"]


def run(count: int, *, seed: int = 0, flavour: Flavour = "coding") -> Thread:
    """Give the first so many events of a run.

    >>> run(300) == run(300), run(300, flavour="service") == run(300, seed=1, flavour="service")
    (True, False)
    """
    return Thread(islice(steps(seed, flavour), count))


def steps(seed: int = 0, flavour: Flavour = "coding") -> Iterator[Event]:
    """Give the events of a run that never ends."""
    return (Coding(seed) if flavour == "coding" else Service(seed)).events()
