"""The same in asyncio; `ctx.shared` is left open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowgate import Context, FlowContext, VerifyContext


async def setup(ctx: Context) -> dict[str, int]:
    return {"drafts": 0}


async def flow(ctx: FlowContext) -> str:
    async with ctx.step("wait"):
        await asyncio.sleep(0.001)
    draft: str = await ctx.step("draft", lambda: write(ctx.token))
    ctx.metric("length", len(draft))
    ctx.shared["drafts"] += 1
    return draft


async def write(token: str) -> str:
    return f"draft of {token}"


async def verify(ctx: VerifyContext[dict[str, int]]) -> None:
    assert ctx.shared["drafts"] == ctx.counts["ok"]
