"""What a call costs: a small dated table of public prices, and the sum for one answer."""

from __future__ import annotations

import functools
import re
from importlib import resources
from typing import Any

import msgspec

from evalium.core import Model, Price

from .base import Response

CHARACTERS_PER_TOKEN = 4
_SNAPSHOT = re.compile(r"-(?:\d{4}-\d\d-\d\d|\d{8}|latest)$")


@functools.cache
def _table() -> dict[str, Price]:
    text = resources.files("evalium.models").joinpath("prices.json").read_bytes()
    table: dict[str, Any] = msgspec.json.decode(text)
    common = {"date": table["date"]}
    sources: dict[str, str] = table["sources"]
    return {
        name: msgspec.convert({**common, "source": sources[name.partition("/")[0]], **entry}, Price)
        for name, entry in table["models"].items()
    }


def price_of(config: Model) -> Price | None:
    """Return what a model costs: the plan's own price, else the table's, else None.

    The table holds a modest set of well-known models at their provider's public price, with the day it was read.
    A dated snapshot (`gpt-4o-2024-08-06`) takes the price of its family unless it has one of its own. Prices
    change: give `price` in the plan where the exact sum matters.

    Example:
        >>> price_of(Model(id="openai/gpt-4o-mini")).output
        0.6
        >>> price_of(Model(id="vllm/mistral-7b")) is None
        True
    """
    if config.price is not None:
        return config.price
    table = _table()
    return table.get(config.id) or table.get(_SNAPSHOT.sub("", config.id))


def cost(price: Price, response: Response) -> float | None:
    """Return what one answer cost in USD; None when the provider reported no tokens but they are priced.

    A cost that the provider reported itself wins. Cached input tokens are a part of the input and reasoning tokens a
    part of the output: each is priced once, at its own rate where there is one. `per_second` needs `service_time`.
    `per_hour` is not part of it: a machine's hours are shared out over calls by measured throughput.

    Example:
        >>> response = Response(input_tokens=1_000_000, cached_tokens=400_000, output_tokens=100_000)
        >>> cost(Price(input=1.0, cached=0.5, output=10.0), response)
        1.8
    """
    if response.cost is not None:
        return response.cost
    total = price.per_call
    if price.per_second:
        if response.service_time is None:
            return None
        total += price.per_second * response.service_time
    if price.input or price.cached:
        if response.input_tokens is None:
            return None
        cached = min(response.cached_tokens or 0, response.input_tokens)
        cached_rate = price.input if price.cached is None else price.cached
        total += (price.input * (response.input_tokens - cached) + cached_rate * cached) / 1e6
    if price.output or price.reasoning:
        if response.output_tokens is None:
            return None
        hidden = min(response.reasoning_tokens or 0, response.output_tokens)
        hidden_rate = price.output if price.reasoning is None else price.reasoning
        total += (price.output * (response.output_tokens - hidden) + hidden_rate * hidden) / 1e6
    return total


def count_tokens_estimate(text: str) -> int:
    """Guess the number of tokens of a text as a quarter of its characters, rounded up.

    A rule of thumb for English under common tokenisers, used only to foresee a cost before anything is sent: code,
    other scripts and long numbers take more tokens. What is charged afterwards is the provider's own count.

    Example:
        >>> count_tokens_estimate("What is 2 + 2?")
        4
    """
    return -(-len(text) // CHARACTERS_PER_TOKEN)
