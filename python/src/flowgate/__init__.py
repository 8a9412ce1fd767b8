"""
Types of what flowgate gives to a flow in Python and to its hooks.

Flows do not need this package when they run:

    from __future__ import annotations
    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from flowgate import FlowContext

    def flow(ctx: FlowContext) -> None: ...

`FlowContext[Shop]` says what `setup` returns, which is then `ctx.shared`; without it that may be anything.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Optional, Protocol, TypeVar, overload

__all__ = ["Context", "FlowContext", "FlowSummary", "Outcome", "Random", "Step", "Unit", "VerifyContext"]

if TYPE_CHECKING:
    # For the default. Type checkers bring typing_extensions; nothing imports it when a program runs.
    import typing_extensions

    Shared = typing_extensions.TypeVar("Shared", covariant=True, default=Any)
else:
    Shared = TypeVar("Shared", covariant=True)

Returned = TypeVar("Returned")

Outcome = Literal["ok", "failed", "timed_out", "killed", "dropped"]

Unit = Literal["%", "ratio", "ns", "us", "ms", "s", "m", "h", "B", "KB", "MB", "GB", "KiB", "MiB", "GiB"]


class Random(random.Random):
    """Seeded random numbers; calling it gives one in [0, 1)."""

    def __call__(self) -> float:
        return self.random()


class Step(Protocol):
    """Times what is inside: `with ctx.step(name):` or `async with ctx.step(name):`."""

    def __enter__(self) -> object: ...
    def __exit__(self, *exception: object) -> Literal[False]: ...
    async def __aenter__(self) -> object: ...
    async def __aexit__(self, *exception: object) -> Literal[False]: ...


class Context(Protocol[Shared]):
    """What `setup` and `teardown` are given; flows and `verify` are given more."""

    @property
    def shared(self) -> Shared:
        """What `setup` returned: one object for all flows. None inside `setup`."""
        ...

    @property
    def seed(self) -> int:
        """Seed of the scenario."""
        ...

    @property
    def options(self) -> Mapping[str, str]:
        """`options:` of the scenario."""
        ...


class FlowContext(Context[Shared], Protocol[Shared]):
    """What a flow is given."""

    @property
    def flow(self) -> int:
        """Number of the slot, from 1."""
        ...

    @property
    def iteration(self) -> int:
        """From 1 in order of start; 0 in the warm-up."""
        ...

    @property
    def token(self) -> str:
        """A canary, unique to the flow: use it as the name of a user, an order, a session."""
        ...

    @property
    def workspace(self) -> str:
        """Path of an empty private folder."""
        ...

    @property
    def data(self) -> Any:
        """The flow's row of `data:`; None without it."""
        ...

    @property
    def random(self) -> Random:
        """`ctx.random()` in [0, 1), or `ctx.random.choice(…)`; seeded by `seed` and `iteration`."""
        ...

    @property
    def cancelled(self) -> threading.Event:
        """Set when the flow is past its timeout, when the run is interrupted, and by a fault that kills the flow."""
        ...

    @overload
    def step(self, name: str) -> Step: ...
    @overload
    def step(self, name: str, fn: Callable[[], Awaitable[Returned]]) -> Coroutine[Any, Any, Returned]: ...
    @overload
    def step(self, name: str, fn: Callable[[], Returned]) -> Returned: ...
    def step(self, name: str, fn: Optional[Callable[[], Any]] = None) -> Any:
        """
        Times a stage of the flow; `step(name).p95` is then a metric. `with ctx.step(name):`, `async with`, or
        `ctx.step(name, fn)`, which gives what `fn()` returns. If `fn` is async, `await` it. Steps may nest and overlap.
        """

    def metric(self, name: str, value: float, unit: Optional[Unit] = None) -> None:
        """
        Reports a number; several reports of one flow under one name are added. Without `unit` it is a count.

        Raises ValueError if the value is not finite or the unit is unknown.
        """


class FlowSummary(Protocol):
    """How one flow went."""

    @property
    def flow(self) -> int:
        """Number of the slot, from 1."""
        ...

    @property
    def iteration(self) -> int:
        """From 1 in order of start."""
        ...

    @property
    def token(self) -> str: ...

    @property
    def outcome(self) -> Outcome: ...

    @property
    def time(self) -> float:
        """ms."""
        ...

    @property
    def error(self) -> Optional[str]:
        """None if the flow was ok."""
        ...


class VerifyContext(Context[Shared], Protocol[Shared]):
    """What `verify` is given."""

    @property
    def flows(self) -> Sequence[FlowSummary]:
        """In order of iteration: every counted flow, or of more than 10,000 a random sample and those that are not ok."""
        ...

    @property
    def counts(self) -> Mapping[Outcome, int]:
        """How many counted flows there were, by outcome."""
        ...

    @property
    def warmup(self) -> int:
        """How many flows ran before, uncounted; they have used the shared state too."""
        ...
