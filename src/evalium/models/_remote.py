"""What every model behind HTTP has: a name there, an address, an identity, connections."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from evalium.core import ConfigError, Model, did_you_mean

from ._errors import Origin
from ._http import Target, Wire
from .base import AdapterBase, Request
from .providers import Access


class RemoteModel(AdapterBase):
    """Base of the HTTP adapters.

    Args:
        config: The model as in the plan.
        name: Name at the provider.
        base: Folder from which media paths count.
        reach: Address, key and headers.
    """

    version: ClassVar[int] = 1
    """Raised when a request is written differently, since the answers may differ then."""

    def __init__(self, config: Model, name: str, base: Path, reach: Access) -> None:
        self.id, self.name, self.base = config.id, name, base
        self.endpoint, self.lacks = reach.base_url, reach.lacks
        self.identity: dict[str, Any] = {
            "provider": config.id.partition("/")[0],
            "name": name,
            "revision": config.revision,
            "base_url": reach.base_url + (f"?{reach.query}" if reach.query else ""),
            "api": config.api,
            "headers": reach.public_headers,
            "adapter": self.version,
        }
        self._reach = reach
        self._wire = Wire()

    def _target(self, operation: str, headers: dict[str, str] | None = None) -> Target:
        url = self._reach.url(operation)
        return Target(url, {**(headers or {}), **self._reach.headers}, Origin(self.id, url, self._reach.secrets))

    def _require(self, request: Request, way_out: str) -> None:
        """Refuse a mode that the model cannot do.

        Raises:
            ConfigError: It cannot; `way_out` says what can.
        """
        if request.mode not in self.capabilities:
            raise ConfigError(f"model {self.id!r} cannot do mode {request.mode!r}; {way_out}")

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._wire.aclose()


def refuse_options(config: Model, *known: str) -> None:
    """Refuse options that the adapter does not have.

    Raises:
        ConfigError: An option is unknown.
    """
    for option in config.options:
        if option not in known:
            hint = did_you_mean(option, known) if known else " It has none; generation parameters go into 'generation'."
            raise ConfigError(f"model {config.id!r} has no option {option!r}.{hint}")


def api_is_chat(config: Model) -> None:
    """Refuse `api: completions` where the provider has only chat.

    Raises:
        ConfigError: The plan asks for it.
    """
    if config.api != "chat":
        raise ConfigError(f"model {config.id!r} has no api {config.api!r}; it speaks chat only")
