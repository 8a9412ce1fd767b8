"""A flow with types: `mypy --strict` and pyright accept it, and it runs where the package is not installed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowgate import Context, FlowContext, VerifyContext


class Shop:
    def __init__(self) -> None:
        self.sold = 0
        self.lock = threading.Lock()

    def sell(self) -> int:
        with self.lock:
            self.sold += 1
            return self.sold


def setup(ctx: Context) -> Shop:
    return Shop()


def flow(ctx: FlowContext[Shop]) -> str:
    with ctx.step("order"):
        ctx.shared.sell()
    length: int = ctx.step("length", lambda: len(ctx.token))
    ctx.metric("length", length, "B")
    ctx.metric("luck", ctx.random() + ctx.random.choice([0, 1]))
    if ctx.cancelled.is_set():
        raise RuntimeError(f"slot {ctx.flow + 0} was told to end")
    return ctx.options.get("greeting", "") + ctx.token


def verify(ctx: VerifyContext[Shop]) -> None:
    assert ctx.shared.sold == ctx.counts["ok"] + ctx.warmup
    assert all(flow.error is None for flow in ctx.flows if flow.outcome == "ok")
