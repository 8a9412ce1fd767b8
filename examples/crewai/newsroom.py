"""What the flows share: the state whose concurrent use is under test. It needs nothing but Python."""

import threading
import time
from collections import Counter
from typing import NamedTuple

BUGS = ("race", "bleed")

# A store that is not in this process takes that long to answer.
STORE_SECONDS = 0.02

# The model's sentences are made of few parts, so most phrases come back: an article may say three in four again.
MOST_REPETITION = 0.75


class Entry(NamedTuple):
    """What is kept of a finished flow."""

    token: str
    words: int
    tokens: int


class MetricsCollector:
    """The metrics that all flows report to.

    Guarded, an update is one step. Unguarded (the bug `race`) it is three: the number is read, the store takes its time,
    and what was read is written back with the change, over whatever other flows have written meanwhile.
    """

    def __init__(self, guarded):
        self._guarded = guarded
        self._lock = threading.Lock()
        self.totals = {"started": 0, "failed": 0, "finished": 0, "words": 0, "tokens": 0}
        self.entries = []

    def started(self):
        self._add(started=1)

    def failed(self):
        self._add(failed=1)

    def finished(self, entry):
        self.entries.append(entry)
        self._add(finished=1, words=entry.words, tokens=entry.tokens)

    def _add(self, **amounts):
        if self._guarded:
            with self._lock:
                for name, amount in amounts.items():
                    self.totals[name] += amount
            return
        read = dict(self.totals)
        time.sleep(STORE_SECONDS)
        for name, amount in amounts.items():
            self.totals[name] = read[name] + amount


class Alerts:
    """The alerts of all flows, by rule: whose they are, each once however often it is raised."""

    def __init__(self):
        self._lock = threading.Lock()
        self._tokens = {}

    def raise_for(self, rule, token):
        with self._lock:
            self._tokens.setdefault(rule, set()).add(token)

    def raised_by(self, rule):
        return self._tokens.get(rule, set())


class QualityGate:
    """The gate that every article passes through."""

    def __init__(self):
        self._lock = threading.Lock()
        self.reviewed = 0

    def repeats_itself(self, article):
        words = article.lower().split()
        if not words:
            raise ValueError("the article is empty")
        with self._lock:
            self.reviewed += 1
        triples = list(zip(words, words[1:], words[2:]))
        return len(triples) > 0 and 1 - len(set(triples)) / len(triples) > MOST_REPETITION


class Newsroom:
    """Collector, alerts and gate of all flows, and the bug that the scenario asks for."""

    def __init__(self, bug=""):
        if bug not in ("", *BUGS):
            raise ValueError(f'there is no bug "{bug}"; there are {", ".join(BUGS)}')
        self.bug = bug
        self.collector = MetricsCollector(guarded=bug != "race")
        self.alerts = Alerts()
        self.gate = QualityGate()


def recount(newsroom, flows, counts, warmup):
    """Counts everything again; one sentence for each thing that does not add up."""
    entries, totals = newsroom.collector.entries, newsroom.collector.totals
    begun = sum(counts.get(outcome, 0) for outcome in ("ok", "failed", "timed_out", "killed")) + warmup
    expected = {
        "started": begun,
        "finished": len(entries),
        "words": sum(entry.words for entry in entries),
        "tokens": sum(entry.tokens for entry in entries),
    }
    problems = [
        f"{name}: the metrics collector has {totals[name]}, the recount gives {value}"
        for name, value in expected.items()
        if totals[name] != value
    ]
    if newsroom.gate.reviewed < len(entries):
        problems.append(f"{len(entries)} articles, {newsroom.gate.reviewed} reviews")

    stands = Counter(entry.token for entry in entries)
    alerted = newsroom.alerts.raised_by("flow failed")
    for flow in flows:
        if flow.outcome == "ok" and stands[flow.token] != 1:
            problems.append(f"flow {flow.iteration} was ok and is in the collector {stands[flow.token]} times")
        if flow.outcome == "failed" and stands[flow.token] > 0:
            problems.append(f"flow {flow.iteration} failed and is counted as finished")
        if (flow.outcome == "failed") != (flow.token in alerted) and flow.outcome in ("ok", "failed"):
            problems.append(f"flow {flow.iteration} was {flow.outcome} and its alert says otherwise")
    return problems
