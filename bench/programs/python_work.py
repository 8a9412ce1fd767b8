"""
The function of bench/python.bench.mjs, the same for all: it notes when it was called and when it was through, in memory,
and sleeps for BENCH_SLEEP seconds, if any. What it noted is written to BENCH_NOTES when all calls are through.

As a module of flowgate it is the flow; as a program, `CALLS AT_ONCE`, a bare ThreadPoolExecutor calls it.
"""

import concurrent.futures
import json
import os
import sys
import time

SLEEP = float(os.environ.get("BENCH_SLEEP", "0"))
starts, ends, used = [], [], []


def work():
    starts.append(time.monotonic_ns())
    if not used:
        used.append(time.process_time_ns())
    if SLEEP:
        time.sleep(SLEEP)
    ends.append(time.monotonic_ns())


def write():
    notes = {"starts": starts, "ends": ends, "used": time.process_time_ns() - used[0]}
    with open(os.environ["BENCH_NOTES"], "w") as file:
        json.dump(notes, file)


def flow(ctx):
    work()


def teardown(ctx):
    write()


if __name__ == "__main__":
    with concurrent.futures.ThreadPoolExecutor(int(sys.argv[2])) as executor:
        for _ in range(int(sys.argv[1])):
            executor.submit(work)
    write()
