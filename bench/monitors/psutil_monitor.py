"""psutil below a process (argument), twenty times a second; prints the share of a core that it took."""
import json
import sys
import time

import psutil

EVERY, WARM, MEASURED = 0.05, 1.5, 3

root = psutil.Process(int(sys.argv[1]))
known = {}


def look():
    seen = 0
    for process in root.children(recursive=True):
        # Objects are kept, as psutil advises: a new one would have to learn its process anew.
        process = known.setdefault(process.pid, process)
        with process.oneshot():
            process.memory_info(), process.cpu_times(), process.num_threads(), process.ppid()
        seen += 1
    return seen


def look_for(seconds):
    end = time.monotonic() + seconds
    seen = 0
    while time.monotonic() < end:
        begun = time.monotonic()
        seen = look()
        time.sleep(max(0, EVERY - (time.monotonic() - begun)))
    return seen


look_for(WARM)
before, begun = time.process_time(), time.monotonic()
processes = look_for(MEASURED)
share = (time.process_time() - before) / (time.monotonic() - begun) * 100
print(json.dumps({"share": share, "processes": processes}))
