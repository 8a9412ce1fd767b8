"""
The smallest user of Locust that makes BENCH_CALLS calls of python_work.work in all, without a pause. With BENCH_RECORDED
each is reported to Locust's statistics, as its documentation says for what is not HTTP.
"""

import itertools
import os
import time

import gevent

# Before the work: it replaces time.sleep, sockets and threads by those of gevent.
from locust import User, constant, task

from python_work import ends, work, write

CALLS = int(os.environ["BENCH_CALLS"])
RECORDED = "BENCH_RECORDED" in os.environ
calls = itertools.count(1)


class Minimal(User):
    wait_time = constant(0)

    @task
    def call(self):
        # Users that come after the last call wait for the others.
        if next(calls) > CALLS:
            time.sleep(60)
        begun = time.perf_counter()
        work()
        if RECORDED:
            self.environment.events.request.fire(
                request_type="call",
                name="work",
                response_time=(time.perf_counter() - begun) * 1000,
                response_length=0,
                exception=None,
                context={},
            )
        if len(ends) == CALLS:
            write()
            # Not by this user, whom that stops too.
            gevent.spawn(self.environment.runner.quit)
