"""Markup: whatever a text says, it comes back as that text, and as no element."""

import itertools
import string

from hypothesis import given
from lxml import etree

from contextkit import Event
from contextkit.display.looks import LOOKS, TOOLS, hatched, swatch
from contextkit.display.markup import Markup, element, joined, text
from contextkit.display.pages import frame, page, table_html
from contextkit.display.tables import Bar, Table, visible
from contextkit.parts import PARTS, part_of

from .strategies import nasty_text


@given(nasty_text(), nasty_text())
def test_text_and_attributes_come_back(inside: str, about: str) -> None:
    """A parser that is stricter than a browser reads back what was put in, control characters shown."""
    root = etree.fromstring(element("p", inside, element("b", about), title=about))
    assert root.get("title") == visible(about)
    assert [child.tag for child in root] == ["b"]
    assert (root.text or "") == text_of(inside)
    assert (root[0].text or "") == text_of(about)


def text_of(value: str) -> str:
    return "\n".join("\t".join(map(visible, line.split("\t"))) for line in value.split("\n"))


def test_markup_stays_as_it_is() -> None:
    """Only what is marked as markup is put as it is, at any depth."""
    made = element("g", "<a>", [Markup("<b/>"), "<c>"], opacity=0.5, hidden=False, open=True)
    assert made == '<g opacity="0.5" open>&lt;a&gt;<b/>&lt;c&gt;</g>'
    assert joined(["<", Markup("<br>")]) == "&lt;<br>"
    assert isinstance(text("a"), Markup)


def test_marks_that_turn_text_around_are_shown() -> None:
    """No character of a text can change the order in which the page is read."""
    for mark in "\u061c\u200e\u200f\u202a\u202e\u2066\u2069":
        assert text(mark) == f"\\u{ord(mark):04x}"
    assert text("שלום") == "שלום"


def test_each_part_has_a_look() -> None:
    """Two parts never look the same, not even in grey: neighbours differ in lightness or in hatching."""
    assert set(LOOKS) == set(PARTS)
    stacked = [*LOOKS.values(), *TOOLS[1:]]
    assert len({(look.colour, look.hatching) for look in stacked}) == len(stacked)
    for one, other in itertools.pairwise(stacked):
        assert one.hatching != other.hatching or abs(grey(one.colour) - grey(other.colour)) > 0.1


def grey(colour: str) -> float:
    """Give the lightness that a colour has in grey, between 0 and 1."""
    assert set(colour[1:]) <= set(string.hexdigits)
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_two_pictures_share_no_definition() -> None:
    """The ids of hatchings are of one picture."""
    one, fill = hatched(["dots", "", "dots"], "one")
    other, _ = hatched(["dots"], "other")
    ids = [str(pattern.get("id")) for defs in (one, other) for pattern in etree.fromstring(defs)]
    assert len(ids) == len(set(ids)) == 2
    assert fill("dots") == f"url(#{ids[0]})"
    assert "path" in swatch(LOOKS["error"])


def test_a_page_needs_nothing() -> None:
    """A page has its style, forbids to run or to load anything, and names itself."""
    made = page("<title>", frame("a & b"))
    assert made.startswith("<!DOCTYPE html>")
    assert "<title>&lt;title&gt;</title>" in made
    assert "default-src 'none'" in made
    assert "http" not in made.replace("http-equiv", "")


def test_a_table_is_drawn_with_its_numbers() -> None:
    """Numbers stand to the right, bars are drawn, names are escaped."""
    table = Table(
        "<T>", ("name", "n", ""), [("<a>", 1_200, Bar(5, 10, 20)), ("b", 7, None)], [("sum", 1_207, None)]
    )
    root = etree.fromstring(f"<div>{table_html(table)}</div>")
    assert ["".join(map(str, cell.itertext())) for cell in root.iterfind(".//tbody/tr/td[@class='n']")] == [
        "1,200",
        "7",
        "1,207",
    ]
    assert root.findtext(".//b") == "<T>"
    assert root.find(".//s").get("style") == "width:25.0%"  # type: ignore[union-attr]


def test_the_part_of_an_event() -> None:
    """Kinds become parts; what was fetched ahead is a part of its own; the tool is named."""
    fetched = Event("tags", ["v1"], kind="result", raw={"fetched": "list_git_tags", "arguments": ""})
    assert part_of(fetched).name == "prefetched"
    assert part_of(Event("omitted", "", kind="compaction")).name == "summary"
    assert part_of(Event("bash", "ls", call_id="1")) == ("call", "bash")
    assert part_of(Event("deploy_started")).name == "note"


def test_a_notebook_shows_markup() -> None:
    """What a function of this folder gives shows itself; its source is not printed beside it."""
    made = element("p", "<b>")
    bundle = made._repr_mimebundle_()
    assert bundle == {"text/html": "<p>&lt;b&gt;</p>", "text/plain": "<HTML of 16 characters>"}
    assert type(bundle["text/html"]) is str
