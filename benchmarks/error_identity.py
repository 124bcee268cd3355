"""Whether fingerprints find errors again: pairs of texts that tell of the same error have the same one."""

import dataclasses
import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping

from contextkit import fingerprint

from .error_mutations import IDENTITY

SAME = (
    ("jest", "jest_ansi", "jest_verbose"),
    (
        "pytest_boltons_auto",
        "pytest_boltons_line",
        "pytest_boltons_native",
        "pytest_boltons_short",
        "pytest_boltons_v",
    ),
    (
        "pytest_mdit_crash_auto",
        "pytest_mdit_crash_line",
        "pytest_mdit_crash_native",
        "pytest_mdit_crash_short",
    ),
    (
        *("pytest_mdit_many_auto", "pytest_mdit_many_line", "pytest_mdit_many_native"),
        *("pytest_mdit_many_no", "pytest_mdit_many_short", "pytest_mdit_many_v"),
    ),
    ("pytest_own_auto", "pytest_own_vv"),
    ("rust_index", "rust_index_full"),
    ("tsc", "tsc_pretty"),
    ("py_chained", "py_flask"),
    ("js_cause", "js_express"),
    ("go_nil", "go_goroutines"),
)
"""Cases of the data that tell of one error, found by reading them.

One run in several of its tool's formats, and one failure that two programs run into (the same types, messages
and function of their own code). That they have one fingerprint is neither counted for it nor against it.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Identity:
    """How well fingerprints tell errors apart.

    Attributes:
        precision: The share of pairs with the same fingerprint that are of the same error.
        recall: The share of pairs of the same error that have the same fingerprint.
        strict: The precision where each case counts as an error of its own.
        merged: Cases that share a fingerprint but tell of different errors.
        split: How many cases each mutation gives another fingerprint.
    """

    precision: float
    recall: float
    strict: float
    merged: list[tuple[str, str]]
    split: dict[str, int]


def identity(texts: Mapping[str, str]) -> Identity:
    """Compare the fingerprints of texts, by name, and of all their mutations."""
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    found: dict[tuple[str, str], str] = {}
    for name, text in texts.items():
        for mutation, mutate in IDENTITY.items():
            group = fingerprint(mutate(text)).group
            found[name, mutation] = group
            groups[group].append((name, mutation))
    alike = {name: same for same in SAME for name in same}
    right, wrong, excused = 0, Counter[tuple[str, str]](), 0
    for members in groups.values():
        for (one, _), (other, _) in itertools.combinations(members, 2):
            if one == other:
                right += 1
            elif other in alike.get(one, ()):
                excused += 1
            else:
                wrong[min(one, other), max(one, other)] += 1
    pairs = len(texts) * len(IDENTITY) * (len(IDENTITY) - 1) // 2
    split = Counter(mutation for (name, mutation), group in found.items() if group != found[name, "as it is"])
    false = wrong.total()
    return Identity(
        right / (right + false), right / pairs, right / (right + false + excused), sorted(wrong), dict(split)
    )
