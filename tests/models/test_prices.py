from __future__ import annotations

from datetime import date
from importlib import resources

import msgspec
import pytest

from evalium.core import Model, Price
from evalium.models import Response, cost, count_tokens_estimate, models, price_of


def table() -> dict[str, dict[str, float]]:
    found = msgspec.json.decode(resources.files("evalium.models").joinpath("prices.json").read_bytes())
    return dict(found["models"])


def test_every_entry_is_a_dated_sensible_price_of_a_known_provider() -> None:
    for name in table():
        price = price_of(Model(id=name))
        assert price is not None and name.partition("/")[0] in models.names()
        assert date.fromisoformat(price.date or "") and price.source
        assert 0 < price.input < 200 and 0 <= price.output < 1000
        assert price.cached is None or 0 < price.cached < price.input


def test_own_price_wins() -> None:
    own = Price(input=1.0)
    assert price_of(Model(id="openai/gpt-4o", price=own)) is own


def test_snapshots_cost_what_their_family_costs() -> None:
    assert price_of(Model(id="openai/gpt-4o-2024-08-06")) == price_of(Model(id="openai/gpt-4o"))
    assert price_of(Model(id="anthropic/claude-sonnet-4-5-20250929")) == price_of(
        Model(id="anthropic/claude-sonnet-4-5")
    )
    assert price_of(Model(id="openai/gpt-4o-2024-05-13")) != price_of(Model(id="openai/gpt-4o"))
    assert price_of(Model(id="openai/gpt-4o-audio-preview")) is None
    assert price_of(Model(id="vllm/gpt-4o")) is None


@pytest.mark.parametrize(
    ("price", "response", "expected"),
    [
        (Price(input=2, output=8), Response(input_tokens=1000, output_tokens=500), 0.006),
        (Price(input=2, output=8), Response(input_tokens=0, output_tokens=0), 0.0),
        (Price(input=2, output=8), Response(input_tokens=1000), None),
        (Price(input=2, output=8), Response(output_tokens=1000), None),
        (Price(input=2), Response(input_tokens=1000), 0.002),
        (Price(input=2, cached=0.5), Response(input_tokens=1000, cached_tokens=400), 0.0014),
        (Price(input=2), Response(input_tokens=1000, cached_tokens=400), 0.002),
        (Price(output=8, reasoning=2), Response(output_tokens=1000, reasoning_tokens=600), 0.0044),
        (Price(output=8), Response(output_tokens=1000, reasoning_tokens=600), 0.008),
        (Price(input=2), Response(input_tokens=10, cached_tokens=50), 0.00002),
        (Price(per_call=0.01), Response(), 0.01),
        (Price(per_second=0.002), Response(service_time=2.0), 0.004),
        (Price(per_second=0.002), Response(), None),
        (Price(per_hour=4.0), Response(), 0.0),
        (Price(input=2, output=8), Response(cost=0.5, input_tokens=1, output_tokens=1), 0.5),
        (Price(input=2, output=8), Response(cost=0.0), 0.0),
    ],
)
def test_cost(price: Price, response: Response, expected: float | None) -> None:
    found = cost(price, response)
    assert found is None if expected is None else found == pytest.approx(expected)


def test_estimate_of_tokens() -> None:
    assert [count_tokens_estimate(text) for text in ("", "a", "abcd", "abcde")] == [0, 1, 1, 2]
