"""Models: a thing that answers, whichever protocol it speaks and wherever it runs."""

from ._errors import ConnectionFailed, QuotaExhausted
from ._media import base64_of, has_media
from .base import Adapter, AdapterBase, KeyedByContent, Mode, NeedsDataset, Request, Response
from .prices import cost, count_tokens_estimate, price_of
from .providers import OPENAI_LIKE, key_variables
from .registry import connect, models

__all__ = [
    "OPENAI_LIKE",
    "Adapter",
    "AdapterBase",
    "ConnectionFailed",
    "KeyedByContent",
    "Mode",
    "NeedsDataset",
    "QuotaExhausted",
    "Request",
    "Response",
    "base64_of",
    "connect",
    "cost",
    "count_tokens_estimate",
    "has_media",
    "key_variables",
    "models",
    "price_of",
]
