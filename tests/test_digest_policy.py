"""The policy `Digest`: long results, and second reads."""

import re

import pytest

from contextkit import Clamp, Digest, Drop, Event, Mask, Meter, SettingError, Thread, Window

FILE = [f"value_{n} = {n * 7919 % 1000}" for n in range(120)]
METER = Meter(lambda event: len(event.text) // 4, excess=1, counter=lambda text: len(text) // 4)


def reads(*texts: str) -> Thread:
    """A thread in which a file is read several times."""
    thread = Thread([Event("user", "fix it")])
    for number, text in enumerate(texts):
        thread = thread.call("read", {"path": "a.py"}, call_id=str(number)).result(str(number), text)
    return thread


def changed(line: int, text: str) -> str:
    """The file with another line."""
    return "\n".join([*FILE[:line], text, *FILE[line + 1 :]])


def test_a_second_read_is_what_has_changed() -> None:
    """With the event that it differs from."""
    view = Digest(tokens=9_000)(reads("\n".join(FILE), changed(60, "value_60 = None")), METER)
    assert view[2].data == "\n".join(FILE)
    assert str(view[4].data).split("\n") == [
        "[read_result 4: as read_result 2, the same lines left out]",
        "@@ -60,3 +60,3 @@",
        f" {FILE[59]}",
        f"-{FILE[60]}",
        "+value_60 = None",
        f" {FILE[61]}",
    ]


def test_a_third_read_differs_from_one_that_stands_whole() -> None:
    """Never from one that is a difference itself."""
    texts = ["\n".join(FILE), changed(3, "x"), changed(4, "y")]
    view = Digest(tokens=9_000)(reads(*texts), METER)
    assert "as read_result 2," in str(view[6].data)


def test_a_read_that_differs_in_most_lines_stays() -> None:
    """A difference that is no smaller is none."""
    view = Digest(tokens=9_000)(reads("\n".join(FILE), "\n".join(line[::-1] for line in FILE)), METER)
    assert view[4].data == "\n".join(line[::-1] for line in FILE)


def test_another_file_and_other_lines_are_no_second_read() -> None:
    """Nor is a read after which the tool is not known."""
    thread = Thread().call("read", {"path": "a.py"}, call_id="1").result("1", "\n".join(FILE))
    thread = thread.call("read", {"path": "b.py"}, call_id="2").result("2", "\n".join(FILE))
    thread = thread.call("read", {"path": "a.py", "offset": 2}, call_id="3").result("3", "\n".join(FILE[1:]))
    assert Digest(tokens=9_000)(thread, METER) == thread


def test_second_reads_may_be_left_alone() -> None:
    """Without a target."""
    thread = reads("\n".join(FILE), changed(60, "x"))
    assert Digest(tokens=9_000, target=None)(thread, METER) == thread


@pytest.mark.parametrize("after", [Drop(), Mask(keep=0), Clamp(60)])
@pytest.mark.parametrize("limit", [150, 300, 600, 900, 1_200, 1_500])
def test_no_reference_dangles(after: object, limit: int) -> None:
    """Where the first read goes or is cut, the second one becomes a line with its size."""
    thread = reads("\n".join(FILE), changed(60, "x"), changed(61, "y"))
    thread = thread.append(Event("assistant", "done"))
    context = Window(budget=limit, policies=[Digest(tokens=5_000), after, Drop()]).render(thread)  # type: ignore[list-item]
    view = context.thread.view()
    for event in view:
        for base in re.findall(r"^\[read_result \d+: as read_result (\d+),", event.text):
            assert view[base] is view.whole(base)
        assert (
            context.thread.restore(str(event.id)) == thread[str(event.id)].data
            if str(event.id) in thread
            else True
        )


def test_a_smaller_limit_digests_anew() -> None:
    """From what the result was: its lines are numbered as there."""
    lines = "\n".join(f"10:00:00 INFO served {n}" for n in range(900)) + "\n10:00:09 ERROR disk full"
    thread = Thread().call("log", call_id="1").result("1", lines)
    once = Digest(tokens=60)(thread, METER)
    view = thread.replace_all({"1": once[1].data})
    assert "901 " in once[1].text
    assert str(once[1].data).startswith("[log_result 1: log, ERROR ×1, 901 lines")
    assert Digest(tokens=60)(once, METER) == once
    assert view[1].data == once[1].data


def test_pinned_events_and_other_types_stay() -> None:
    """Whatever their size."""
    text = "\n".join(FILE * 9)
    thread = Thread([Event("note", text), Event("x_result", text, pinned=True), Event("x_result", text)])
    view = Digest(tokens=50)(thread, METER)
    assert [event.data == text for event in view] == [True, True, False]


@pytest.mark.parametrize(
    "settings", [{"tokens": 0}, {"share": 0}, {"share": 2}, {"newest": 0}, {"types": ()}, {"target": "x"}]
)
def test_settings_are_checked(settings: dict[str, object]) -> None:
    """Each by its name."""
    with pytest.raises(SettingError, match=f"Digest.{next(iter(settings))}"):
        Digest(**settings)  # type: ignore[arg-type]
