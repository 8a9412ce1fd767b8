"""One article a flow, each in a thread of its own, as a pool of workers would write them. Standard library alone."""

import http.client
import json
import threading
import time
from urllib.parse import urlsplit

from ledger import STORE_SECONDS, Ledger, check

lock = threading.Lock()

# The bug `bleed` takes the reader from here: one variable for all flows.
current_reader = ""


def setup(ctx):
    return Ledger(ctx.options.get("bug", ""))


def flow(ctx):
    global current_reader
    current_reader = ctx.token
    number = take_number(ctx.shared)
    with ctx.step("outline"):
        outline, used = ask(ctx, f"Outline an article for {ctx.token} in about 90 words.")
    reader = current_reader if ctx.shared.bug == "bleed" else ctx.token
    with ctx.step("draft"):
        draft, more = ask(ctx, f"Write it for {reader} in about 160 words: {outline}")
    ctx.metric("tokens", used + more)
    ctx.shared.rows[ctx.token] = number
    return f"No. {number}\n\n{draft}"


def take_number(ledger):
    """Without the lock (the bug `race`) two flows read the same number, and each writes its successor."""
    if ledger.bug == "race":
        last = ledger.last
        time.sleep(STORE_SECONDS)
        ledger.last = last + 1
        return last + 1
    with lock:
        ledger.last += 1
        return ledger.last


def ask(ctx, prompt):
    """The model's answer, and the tokens that it took."""
    url = urlsplit(ctx.options["model"])
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=20)
    try:
        question = {"messages": [{"role": "user", "content": prompt}]}
        connection.request("POST", f"{url.path}/chat/completions", json.dumps(question))
        response = connection.getresponse()
        answer = json.load(response)
    finally:
        connection.close()
    if response.status != 200:
        raise RuntimeError(answer["error"]["message"])
    return answer["choices"][0]["message"]["content"], answer["usage"]["total_tokens"]


verify = check
