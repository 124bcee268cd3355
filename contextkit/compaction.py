"""Compaction: policies under a budget -> one recorded event."""

import dataclasses
import inspect
from collections.abc import Iterator, Mapping, Sequence

from .budgets import Budget
from .calling import Asking, without_calls
from .events import Event
from .exceptions import BudgetError, ContextkitError, PolicyError, name_of
from .measuring import Measure
from .plain import JSON
from .policies.policy import Policy
from .policies.references import without_dangling
from .policies.summarize import Summarize
from .records import Difference, difference, placed
from .threads import Thread

Added = tuple[str | None, Event]
"""The id of the event before which a new one stands, and the new one."""

_PATIENCE = 64  # rounds of one policy; each must make the view smaller, so this only stops a crawl


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """What one policy did.

    Attributes:
        policy: The policy.
        before: The view it was given.
        after: The view it left.
        failed: Why it could do nothing; empty where it did something.
    """

    policy: Policy
    before: Thread
    after: Thread
    failed: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Compaction:
    """What the policies made of a view.

    Attributes:
        before: The view as it stood.
        after: The view as it is left.
        stages: What each policy that changed something or failed did, in order.
    """

    before: Thread
    after: Thread
    stages: tuple[Stage, ...]

    def record(
        self, limit: int, mark: int, floor: int | None, arrived: Mapping[str, JSON], arrivals: str = ""
    ) -> Event:
        """Give the event that records the compaction in the log.

        Args:
            limit: The budget's limit.
            mark: What it was to go down to, in tokens.
            floor: The tokens that could not be gone below, where the mark was not reached.
            arrived: The data that arrivals had changed, by event id.
            arrivals: A digest of the arrivals.
        """
        data: dict[str, JSON] = {"limit": limit, "target": mark, "floor": floor}
        whole = difference(self.before, self.after)
        steps = [
            part.to_data(name_of(stage.policy)) | ({"failed": stage.failed} if stage.failed else {})
            for stage, part in self._parts(whole)
            if part or stage.failed
        ]
        data["steps"] = placed(steps, whole)
        if cut := {id: arrived[id] for id in (*whole.gone, *whole.changed) if id in arrived}:
            data["arrived"] = cut
        if arrivals:
            data["arrivals"] = arrivals
        return Event("compaction", data, kind="compaction")

    def _parts(self, whole: Difference) -> Iterator[tuple[Stage, Difference]]:
        """Share the whole difference out among the policies: each event to the last that touched it."""
        if len(self.stages) == 1:
            yield self.stages[0], whole
            return
        last: dict[str | None, int] = {}
        for number, stage in enumerate(self.stages):
            own = difference(stage.before, stage.after)
            last.update(
                (id, number) for id in (*own.gone, *own.changed, *(event.id for _, event in own.added))
            )
        for number, stage in enumerate(self.stages):
            yield (
                stage,
                Difference(
                    tuple(id for id in whole.gone if last[id] == number),
                    {id: data for id, data in whole.changed.items() if last[id] == number},
                    tuple((before, event) for before, event in whole.added if last[event.id] == number),
                ),
            )


def compacted(
    thread: Thread, policies: Sequence[Policy], measure: Measure, mark: int, room: int
) -> Compaction:
    """Do what `compacting` does, and call nobody."""
    return without_calls(compacting(thread, policies, measure, mark, room))


def compacting(
    thread: Thread, policies: Sequence[Policy], measure: Measure, mark: int, room: int
) -> Asking[Compaction]:
    """Run the policies on the view, gentlest first, each only while the whole has more than `mark` tokens.

    A policy is run again while it makes progress, and what it does is taken only if it makes the
    whole smaller. One that would save less than a sixteenth of what lies between the mark and the
    room is passed over, unless it reaches the mark, or the room is not kept without it: the next
    one has to cut anyway. The result may still be above the mark, and above the room.

    Args:
        thread: The log.
        policies: The policies; for the summaries of a `Summarize` it asks.
        measure: Measures the view.
        mark: What to go down to, in tokens.
        room: What the whole may have, in tokens.

    Raises:
        PolicyError: If a policy raises, returns no thread, touches a pinned event, splits a unit,
            drops a call in flight, moves an event or puts another in its place.
    """
    stages: list[Stage] = []
    before = view = thread.view()
    least, asked = (room - mark) // 16, False
    while True:
        for policy in policies:
            if not measure.exceeds(view, mark):
                break
            failed = ""
            if not isinstance(policy, Summarize):
                after = _exhausted(policy, thread, view, measure, mark)
                if least and measure.exceeds(after, mark) and measure.saved(view, after) < least:
                    continue
            elif asked:
                continue
            else:
                after, failed = yield from _summarized(policy, thread, view, measure, mark)
            after = without_dangling(after) if after is not view else view
            if after is not view or failed:
                stages.append(Stage(policy, view, after, failed))
                view = after
        if not least or not measure.exceeds(view, room):
            return Compaction(before, view, tuple(stages))
        least, asked = 0, True


def mark_of(view: Thread, measure: Measure, budget: Budget) -> int:
    """Give what a compaction of the view goes down to, in tokens."""
    return budget.mark(held_tokens(view, measure))


def held_tokens(view: Thread, measure: Measure) -> int:
    """Give the tokens of what may not be cut, the text around the thread included."""
    held = [event for unit in view.units() if unit.held for event in unit.events]
    return measure.fixed + sum(map(measure.tokens, held))


def _summarized(
    policy: Summarize, thread: Thread, view: Thread, measure: Measure, mark: int
) -> Asking[tuple[Thread, str]]:
    """Give the view with a summary, or as it is and why."""
    meter = measure.meter(view, mark, exact=False)
    request = policy.request(view, meter)
    answer = (yield request) if request is not None else None
    if request is None or answer is None:
        return view, ""
    if failed := request.refusal(answer, meter):
        return view, failed
    after = _checked(policy, thread, view, request.summarized(view, str(answer.given)))
    if measure.exceeds(after, mark) and measure.saved(view, after) <= 0:
        return view, "its summary makes the whole no smaller"
    return after, ""


def _exhausted(policy: Policy, thread: Thread, view: Thread, measure: Measure, mark: int) -> Thread:
    for attempt in range(_PATIENCE):
        meter = measure.meter(view, mark, exact=attempt > 0)
        try:
            after = policy(view, meter)
        except ContextkitError:
            raise
        except Exception as error:  # a policy is user code: it can raise anything
            not_begun = isinstance(error, TypeError) and getattr(error.__traceback__, "tb_next", None) is None
            hint = "; a policy takes two arguments, the view and a Meter" if not_begun else ""
            raise PolicyError(policy, f"it raised {type(error).__name__}: {error}{hint}") from error
        after = _checked(policy, thread, view, after)
        if after is view:
            break
        if not measure.exceeds(after, mark):
            return after
        if measure.saved(view, after) <= 0:
            break
        view = after
    return view


def _checked(policy: Policy, thread: Thread, view: Thread, after: object) -> Thread:
    """Give the view that the policy returned, made anew from the old one, so that a replay gives the same."""
    if after is view:
        return view
    if inspect.iscoroutine(after):
        after.close()
        raise PolicyError(policy, "it is async; a policy is a plain function of the view and a Meter")
    if not isinstance(after, Thread):
        raise PolicyError(policy, f"it returned {type(after).__name__}, not a Thread")
    found = difference(view, after)
    if found.moved:
        raise PolicyError(policy, "it moved events; a policy may change, drop and add them, never move them")
    gone = set(found.gone)
    if any(view[id].pinned for id in found.changed) or (gone and not view.may_go(gone)):
        _refuse(policy, view, found, gone)
    _check_places(policy, view, after)
    if not found:
        return view
    return view.changed_by(dataclasses.replace(found, added=tuple(_named(found, thread, view))))


def _named(found: Difference, thread: Thread, view: Thread) -> Iterator[Added]:
    """Give what a policy added ids that no event of the log has, dropped ones included.

    An id of the view it has only from one of its own type that it takes up, such as an earlier line;
    none from what an earlier policy of this compaction took, of which the record speaks by its id.
    """
    begun, gone, given = thread.view(), set(found.gone), set[str]()

    def is_taken(id: str, event: Event) -> bool:
        if id in view:
            return id not in gone or (view[id].type, view[id].kind) != (event.type, event.kind)
        return id in begun

    for before, event in found.added:
        id = str(event.id)
        while id in thread or id in given or is_taken(id, event):
            id += "+"
        given.add(id)
        yield before, event.having(id=id)


def _check_places(policy: Policy, view: Thread, after: Thread) -> None:
    for event in after:
        old = view[str(event.id)] if event.id in view else event
        if (event.type, event.kind, event.call_id) != (old.type, old.kind, old.call_id):
            reason = "it put another in its place; view.drop(ids, leaving=...) gives that an id of its own"
            raise PolicyError(policy, reason, event_id=event.id)


def _refuse(policy: Policy, view: Thread, found: Difference, gone: set[str]) -> None:
    """Say which pinned event was cut, or else which unit was split or is in flight."""
    for event in view:
        if event.pinned and (event.id in gone or event.id in found.changed):
            reason = "it cut a pinned event; view.drop(ids) and view.replace(id, data) leave those alone"
            raise PolicyError(policy, reason, event_id=event.id)
    for unit in view.units():
        parts = [event.id in gone for event in unit.events]
        if any(parts) and (unit.in_flight or not all(parts)):
            wrong = (
                "dropped a call in flight"
                if unit.in_flight
                else "split a unit: a call and its results go together"
            )
            reason = f"it {wrong}; view.drop(ids) sees to that"
            raise PolicyError(policy, reason, event_id=unit.events[0].id)


def budget_error(
    thread: Thread, policies: Sequence[Policy], measure: Measure, budget: Budget, left: Thread
) -> BudgetError:
    """Say what stands in the way of a budget, and which limit would do.

    Args:
        thread: The thread before the policies.
        policies: The policies.
        measure: Measures the view.
        budget: The budget that was not met.
        left: The view that the policies left.
    """
    needed = measure.total(left)
    for _ in range(8):  # with a higher mark a policy may stop at another place: try, until it holds
        reached = max(
            measure.total(compacted(thread, policies, measure, mark, needed).after)
            for mark in _marks(thread.view(), measure, budget, needed)
        )
        if reached <= needed:
            break
        needed = reached
    else:
        needed = measure.total(thread.view())
    held = {event.id for unit in left.units() if unit.held for event in unit.events}
    blockers = [(str(event.id), measure.tokens(event)) for event in left if event.id in held]
    if measure.before or measure.after:
        blockers.append(("prompt", measure.fixed))
    blockers.sort(key=lambda blocker: -blocker[1])
    return BudgetError(budget.limit, needed + budget.reserve, blockers)


def _marks(view: Thread, measure: Measure, budget: Budget, room: int) -> set[int]:
    """Give the marks that a caller may mean who comes back with more room: of a target of all room, two."""
    targets = {budget.target, room} if budget.target == budget.room else {budget.target}
    wider = (Budget(room + budget.reserve, target=target, reserve=budget.reserve) for target in targets)
    return {mark_of(view, measure, each) for each in wider}
