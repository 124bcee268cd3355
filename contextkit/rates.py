"""Rates: what a provider takes for the contexts of a run, by its own rules of what it caches."""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

from .exceptions import MissingExtraError, SettingError


@dataclasses.dataclass(frozen=True, slots=True)
class Rates:
    """What a provider takes for input, in whatever currency, by its own rules of what it caches.

    Attributes:
        input: For a million tokens that are new.
        cached: For a million tokens that are read from the cache.
        written: For a million new tokens that are written to the cache; where that costs nothing
            extra, the same as `input`.
        minimum: The shortest prefix that is cached, in tokens.
        granularity: The steps in which a cached prefix grows, in tokens.
    """

    input: float
    cached: float
    written: float
    minimum: int = 0
    granularity: int = 1

    def price(self, tokens: int, shared: int) -> float:
        """Give the price of one call that uses the cache.

        Args:
            tokens: The tokens of the context.
            shared: How many of them, from the first, equal the context of the call before.

        >>> Rates(2.0, 0.5, 2.0, minimum=1_024, granularity=128).price(3_000, 2_100)
        0.002928
        """
        cached = shared - shared % self.granularity if shared >= self.minimum else 0
        new = self.written if tokens >= self.minimum else self.input
        return (cached * self.cached + (tokens - cached) * new) / 1e6

    def uncached(self, tokens: int) -> float:
        """Give the price of one call that neither reads the cache nor writes to it."""
        return tokens * self.input / 1e6


RELATIVE = Rates(1e6, 1e5, 1e6)
"""1 for a new token and 0.1 for one in the shared prefix: a cost in tokens, for whoever has no prices."""

_STEPS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"anthropic": (1_024, 1), "azure": (1_024, 128), "openai": (1_024, 128)}
)
_ASKED = 1_000  # tokens: few, since some models take more for a long context


def rates_of(model: str, provider: str | None = None) -> Rates:
    """Give the rates of a model for short contexts, from the extra `prices`.

    The rules are OpenAI's (a prefix of 1,024 tokens or more, in steps of 128) and Anthropic's (1,024
    tokens or more, written for a price of its own); of other providers any prefix counts as cached.
    Where a model has another minimum, say so: `dataclasses.replace(rates_of(model), minimum=4_096)`.

    Raises:
        SettingError: If the model is not known.
        MissingExtraError: If genai-prices is not installed.
    """
    try:
        import genai_prices
    except ImportError as error:
        raise MissingExtraError("the price of a model", "prices") from error

    def asked(**cache: int) -> tuple[float, str]:
        usage = genai_prices.Usage(input_tokens=_ASKED, **cache)
        try:
            found = genai_prices.calc_price(usage, model_ref=model, provider_id=provider)
        except LookupError as error:
            raise SettingError("model", model, "genai-prices does not know it") from error
        return float(found.input_price * 1_000_000 / _ASKED), str(found.provider.id)

    new, name = asked()
    cached, _ = asked(cache_read_tokens=_ASKED)
    written, _ = asked(cache_write_tokens=_ASKED)
    return Rates(new, cached, written or new, *_STEPS.get(name, (0, 1)))
