"""The ledger that all flows write to, and whether it adds up. The threads and the coroutines both use it."""

BUGS = ("race", "bleed")

# What a ledger on another machine would take to answer; the bug `race` lets other flows in meanwhile.
STORE_SECONDS = 0.02


class Ledger:
    def __init__(self, bug=""):
        if bug not in ("", *BUGS):
            raise ValueError(f'there is no bug "{bug}"; there are {", ".join(BUGS)}')
        self.bug = bug
        # The number of the last article that was begun.
        self.last = 0
        # Canary token -> number of the article. Each flow writes its own row and no other: no lock is needed for that.
        self.rows = {}


def check(ctx):
    """Throws an error that lists what does not add up."""
    ledger = ctx.shared
    problems = []
    begun = sum(ctx.counts.get(outcome, 0) for outcome in ("ok", "failed", "timed_out", "killed")) + ctx.warmup
    if ledger.last != begun:
        problems.append(f"{begun} articles were begun, the last one has number {ledger.last}")
    numbers = set(ledger.rows.values())
    if len(numbers) != len(ledger.rows):
        problems.append(f"{len(ledger.rows)} articles share {len(numbers)} numbers")
    for flow in ctx.flows:
        if (flow.outcome == "ok") != (flow.token in ledger.rows):
            problems.append(f"flow {flow.iteration} was {flow.outcome} and the ledger says otherwise")
    if problems:
        raise AssertionError("; ".join(problems))
