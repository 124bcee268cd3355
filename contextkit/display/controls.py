"""The widgets of `explore`: what is moved there is chosen, and what is chosen is shown."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .explore import Explorer

_AT_ONCE = 2_000  # events: with more of them the picture follows when a slider is let go


class Controls:
    """Widgets for a budget, a target, a format and policies, over a picture.

    Attributes:
        format: A choice among the formats.
        budget: A slider for the limit, in tokens.
        target: A slider for the target, in percent of what the context may have.
        policies: A box to tick for each policy, by name.
        picture: The picture.
        whole: All of them.

    Raises:
        ImportError: Without ipywidgets.
    """

    def __init__(self, explorer: "Explorer") -> None:
        """Make the widgets and have them followed."""
        import ipywidgets

        self._explorer = explorer
        choice = explorer.choice
        wide = {"layout": {"width": "30em"}, "style": {"description_width": "5em"}}
        slider = wide | {"continuous_update": len(explorer.thread) <= _AT_ONCE}
        self.format: Any = ipywidgets.Dropdown(
            options=list(explorer.formats), value=choice.format, description="format", **wide
        )
        self.budget: Any = ipywidgets.IntSlider(
            choice.limit, explorer.least, explorer.most, explorer.step, description="budget", **slider
        )
        self.target: Any = ipywidgets.IntSlider(choice.target, 1, 100, 1, description="target, %", **slider)
        self.policies: dict[str, Any] = {
            name: ipywidgets.Checkbox(
                name in choice.policies, description=name, indent=False, layout={"width": "auto"}
            )
            for name in explorer.policies
        }
        self.picture: Any = ipywidgets.HTML(explorer.picture(open=True))
        sliders = ipywidgets.VBox([self.format, self.budget, self.target])
        boxes = ipywidgets.VBox(list(self.policies.values()))
        above = ipywidgets.HBox([sliders, boxes], layout={"flex_flow": "row wrap"})
        self.whole: Any = ipywidgets.VBox([above, self.picture])
        for widget in (self.format, self.budget, self.target, *self.policies.values()):
            widget.observe(self._follow, names="value")

    def _follow(self, change: object) -> None:
        policies = tuple(name for name, box in self.policies.items() if box.value)
        self._explorer.choose(
            format=self.format.value, limit=self.budget.value, target=self.target.value, policies=policies
        )
        self.picture.value = self._explorer.picture(open=True)

    def live(self) -> dict[str, Any]:
        """Give what a notebook needs to show the widgets."""
        return dict(self.whole._repr_mimebundle_())
