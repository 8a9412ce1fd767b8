"""The same articles as coroutines of one event loop, with the answers as a stream. Standard library alone."""

import asyncio
import json
from urllib.parse import urlsplit

from ledger import STORE_SECONDS, Ledger, check

# The bug `bleed` takes the reader from here: one variable for all flows.
current_reader = ""


def setup(ctx):
    return Ledger(ctx.options.get("bug", ""))


async def flow(ctx):
    global current_reader
    current_reader = ctx.token
    number = await take_number(ctx.shared)
    async with ctx.step("outline"):
        outline, used = await ask(ctx, f"Outline an article for {ctx.token} in about 90 words.")
    reader = current_reader if ctx.shared.bug == "bleed" else ctx.token
    async with ctx.step("draft"):
        draft, more = await ask(ctx, f"Write it for {reader} in about 160 words: {outline}")
    ctx.metric("tokens", used + more)
    ctx.shared.rows[ctx.token] = number
    return f"No. {number}\n\n{draft}"


async def take_number(ledger):
    """Between two awaits no other flow runs: no lock is needed. The bug `race` awaits between reading and writing."""
    if ledger.bug == "race":
        last = ledger.last
        await asyncio.sleep(STORE_SECONDS)
        ledger.last = last + 1
        return last + 1
    ledger.last += 1
    return ledger.last


async def ask(ctx, prompt):
    """The model's answer, and the tokens that it took. In HTTP/1.0 the end of the answer is the end of the connection."""
    url = urlsplit(ctx.options["model"])
    question = {
        "messages": [{"role": "user", "content": prompt}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    body = json.dumps(question).encode()
    head = f"POST {url.path}/chat/completions HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n"
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    try:
        writer.write(head.encode() + body)
        status = (await reader.readline()).split()[1]
        if status != b"200":
            _, _, problem = (await reader.read()).partition(b"\r\n\r\n")
            raise RuntimeError(json.loads(problem)["error"]["message"])
        text, tokens = "", 0
        async for line in reader:
            if not line.startswith(b"data: {"):
                continue
            chunk = json.loads(line[len(b"data: ") :])
            text += "".join(choice["delta"].get("content", "") for choice in chunk["choices"])
            tokens += chunk.get("usage", {}).get("total_tokens", 0)
        return text, tokens
    finally:
        writer.close()


verify = check
