"""The same work as python_work.py in one asyncio loop: a module of flowgate, and as a program `CALLS`, all at once."""

import asyncio
import sys
import time

import python_work
from python_work import teardown  # noqa: F401 (a hook)


async def flow(ctx):
    python_work.starts.append(time.monotonic_ns())
    if not python_work.used:
        python_work.used.append(time.process_time_ns())
    await asyncio.sleep(python_work.SLEEP)
    python_work.ends.append(time.monotonic_ns())


async def main():
    await asyncio.gather(*(flow(None) for _ in range(int(sys.argv[1]))))


if __name__ == "__main__":
    asyncio.run(main())
    python_work.write()
