"""Looks: the colour and the hatching of each part of a context, and the style that all pictures share.

The colours are those of Okabe and Ito, which people of any colour vision tell apart; each part has a
hatching too, so that a picture can be read in grey. Light and dark are the reader's setting.
"""

import dataclasses
import zlib
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from ..parts import PartName
from .markup import Markup, element

Hatching = Literal["", "diagonal", "back", "dots", "cross", "lines", "sparse"]


@dataclasses.dataclass(frozen=True, slots=True)
class Look:
    """How a part of a context looks.

    Attributes:
        name: Its name in style sheets.
        label: What it is called.
        colour: Its colour, on light and on dark paper.
        hatching: What is drawn over the colour.
    """

    name: str
    label: str
    colour: str
    hatching: Hatching = ""


LOOKS: Mapping[PartName, Look] = MappingProxyType(
    {
        "around": Look("around", "around the thread", "#a3a8ae", "lines"),
        "system": Look("system", "system", "#6b7580"),
        "user": Look("user", "user", "#e69f00"),
        "prefetched": Look("prefetched", "fetched ahead", "#f0e442", "dots"),
        "summary": Look("summary", "omitted, in short", "#cc79a7", "diagonal"),
        "assistant": Look("assistant", "assistant", "#2f7fc1"),
        "call": Look("call", "tool calls", "#8fcdf2"),
        "result": Look("result", "tool results", "#009e73"),
        "error": Look("error", "errors", "#d55e00", "cross"),
        "note": Look("note", "notes", "#c4c9ce"),
    }
)
"""The look of each part."""

TOOLS: tuple[Look, ...] = (
    Look("result", "", "#009e73"),
    Look("result-2", "", "#9adbc4", "dots"),
    Look("result-3", "", "#004d3c"),
    Look("result-4", "", "#4dbb95"),
    Look("result-5", "", "#00815f"),
    Look("result-6", "", "#b9d3c6"),
)
"""The looks of the results of the tools that have a layer of their own; the last is for all others together.

They are dark and light by turns; only the one that is as light as tool calls needs a hatching.
"""

RESERVE = Look("reserve", "reserved for the reply", "none", "sparse")

_DRAWN: Mapping[Hatching, tuple[int, str]] = MappingProxyType(
    {
        "diagonal": (6, "M-1 7L7 -1"),
        "back": (6, "M-1 -1L7 7"),
        "cross": (6, "M-1 7L7 -1M-1 -1L7 7"),
        "lines": (5, "M0 2.5H5"),
        "dots": (5, "M1.7 2.5h1.6"),
        "sparse": (12, "M-1 13L13 -1"),
    }
)

_COLOURS = "".join(
    f"--{look.name}:{look.colour};"
    for look in dict.fromkeys((*LOOKS.values(), *TOOLS))
    if look.colour != "none"
)
_FILLS = "".join(
    f".ck .p-{look.name}{{fill:var(--{look.name});background-color:var(--{look.name})}}"
    for look in dict.fromkeys((*LOOKS.values(), *TOOLS))
)

# A notebook has a style of its own for tables and code, light or dark as its theme is: ours must win there.
CSS = f"""
.ck{{--ink:#1f2328;--dim:#59636e;--paper:#fff;--line:#d1d9e0;--mark:rgba(20,24,28,.4);--shade:#eef1f4;{_COLOURS}
max-width:60em;padding:.8em 1em;border:1px solid var(--line);border-radius:6px;
background:var(--paper);color:var(--ink);color-scheme:light dark;font:14px/1.45 system-ui,sans-serif;
text-align:left}}
@media (prefers-color-scheme:dark){{.ck{{--ink:#e6edf3;--dim:#9198a1;--paper:#151b23;--line:#3d444d;
--shade:#212830}}}}
.ck p{{margin:0 0 .5em;color:inherit}}.ck .dim{{color:var(--dim)}}
.ck .key{{display:flex;flex-wrap:wrap;gap:.15em 1.4em}}.ck .key>span{{white-space:nowrap}}
.ck svg.swatch{{display:inline-block;width:16px;height:12px;margin:0 .4em 0 0;border:1px solid var(--line);
vertical-align:-.1em}}
.ck table{{margin:.2em 0 .6em;border-collapse:collapse;color:inherit;font-size:13px}}
.ck tr{{background:none!important}}.ck+.ck{{margin-top:.5em}}
.ck th,.ck td{{padding:.15em .9em .15em 0;border:0;text-align:left!important;vertical-align:top!important;
white-space:nowrap}}
.ck .n{{text-align:right!important;font-variant-numeric:tabular-nums}}
.ck code{{background:none!important;color:inherit!important;padding:0;font:12px/1.4 ui-monospace,monospace}}
.ck thead th{{border-bottom:1px solid var(--line)}}.ck .sum th,.ck .sum td{{border-top:1px solid var(--line)}}
.ck tbody th{{font-weight:normal}}
.ck td.w,.ck th.w{{white-space:normal;overflow-wrap:anywhere;min-width:16em}}
.ck u{{display:flex;width:12em;text-decoration:none}}
@media (max-width:640px){{.ck u{{width:3.2em}}.ck td.w,.ck th.w{{min-width:36vw}}
.ck th,.ck td{{padding-right:.6em}}.ck th{{white-space:normal}}
.ck thead th{{vertical-align:bottom!important}}.ck .roomy{{display:none}}}}
.ck u>s{{height:.8em;margin-top:.3em;background:var(--dim)}}
.ck u>.gone{{background:none;box-shadow:inset 0 0 0 1px var(--dim);opacity:.6}}
.ck summary{{cursor:pointer}}
.ck .line{{margin:.1em 0 .1em 1em}}
.ck .line>summary{{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;unicode-bidi:isolate}}
.ck .line i{{display:inline-block;width:.7em;height:.7em;margin-right:.5em}}
.ck pre{{max-height:32em;overflow:auto;margin:.5em 0 0;padding:.6em;border:1px solid var(--line);
background:none;color:inherit;font:12px/1.4 ui-monospace,monospace;white-space:pre-wrap;
overflow-wrap:anywhere;word-break:normal;unicode-bidi:isolate}}
.ck .sides{{width:100%}}.ck .halves{{display:flex;flex-wrap:wrap;gap:.5em;margin-bottom:.8em}}
.ck .halves>*{{flex:1 1 20em;min-width:0;max-height:14em;margin:0}}
.ck del{{text-decoration:none;background:#d55e0030}}.ck ins{{text-decoration:none;background:#009e7330}}
.ck .tokens span{{box-shadow:inset 1px 0 var(--dim)}}
.ck .t0{{background:#2f7fc133}}.ck .t1{{background:#e69f0040}}
.ck .t2{{background:#009e7333}}.ck .t3{{background:#cc79a740}}
.ck .wide{{overflow-x:auto}}.ck svg.chart{{display:block;width:100%}}.ck .wide>svg.chart{{min-width:700px}}
.ck .wide>svg.strip{{min-width:0}}
.ck .narrow{{display:none}}
@media (max-width:780px){{.ck .sided{{overflow:hidden}}.ck .sided>svg.chart{{width:143.5%;min-width:0}}
.ck .narrow{{display:flex}}.ck .sided .did{{display:none}}
.ck .sided>svg.chart{{margin-top:calc(0px - var(--flags,0px))}}
.ck .sided .head{{transform:translateY(var(--flags,0px))}}}}
.ck svg.strip{{margin:.2em 0 .5em}}
.ck text{{font:12px system-ui,sans-serif;fill:var(--ink);unicode-bidi:isolate}}.ck text.dim{{fill:var(--dim)}}
.ck text.b{{font-weight:600}}.ck text.end{{text-anchor:end}}.ck text.mid{{text-anchor:middle}}
.ck .p-reserve{{fill:none}}.ck .p-changed{{fill:var(--dim)}}
.ck .hatch.sparse{{stroke:var(--line)}}.ck .paper{{fill:var(--paper)}}
.ck .shade{{fill:var(--shade)}}.ck .ink{{fill:var(--ink)}}
.ck .rule{{stroke:var(--ink);fill:none}}.ck .hair{{stroke:var(--line);fill:none}}
.ck .edge{{stroke:var(--paper);stroke-width:.75px;vector-effect:non-scaling-stroke}}
.ck .ghost{{stroke:var(--ink);fill:none;stroke-dasharray:3 2;vector-effect:non-scaling-stroke}}
.ck .lead{{stroke:var(--dim);stroke-width:.75px}}.ck .new{{fill:var(--dim)}}
.ck .budget{{stroke-width:1.5px}}.ck .hatch{{stroke:var(--mark);stroke-width:1px;fill:none}}{_FILLS}
"""
"""What is the same in all pictures: everything in an element of the class `ck`."""

STYLE = element("style", Markup(CSS))


def hatched(
    used: Iterable[Hatching], key: str, *, scale: tuple[float, float] = (1, 1)
) -> tuple[Markup, Callable[[Hatching], str]]:
    """Write the definitions of hatchings for one picture, and give what fills a shape with one.

    Args:
        used: Those that are there.
        key: What tells the picture from others: two on a page must not share their definitions.
        scale: How many units of the drawing a pixel is, across and down.
    """
    prefix = f"h{zlib.crc32(f'{key} {scale}'.encode('utf-8', 'surrogatepass')):08x}"
    across, down = scale
    transform = f"scale({across:.4g} {down:.4g})" if scale != (1, 1) else None
    drawn = [
        element(
            "pattern",
            element("path", d=_DRAWN[name][1], class_=f"hatch {name}"),
            id=f"{prefix}-{name}",
            width=_DRAWN[name][0],
            height=_DRAWN[name][0],
            patternUnits="userSpaceOnUse",
            patternTransform=transform,
        )
        for name in dict.fromkeys(used)
        if name
    ]
    return element("defs", *drawn), lambda name: f"url(#{prefix}-{name})"


def swatch(look: Look) -> Markup:
    """Draw a small piece of a look, for a key."""
    tiles: list[Markup] = []
    if look.hatching:
        size, path = _DRAWN[look.hatching]
        places = [(x, y) for x in range(0, 16, size) for y in range(0, 12, size)]
        tiles = [
            element("path", d=path, class_=f"hatch {look.hatching}", transform=f"translate({x} {y})")
            for x, y in places
        ]
    ground = element("rect", width=16, height=12, class_=f"p-{look.name}")
    return element("svg", ground, *tiles, class_="swatch", viewBox="0 0 16 12", aria_hidden="true")
