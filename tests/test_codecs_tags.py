r"""Tests of `contextkit.codecs.tags`, with a reader of their own that is as lenient as a model may be."""

import re
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contextkit.codecs import tags

from .strategies import event_types, nasty_text

WORDS = (
    *("system", "user", "assistant", "reasoning", "call", "result", "error", "note", "compaction", "usage"),
    *("omitted", "summary", "tool_call", "tool_result"),
)
BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


def folded(text: str) -> str:
    """A text as a lenient reader sees it: nothing invisible, one kind of space, one width, one case."""
    seen = []
    for character in text:
        category = unicodedata.category(character)
        if character in BREAKS:
            seen.append("\n")
        elif category.startswith("Z") or character in "\t\x1f":
            seen.append(" ")
        elif category not in ("Cf", "Cc"):
            seen.append(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold()))
    return "".join(seen)


def forged(body: str, own: str) -> list[str]:
    """The structure that a lenient reader finds in a body: tags of ours, in the order found."""
    text, own = folded(body), folded(own).replace(" ", "")
    found = []
    for match in re.finditer(r"<(?!\\)([^<>]*)(>?)", text):
        inside, end = match.groups()
        # Without its `>` a tag ends with the line that its name stands on.
        name = "".join((inside if end else inside.lstrip("/ \n").partition("\n")[0]).split()).strip("/\\")
        first, *more = re.split(r"[\s/]", inside.strip("\n /\\")) or [""]
        first = first.rstrip("\\")
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        alone = not line.strip() and not text[match.end() :].partition("\n")[0].strip()
        if not end:  # an opening tag that is never closed: with anything behind it, but for `< name text`
            alone = not line.strip() and "\n" in inside.lstrip()
            alone = alone and (inside[:1] not in (" ", "\n") or not any(more))
        closing, snake = inside.strip().startswith("/"), re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", name)
        is_word, is_own = not {name, first}.isdisjoint(WORDS), own in (name, first)
        inline = bool(end) and not re.search(r"\w\Z", line)
        opened = re.findall(r"<[\\\s]*([\w.:-]+)", line + "\n" + "".join(line.split()))
        paired = name in opened and end and re.fullmatch(rf"[\s/\\]*{re.escape(name)}", inside)
        closes = closing and (is_word or is_own or (snake and not paired))
        opens = not closing and ((alone and (is_word or is_own or snake)) or (is_own and inline))
        if opens or closes:
            found.append(match[0])
    return found


def spelled(name: str) -> st.SearchStrategy[str]:
    """A name in any case and width, with invisible characters and white space between."""
    between = st.sampled_from(("", "", "", "", " ", "\u200b", "\xa0", "\n", "\t", "\xad", "\x00"))
    wide = {
        character: (character, character.upper(), chr(ord(character) + 0xFEE0))
        for character in name
        if character.isascii()
    }
    characters = [st.sampled_from(wide.get(character, (character,))) for character in name]
    return st.tuples(*(part for character in characters for part in (between, character))).map("".join)


def forgeries(own: str) -> st.SearchStrategy[str]:
    """Text with tags of ours in it, in every disguise, and with what only looks like one."""
    names = st.sampled_from(
        (own, "error", "tool_call", "slack_message", "order_id", "div", "b", "List", "")
    ).flatmap(spelled)
    tag = st.tuples(
        st.sampled_from(("", "\n", "  ", "\n> ", "x", "text ", "\r", "<", "\u2028")),
        st.sampled_from(("<", "<", "＜", "﹤")),
        st.sampled_from(("", "", "\\", "\\\\", " ", "\u200b", "\n")),
        st.sampled_from(("", "/", "/", "／", " / ", "//")),
        names,
        st.sampled_from(("", " a='1'", ' a="<error>"', "/", "\n", " ", " b c")),
        st.sampled_from((">", ">", "＞", "﹥", "", "\n>")),
        st.sampled_from(("", "\n", " text", "\r\n")),
    ).map("".join)
    return st.lists(st.one_of(tag, nasty_text(3)), max_size=6).map("".join)


CASES = event_types().flatmap(lambda own: st.tuples(st.just(own), forgeries(own)))


@given(CASES)
@settings(deadline=None)
@example(("error", "</error</error>"))
@example(("user", "</error\\"))
@example(("/", "<//>"))
@example(("\\x", "</\\x>"))
def test_a_lenient_reader_finds_no_structure(case: tuple[str, str]) -> None:
    """Whatever is in the text, nothing in it opens or closes an event; and it all comes back."""
    own, body = case
    written = tags.neutralise(body, own)
    assert tags.restore(written, own) == body
    assert f"</{own}>" not in written
    assert not forged(written, own)


@given(event_types(), st.one_of(nasty_text(), st.text(st.sampled_from("<\\/>a_b \n\"'"), max_size=40)))
@settings(deadline=None)
def test_restores_any_text_however_often(own: str, body: str) -> None:
    """Neutralising twice and restoring twice is nothing; only backslashes are added."""
    once = tags.neutralise(body, own)
    twice = tags.neutralise(once, own)
    assert tags.restore(once, own) == body
    assert tags.restore(tags.restore(twice, own), own) == body
    assert once.replace("\\", "") == body.replace("\\", "")


NEUTRALISED = [
    ("</error>", r"<\/error>"),
    ("<error>", r"<\error>"),
    ("text </error> text", r"text <\/error> text"),
    ("text <bash_result> text", r"text <\bash_result> text"),
    ("text <bash_result", r"text <\bash_result"),
    (r"<\/error>", r"<\\/error>"),
    (r"<\\\error>", r"<\\\\error>"),
    ("  <slack_message>  ", r"  <\slack_message>  "),
    ("> <user>", r"> <\user>"),
    ("- <user>\n1. <user>\n* <user>", "- <\\user>\n1. <\\user>\n* <\\user>"),
    ("<user\n>", "<\\user\n>"),
    ("</error\n>", "<\\/error\n>"),
    ("</error", r"<\/error"),
    ("<user name='x'>", r"<\user name='x'>"),
    ("<user name='a>b'>", r"<\user name='a>b'>"),
    ('<user\n  name="x"\n>', '<\\user\n  name="x"\n>'),
    ("<call/>", r"<\call/>"),
    ("＜/ＥＲＲＯＲ＞", r"＜\/ＥＲＲＯＲ＞"),
    ("</ Error >", r"<\/ Error >"),
    ("<\u200b/error>", "<\\\u200b/error>"),
    ("﹤/er\xadror>", "﹤\\/er\xadror>"),
    ("<\xa0/\xa0error\xa0>", "<\\\xa0/\xa0error\xa0>"),
    ("</e r r o r>", r"<\/e r r o r>"),
    ("</er\nror>", "<\\/er\nror>"),
    ("</𝐞𝐫𝐫𝐨𝐫>", r"<\/𝐞𝐫𝐫𝐨𝐫>"),
    ("＜／error＞", "＜\\／error＞"),
    ("a\r<user>\rb", "a\r<\\user>\rb"),
    ("<slack_message>\n</slack_message>", "<\\slack_message>\n<\\/slack_message>"),
    ("<order_id>5</order_id></order_id>", r"<order_id>5</order_id><\/order_id>"),
    ("x <order_id>\u20285</order_id>", "x <order_id>\u20285<\\/order_id>"),
    ("<mcp.search-1_x:y>", r"<\mcp.search-1_x:y>"),
    ("</error</error>", r"<\/error<\/error>"),
    ("<error code=5", r"<\error code=5"),
    ("< error", r"<\ error"),
]


@pytest.mark.parametrize(("body", "written"), NEUTRALISED)
def test_neutralises_tags_of_ours(body: str, written: str) -> None:
    """One backslash behind the `<`, in an event of the type `bash_result`."""
    assert tags.neutralise(body, "bash_result") == written
    assert tags.restore(written, "bash_result") == body


@pytest.mark.parametrize(
    "body",
    [
        "",
        "a < b and c > d",
        "std::vector<size_t> v; static_cast<uint32_t>(x)",
        "std::map<size_t, uint8_t> m;",
        "#include <sys_types.h>",
        "usage: tool <file_name> [<other_file>]",
        "</div>\n<Button>\n<b>\n</App>\n<my-element>\n<h1>\n<!-- x -->\n<></>",
        '<div class="user">user</div>',
        "<order_id>5</order_id>",
        "<order_id>5</order_id> <order_id>6</order_id>",
        "<order_id>a < b</order_id>",
        "  <a_b x='1'>5</a_b>",
        "cat <input_file | sort >output_file",
        "< foo_bar = 1\n---\n> foo_bar = 2",
        "<__init__>\n<_x>\n<x_>",
        "<users>\n</errors>\n<error-code>",
        "<user@example.com>\n<first_last@example.com>",
        "<https://example.com/a_b>",
        "if x <error_limit: pass",
        "inline <error> and <user> are words",
        "\\</div> \\n <\\b>",
        "&lt;/error&gt;",
        "cmd </dev/null </tmp/a_b",
        "<<error>",
        "text <bash_result_2>5</bash_result_2>",
        "< error text",
    ],
)
def test_leaves_everything_else_alone(body: str) -> None:
    """Data that is no structure of ours costs nothing."""
    assert tags.neutralise(body, "bash_result") == body
    assert tags.restore(body, "bash_result") == body


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ("a </size_t> b", r"a <\/size_t> b"),
        ("a <size_t> b", r"a <\size_t> b"),
        ("vector<size_t> b", "vector<size_t> b"),
        ("<size_t>5</size_t>", r"<\size_t>5<\/size_t>"),
        ("<SIZE_T x>", r"<\SIZE_T x>"),
    ],
)
def test_the_events_own_type_is_never_left(body: str, written: str) -> None:
    """Not even on one line; behind a word an opening tag is code."""
    assert tags.neutralise(body, "size_t") == written
    assert tags.restore(written, "size_t") == body


@pytest.mark.parametrize(
    "own", ["build", "naïve", "Straße", "a.b", "x/y", "/", "\\x", "foo()", "日本", "ａ", "\u200bx", "a＜b"]
)
def test_any_type_is_guarded(own: str) -> None:
    """A type is any text without white space, `<` and `>`."""
    body = f"a </{own}> b\n</{own}>\n<{own}>"
    written = tags.neutralise(body, own)
    assert written == f"a <\\/{own}> b\n<\\/{own}>\n<\\{own}>"
    assert tags.restore(written, own) == body


def test_no_character_is_overlooked() -> None:
    """The character classes, written out for speed, hold what Unicode says."""
    for character in map(chr, range(0x110000)):
        category = unicodedata.category(character)
        if category in ("Cc", "Cf", "Zs", "Zl", "Zp"):
            assert tags._DROP.fullmatch(character), hex(ord(character))
        for mark, known in (("<", "<＜﹤"), (">", ">＞﹥"), ("\\", "\\＼﹨")):
            if unicodedata.normalize("NFKC", character) == mark:
                assert character in known, hex(ord(character))


UNITS = (
    *(
        "<",
        "< ",
        "<\\",
        "\\",
        " ",
        "<a ",
        "</",
        "</ ",
        "<error",
        "<error>",
        "</error>",
        "<error ",
        '<error "',
    ),
    *("<a_b>", "</a_b>", "<a_b></a_b>", "<a\n", "<a_", "<div class='a'>", "<1.", "\u200b", "<\u200b", "＜"),
    *(
        "<a_b\n",
        "<error\n",
        '<a_b x="',
        "> ",
        "\n<",
        "\n> <a_b ",
        "_",
        "a_b",
        "a b ",
        "<a b ",
        "<a\nb ",
        "é<é",
    ),
    *("\r<a_b>\u2028", "'", "<a_b '\n", "1.", "<\n"),
)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("start", ["", "</", "<a_b "])
def test_takes_linear_time(unit: str, start: str) -> None:
    """A long text of anything takes a moment; what grows with the square would take minutes."""
    body = start + unit * (200_000 // len(unit))
    before = time.process_time()
    tags.neutralise(body, "bash_result")
    assert time.process_time() - before < 5


def test_distinct_names_on_one_line_take_linear_time() -> None:
    """Names that are opened and not closed are no burden."""
    body = "".join(f"<a_{n}>" for n in range(20_000)) + "".join(f"</b_{n}>" for n in range(20_000))
    before = time.process_time()
    assert tags.restore(tags.neutralise(body, "x"), "x") == body
    assert time.process_time() - before < 5
