"""An article, written by five crews of CrewAI. Ten of these flows run at once in the threads of one process."""

import atexit
import logging
import os
import shutil
import tempfile
import threading
from pathlib import Path

# CrewAI reads its settings when it is imported. It reports to nobody, and keeps its files in a folder of its own: in
# memory where that can be, as each crew writes a SQLite file and would wait for the disk.
PRIVATE = tempfile.mkdtemp(prefix="crewai-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
atexit.register(shutil.rmtree, PRIVATE, ignore_errors=True)
os.environ.update(
    CREWAI_DISABLE_TELEMETRY="true",
    OTEL_SDK_DISABLED="true",
    CREWAI_TRACING_ENABLED="false",
    CREWAI_DISABLE_VERSION_CHECK="true",
    CREWAI_STORAGE_DIR=PRIVATE,
    HOME=PRIVATE,
    # The model is on this machine, whatever proxy leads out of it.
    NO_PROXY="127.0.0.1",
)

from crewai import LLM, Agent, Crew, Task  # noqa: E402
from crewai_core.lock_store import set_lock_backend  # noqa: E402

from newsroom import Entry, Newsroom, recount  # noqa: E402

# It would say before each call that it estimates the length of the prompt.
logging.getLogger("crewai.llms.base_llm").setLevel(logging.ERROR)

# Crews take turns at that SQLite file by a file lock that is tried every 250 ms. In one process a lock of Python's does.
locks = {}
set_lock_backend(lambda name, timeout: locks.setdefault(name, threading.RLock()))

SUBJECTS = (
    "release notes that people read",
    "error messages that say what to do next",
    "the first hour with a new tool",
    "incident reports without blame",
    "reviews that teach",
    "names that outlive their authors",
)

# Each crew: who it is, and what it is asked for. {reader} is the flow's canary token.
CREWS = {
    "research": (
        "Researcher",
        "List what is known about {subject}, for {reader}, in about 110 words.",
    ),
    "audience": (
        "Audience analyst",
        "Say in about 55 words what {reader} wants to know about {subject}. Known so far: {notes}",
    ),
    "draft": (
        "Writer",
        "Write an article on {subject} for {reader} in about 205 words. Readers: {audience} Notes: {notes}",
    ),
    "style": (
        "Style editor",
        "Write a better opening for this draft, in about 70 words: {draft}",
    ),
    "quality": (
        "Quality editor",
        "Judge this draft in about 60 words: {draft}",
    ),
}

# Each thread has a model object of its own: CrewAI adds up tokens in it, without a lock, so flows that share one would count
# each other's.
mine = threading.local()

# The bug `bleed` keeps the draft here, one for all flows.
current_draft = ""


def setup(ctx):
    return Newsroom(ctx.options.get("bug", ""))


def flow(ctx):
    newsroom = ctx.shared
    newsroom.collector.started()
    if not hasattr(mine, "model"):
        mine.model = LLM(model="openai/writer-1", base_url=ctx.options["model"], api_key="none", max_retries=0)
    model = mine.model
    before = model.get_token_usage_summary().total_tokens
    try:
        article = write(ctx, model)
        if newsroom.gate.repeats_itself(article):
            newsroom.alerts.raise_for("repeats itself", ctx.token)
    except Exception:
        newsroom.alerts.raise_for("flow failed", ctx.token)
        newsroom.collector.failed()
        raise
    finally:
        tokens = model.get_token_usage_summary().total_tokens - before
        ctx.metric("tokens", tokens)
    Path(ctx.workspace, "article.md").write_text(article, encoding="utf-8")
    newsroom.collector.finished(Entry(ctx.token, len(article.split()), tokens))
    return article


def write(ctx, model):
    global current_draft

    def ask(crew, **inputs):
        with ctx.step(crew):
            return kickoff(crew, model, inputs)

    subject, reader = SUBJECTS[int(ctx.random() * len(SUBJECTS))], ctx.token
    notes = ask("research", subject=subject, reader=reader)
    audience = ask("audience", subject=subject, reader=reader, notes=notes)
    draft = ask("draft", subject=subject, reader=reader, notes=notes, audience=audience)
    current_draft = draft
    opening = ask("style", draft=draft)
    if ctx.shared.bug == "bleed":
        draft = current_draft
    verdict = ask("quality", draft=draft)
    return f"# {subject.capitalize()}\n\n{opening}\n\n{draft}\n\n{verdict}\n"


def kickoff(name, model, inputs):
    """One crew of one agent with one task; its answer as text."""
    role, task = CREWS[name]
    agent = Agent(
        role=role,
        goal="Help to write one short article",
        backstory="You have worked for this newsroom for years.",
        llm=model,
        max_retry_limit=0,
        allow_delegation=False,
        verbose=False,
    )
    job = Task(description=task, expected_output="Plain text", agent=agent)
    crew = Crew(name=name, agents=[agent], tasks=[job], memory=False, cache=False, tracing=False, verbose=False)
    return crew.kickoff(inputs=inputs).raw


def verify(ctx):
    problems = recount(ctx.shared, ctx.flows, ctx.counts, ctx.warmup)
    if problems:
        raise AssertionError("; ".join(problems))


def teardown(ctx):
    shutil.rmtree(PRIVATE, ignore_errors=True)
