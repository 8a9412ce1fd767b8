"""
The host of Python flows: flowgate starts a process with this program and speaks with it by lines of JSON (docs/hosts.md
describes them, and this file is an example of a host). It needs the standard library alone, and Python 3.9 or later.

The main thread listens to flowgate and imports the module; flows and hooks never run there. `def flow` runs in one reused
thread a slot, as in a ThreadPoolExecutor; `async def flow` in one asyncio loop, which has a thread of its own.

Everything that measures is bound before the module is imported, and this file is executed in a namespace that no module
holds: what replaces clocks, JSON or channel functions by name, as test libraries do, changes nothing here.
"""

import _queue
import _thread
import asyncio
import base64
import concurrent.futures.thread
import contextvars
import dataclasses
import functools
import importlib.util
import inspect
import io
import json
import math
import os
import pickle
import random
import re
import socket
import sys
import sysconfig
import threading
import time
import traceback
import types

HOOKS = ("setup", "verify", "teardown")
#: One more than flowgate records of a flow, so that it is seen that there are more.
MOST_STEPS = 1001
MOST_METRICS = 101
LONGEST_NAME = 201
#: Bytes of each stream that are kept of a flow: its beginning and its end.
HEAD, TAIL = 4096, 12288
LONGEST_MESSAGE, LONGEST_STACK = 1000, 8000
#: Bytes of a line to flowgate.
LONGEST_LINE = 60_000_000
#: Seconds after the end of the channel in which flowgate's guard ends this process with all that it has started.
WITHOUT_GUARD = 1

# --- Bound before any module could replace them -----------------------------------------------------------------------

PID = os.getpid()
_getpid, _exit, _read, _write, _close = os.getpid, os._exit, os.read, os.write, os.close
_sleep, _thread_time = time.sleep, time.thread_time
# The clock of flowgate (libuv: uv_hrtime). time.monotonic() of Windows had a resolution of 16 ms before Python 3.13, and
# that of macOS stands still while the machine sleeps.
if sys.platform == "win32":
    _clock = time.perf_counter_ns
elif sys.platform == "darwin":
    _clock = functools.partial(time.clock_gettime_ns, time.CLOCK_MONOTONIC_RAW)
else:
    _clock = time.monotonic_ns
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_decode = json.JSONDecoder().decode
_Thread, _Lock, _RLock = threading.Thread, threading.Lock, threading.RLock
_Event, _Queue = threading.Event, _queue.SimpleQueue
_start_thread, _submit = threading.Thread.start, concurrent.futures.thread.ThreadPoolExecutor.submit
_Task = asyncio.Task
_native_thread = _thread.start_new_thread
_current_frame_file = sys._getframe().f_code.co_filename


def now():
    """Milliseconds of the machine's monotonic clock, which flowgate reads too."""
    return _clock() / 1e6


# --- The channel ------------------------------------------------------------------------------------------------------


class Channel:
    """Lines of JSON both ways. Each line to flowgate begins with a key that the module is not told."""

    def __init__(self, key, address):
        self._key = key.encode()
        self._lock = _Lock()
        self._open = True
        if isinstance(address, int):
            os.set_inheritable(address, False)
            self._receive = lambda: _read(address, 65536)
            self._send = lambda data: _write(address, data)
            self._end = lambda: _close(address)
        else:
            # Windows: one pipe cannot be read and written at once.
            connection = socket.create_connection(("127.0.0.1", address["port"]))
            connection.sendall(address["nonce"].encode() + b"\n")
            self._receive = lambda: connection.recv(65536)
            self._send, self._end = connection.send, connection.close

    def lines(self):
        """The messages of flowgate, until it is gone."""
        rest = []
        while True:
            try:
                data = self._receive()
            except KeyboardInterrupt:
                continue
            except OSError:
                return
            if not data:
                return
            *whole, last = data.split(b"\n")
            for line in whole:
                rest.append(line)
                yield _decode(b"".join(rest).decode())
                rest = []
            rest.append(last)

    def say(self, message):
        try:
            line = _encode(message)
        except ValueError:  # a sum that is no number any more
            line = _encode(without_content(message))
        if len(line) > LONGEST_LINE:
            line = _encode(without_content(message))
        data = memoryview(self._key + line.encode() + b"\n")
        with self._lock:
            while data and self._open:
                try:
                    data = data[self._send(data) :]
                except OSError:  # flowgate is gone
                    return

    def silence(self):
        """In a fork: what the child does is no message of this host."""
        self._open = False
        self._lock = _Lock()
        self._end()


def without_content(message):
    """A message whose content cannot be sent, saying so in its place."""
    error = {"message": "what it reports is more than 60 MB, or holds a number that is not finite"}
    if message["type"] == "ended":
        return {**message, "flow": {**message["flow"], "error": error, "steps": [], "metrics": [], **NOTHING_PRINTED}}
    return {"type": message["type"], "hooks": [], "hook": message.get("hook"), "error": error}


NOTHING = {"head": "", "tail": "", "bytes": 0}
NOTHING_PRINTED = {"stdout": NOTHING, "stderr": NOTHING}

# --- What flows print, and the tokens of others in it ---------------------------------------------------------------------

#: The output that whatever runs now belongs to; None outside of flows.
CURRENT = contextvars.ContextVar("flowgate", default=None)

#: Bytes that are shown before and after a token, and those in which a whole token has room.
AROUND, TOKEN = 40, 64
MOST_SIGHTINGS, MOST_TOLD_APART = 20, 1000
MOST_VALUES, MOST_CHARACTERS = 10_000, 1024 * 1024


class Canary:
    """Looks for the tokens of other flows in what one flow prints and returns."""

    def __init__(self, own):
        self.own = own.encode()
        self.prefix = self.own[: self.own.rindex(b"-") + 1]
        self.pattern = re.compile(re.escape(self.prefix) + rb"w?\d+")
        self.has_own = self.missed = False
        self.others = {}

    def text(self, text, where):
        data = text.encode("utf-8", "replace")
        if self.prefix in data:
            for match in self.pattern.finditer(data):
                self.meet(match, data, "return value", where, None, match.end() == len(data))

    def meet(self, match, data, place, where, at, last):
        token = match.group()
        if token == self.own:
            self.has_own = True
        # Its own with digits behind it, and its own cut short where a stream ends, only look like another's.
        if token.startswith(self.own) or (last and self.own.startswith(token)):
            return
        key = (token, place, where)
        if key in self.others or len(self.others) >= MOST_TOLD_APART:
            return
        around = data[max(0, match.start() - AROUND) : match.end() + AROUND].decode("utf-8", "replace")
        sighting = {"token": token.decode(), "place": place, "context": " ".join(around.split())}
        if where:
            sighting["where"] = where
        if at is not None:
            sighting["at"] = at
        self.others[key] = sighting

    def join(self, other):
        self.has_own = self.has_own or other.has_own
        self.missed = self.missed or other.missed
        for key, sighting in other.others.items():
            self.others.setdefault(key, sighting)

    def seen(self):
        others = list(self.others.values())
        return {"own": self.has_own, "others": others[:MOST_SIGHTINGS], "count": len(others), "missed": self.missed}

    def value(self, value):
        """Searches texts, and what JSON could hold; of anything else that a flow returns only the fields of a dataclass."""
        try:
            self._search(value)
        except Exception:  # of the module's own classes, which were asked for a name or a type
            self.missed = True

    def _search(self, value):
        open_values, values, characters = [(value, "")], 0, 0
        while open_values:
            each, path = open_values.pop()
            values += 1
            if isinstance(each, (bytes, bytearray)):
                each = bytes(each).decode("utf-8", "replace")
            if isinstance(each, str):
                characters += len(each)
                if characters <= MOST_CHARACTERS:
                    self.text(each, path)
                continue
            children = children_of(each)
            if values + len(children) > MOST_VALUES or characters > MOST_CHARACTERS:
                self.missed = True
                return
            for name, child in children:
                if isinstance(name, str):
                    self.text(name, path + " (key)")
                open_values.append((child, f"{path}[{name}]" if isinstance(name, int) else f"{path}.{name}"))
        if characters > MOST_CHARACTERS:
            self.missed = True


def children_of(value):
    """Pairs of key and value. What the module's own classes do when they are asked is their business: no error of it counts."""
    try:
        if isinstance(value, dict):
            return list(value.items())[: MOST_VALUES + 1]
        if isinstance(value, (list, tuple)):
            return list(enumerate(value[: MOST_VALUES + 1]))
        if isinstance(value, (set, frozenset)):
            return list(enumerate(list(value)[: MOST_VALUES + 1]))
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return [(field.name, getattr(value, field.name, None)) for field in dataclasses.fields(value)]
    except Exception:
        pass
    return []


class Printed:
    """One stream of a flow, bounded: its beginning and its end."""

    def __init__(self):
        self.head, self.tail, self.bytes = bytearray(), bytearray(), 0

    def add(self, data):
        self.bytes += len(data)
        room = HEAD - len(self.head)
        if room > 0:
            self.head += data[:room]
            data = data[room:]
        if data:
            self.tail += data[-TAIL:]
            if len(self.tail) > 2 * TAIL:
                del self.tail[:-TAIL]

    def excerpt(self):
        tail = self.tail[-TAIL:].decode("utf-8", "replace")
        return {"head": self.head.decode("utf-8", "replace"), "tail": tail, "bytes": self.bytes}


class Scanner:
    """Finds tokens in a stream, wherever it is cut into pieces."""

    def __init__(self, canary, place):
        self.canary, self.place = canary, place
        #: What is seen again together with the next piece; the byte at which it begins; up to where tokens were reported.
        self.rest, self.at, self.reported = b"", 0, 0

    def add(self, data, last=False):
        text = self.rest + data
        if self.canary.prefix in text:
            for match in self.canary.pattern.finditer(text):
                if self.at + match.start() < self.reported or (match.end() == len(text) and not last):
                    continue
                self.reported = self.at + match.end()
                self.canary.meet(match, text, self.place, None, self.at + match.start(), last and match.end() == len(text))
        kept = min(len(text), AROUND + TOKEN)
        self.at += len(text) - kept
        self.rest = text[len(text) - kept :]


class Output:
    """What one flow prints: on its own thread or task, and in threads that it has started (`branch`)."""

    def __init__(self, canary, parent=None):
        self.canary = canary
        self.parent = parent
        # The garbage collector may run while it is held, and what is collected may print.
        self.lock = parent.lock if parent else _RLock()
        self.streams = parent.streams if parent else {"stdout": Printed(), "stderr": Printed()}
        self.scanners = {name: Scanner(canary, name) for name in ("stdout", "stderr")} if canary else {}
        self.over = False

    def take(self, stream, data):
        with self.lock:
            root = self.parent or self
            if root.over:
                return
            self.streams[stream].add(data)
            if self.canary:
                self.scanners[stream].add(data)

    def branch(self):
        """
        For a thread or task that the flow starts. It may be one that serves other flows as well, later: what it sees
        counts only if it ends before the flow does.
        """
        root = self.parent or self
        return Output(Canary(root.canary.own.decode()) if root.canary else None, root)

    def finish(self):
        """The flow, or the thread or task that it has started, is through."""
        with self.lock:
            for scanner in self.scanners.values():
                scanner.add(b"", last=True)
            if self.parent is None:
                self.over = True
            elif not self.parent.over and self.canary:
                self.parent.canary.join(self.canary)


class Stream(io.TextIOBase):
    """In place of sys.stdout and sys.stderr: what a flow writes is that flow's, all else goes where it went."""

    def __init__(self, name, target):
        self._name, self._target = name, target
        self.buffer = Bytes(self)

    def write(self, text):
        output = None if is_fork() else CURRENT.get()
        if output is None:
            return self._target.write(text)
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        output.take(self._name, text.encode("utf-8", "replace"))
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        self._target.flush()

    def fileno(self):
        return self._target.fileno()

    def isatty(self):
        return False

    def writable(self):
        return True

    encoding = "utf-8"
    errors = "replace"
    name = property(lambda self: f"<{self._name}>")
    mode = "w"

    def reconfigure(self, **_):
        """Programs set encoding and buffering of the stream that is replaced here."""


class Bytes(io.RawIOBase):
    def __init__(self, stream):
        self._stream = stream

    def write(self, data):
        output = None if is_fork() else CURRENT.get()
        if output is None:
            return self._stream._target.buffer.write(data)
        output.take(self._stream._name, bytes(data))
        return len(data)

    def writable(self):
        return True

    def fileno(self):
        return self._stream.fileno()

    def flush(self):
        self._stream.flush()


def is_fork():
    return _getpid() != PID


def start_thread(self):
    """Thread.start, with the flow that starts it: threads do not inherit context variables where there is a GIL."""
    output = CURRENT.get()
    if output is not None:
        run, own = self.run, output.branch()

        def run_in_flow():
            CURRENT.set(own)
            try:
                run()
            finally:
                own.finish()

        self.run = run_in_flow
    return _start_thread(self)


def submit(self, fn, /, *args, **kwargs):
    """
    ThreadPoolExecutor.submit, with the flow that submits, or with none: the thread may have been started by another flow.
    """
    output = CURRENT.get()
    interpreters = sys.modules.get("concurrent.futures.interpreter")
    if interpreters is not None and isinstance(self, interpreters.InterpreterPoolExecutor):
        # What is submitted goes to another interpreter, and has to be a function that can be pickled.
        return _submit(self, fn, *args, **kwargs)

    def run_in_flow(*args, **kwargs):
        before = CURRENT.set(output)
        try:
            return fn(*args, **kwargs)
        finally:
            CURRENT.reset(before)

    return _submit(self, run_in_flow, *args, **kwargs)


def new_task(loop, coroutine, **options):
    """A task of the loop, with the flow that starts it."""
    output = CURRENT.get()
    if output is None or options.get("context") is not None:  # a context that is given may be entered already
        return _Task(coroutine, loop=loop, **options)
    own = output.branch()
    options.pop("context", None)
    context = contextvars.copy_context()
    context.run(CURRENT.set, own)
    if sys.version_info >= (3, 11):
        task = _Task(coroutine, loop=loop, context=context, **options)
    else:
        task = context.run(lambda: _Task(coroutine, loop=loop, **options))
    task.add_done_callback(lambda _: own.finish())
    return task


# --- What a flow is given -------------------------------------------------------------------------------------------------

UNITS = ("%", "ratio", "ns", "us", "ms", "s", "m", "h", "B", "KB", "MB", "GB", "KiB", "MiB", "GiB")


class Step:
    """Times a stage: `with ctx.step(name):`, or `async with`."""

    def __init__(self, steps, name):
        self._steps, self._name, self._started = steps, str(name)[:LONGEST_NAME], None

    def __enter__(self):
        self._started = now()
        return self

    def __exit__(self, *_):
        if len(self._steps) < MOST_STEPS:
            self._steps.append({"name": self._name, "startedAt": self._started, "endedAt": now()})
        return False

    async def __aenter__(self):
        return self.__enter__()

    async def __aexit__(self, *_):
        return self.__exit__()

    async def _rest(self, awaitable, waiting):
        waiting.discard(self)
        try:
            return await awaitable
        finally:
            self.__exit__()


class Random(random.Random):
    """Seeded by the scenario's seed and the iteration; `ctx.random()` is `ctx.random.random()`."""

    def __call__(self):
        return self.random()


class Context:
    """What a hook is given, and a flow beside what is its own. The package `flowgate` has the types for editors."""

    def __init__(self, shared, seed, options):
        self.shared, self.seed, self.options = shared, seed, dict(options)


class FlowContext(Context):
    def __init__(self, context, flow):
        super().__init__(context.shared, context.seed, context.options)
        self.flow, self.iteration = flow["slot"], flow["iteration"]
        self.token, self.workspace = flow["token"], flow["workspace"]
        self.data = flow.get("data")
        self.random = Random(f"{self.seed} {self.iteration}")
        self.cancelled = _Event()
        self._steps, self._metrics, self._lock = [], {}, _RLock()
        # Steps that were given an async function and that nobody has awaited yet: their body has not run.
        self._waiting = set()

    def step(self, name, fn=None):
        """`with ctx.step(name):`, or `ctx.step(name, fn)`, which gives what fn returns (`await` it if fn is async)."""
        step = Step(self._steps, name)
        if fn is None:
            return step
        if not callable(fn):
            raise TypeError(f"step({name!r}, fn) needs a function that can be called, not {type(fn).__name__}")
        if inspect.isgeneratorfunction(fn) or inspect.isasyncgenfunction(fn):
            raise TypeError(f"step({name!r}, fn): fn is a generator, whose body does not run when it is called")
        step.__enter__()
        try:
            returned = fn()
        except BaseException:
            step.__exit__()
            raise
        if inspect.isawaitable(returned):
            self._waiting.add(step)
            return step._rest(returned, self._waiting)
        step.__exit__()
        return returned

    def metric(self, name, value, unit=None):
        """Adds to what this flow reports by that name. `unit`: none for a count, %, ratio, or one of time or size."""
        if isinstance(value, bool):
            raise TypeError(f"metric({name!r}) needs a number, not {value}")
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(f"metric({name!r}) needs a finite number, not {number}")
        if unit is not None and unit not in UNITS:
            raise ValueError(f"metric({name!r}): unknown unit {unit!r}; known are {' '.join(UNITS)}, and none for a count")
        key = (str(name)[:LONGEST_NAME], unit)
        with self._lock:
            if key in self._metrics or len(self._metrics) < MOST_METRICS:
                self._metrics[key] = self._metrics.get(key, 0.0) + number

    def _finish(self, returned):
        """Raises if a part of the flow has not run, as an async function that is only called does not."""
        if inspect.isawaitable(returned):
            raise TypeError("flow returned a coroutine that was never awaited; await it in async def flow(ctx)")
        for step in self._waiting:
            raise TypeError(f"the step {step._name!r} was given an async function that was never awaited; write await ctx.step(…)")

    def _reported(self):
        with self._lock:
            return [
                {"name": name, "value": value, **({} if unit is None else {"unit": unit})}
                for (name, unit), value in self._metrics.items()
            ]


# --- Errors ---------------------------------------------------------------------------------------------------------------


def error_of(thrown):
    """Message, with the type and what caused it, and traceback, bounded. Never raises."""
    message = said_by(thrown)
    cause = root_cause(thrown)
    if cause and cause not in message:
        message = f"{message} ({cause})"
    return {"message": message[:LONGEST_MESSAGE], "stack": stack_of(thrown)[-LONGEST_STACK:]}


def said_by(thrown):
    if isinstance(thrown, SystemExit):
        return f"it called sys.exit({'' if thrown.code is None else text_of(thrown.code, repr)[:100]})"
    name = type(thrown).__name__
    first, *more = text_of(thrown)[:LONGEST_MESSAGE].split("\n")
    if first.rstrip().endswith(":"):
        first = " ".join(" ".join([first, *more]).split())
    first = first or source_of(thrown)
    return f"{name}: {first}" if first else name


def text_of(value, how=str):
    try:
        return how(value)
    except Exception:  # of the module's own class
        return ""


def source_of(thrown):
    """The line that raised it: of `assert a == b` it says more than nothing."""
    try:
        frames = traceback.extract_tb(thrown.__traceback__)
        return frames[-1].line or "" if frames else ""
    except Exception:
        return ""


def root_cause(thrown):
    last = None
    for _ in range(5):
        cause = thrown.__cause__ or first_of_group(thrown)
        if cause is None:
            break
        last = thrown = cause
    return "" if last is None else said_by(last)


def first_of_group(thrown):
    try:
        first = thrown.exceptions[0]
    except Exception:  # it is no group, or has an attribute of that name
        return None
    return first if isinstance(first, BaseException) else None


def own_traceback(thrown):
    """Without the frames of this file, by which the module was called."""
    trace = thrown.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == _current_frame_file:
        trace = trace.tb_next
    return trace


def stack_of(thrown):
    try:
        return "".join(traceback.format_exception(type(thrown), thrown, own_traceback(thrown)))
    except Exception:
        return ""


def loading_error(thrown):
    """Why the module cannot be imported, where, and what to do."""
    error = error_of(thrown)
    if isinstance(thrown, SystemExit):
        error["message"] += " while it was imported"
    frames = [
        frame
        for frame in traceback.extract_tb(own_traceback(thrown))
        if not frame.filename.startswith("<frozen ")
    ]
    if frames and not isinstance(thrown, SyntaxError):
        frame = frames[-1]
        error["message"] += f" (at {short_path(frame.filename)}:{frame.lineno})"
    if isinstance(thrown, ModuleNotFoundError):
        error["message"] += (
            f"; {sys.executable} does not have it: install it there, or name an interpreter that has it, "
            "as in python: .venv/bin/python"
        )
    return error


def short_path(path):
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive of Windows
        return path


# --- The module -----------------------------------------------------------------------------------------------------------


def import_module(path):
    """By its own name, from its folder, or of the package that its folder is; the working directory is searched too."""
    folder, name = os.path.split(path)
    name = name.rsplit(".", 1)[0].replace(".", "_")
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        name = f"{package}.{name}"
    sys.path[:0] = [folder, os.getcwd()]
    sys.argv[:] = [path]
    if "." in name:
        return importlib.import_module(name)
    # A file may be called json.py: then it must not take the place of the library's.
    known = name in sys.modules
    name = f"flowgate_module_{name}" if known else name
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def check(module):
    if _thread.start_new_thread is not _native_thread:
        raise RuntimeError(
            "gevent or eventlet has replaced threads, and flows need real ones: leave them out (thread=False), or make it "
            "a command (run:)"
        )
    if not callable(getattr(module, "flow", None)):
        raise TypeError("it has no function flow; write: def flow(ctx): …, or async def flow(ctx): …")
    for name in ("flow", *HOOKS):
        function = getattr(module, name, None)
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(f"{name} is a generator, whose body does not run when it is called; remove its yield")


def is_async(function):
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))


def runtime():
    enabled = getattr(sys, "_is_gil_enabled", lambda: True)()
    free = " free-threaded" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    version = ".".join(str(number) for number in sys.version_info[:3])
    return f"{sys.implementation.name.replace('cpython', 'Python')} {version}{free}, GIL {'on' if enabled else 'off'}"


# --- Where flows run ------------------------------------------------------------------------------------------------------


class Slot(_Thread):
    """
    One reused thread: what a flow leaves in thread-locals, the next flow of the slot finds. Its `run` is not that of
    Thread, which libraries that trace threads replace together with `start`.
    """

    def __init__(self, name):
        super().__init__(name=name, daemon=True)
        self.tasks, self.busy = _Queue(), False
        _start_thread(self)

    def run(self):
        while True:
            task = self.tasks.get()
            if task is None:
                return
            task()


class Loop:
    """One asyncio loop in a thread of its own, in which all async flows and hooks run."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.loop.set_task_factory(new_task)
        Slot("flows").tasks.put(self._serve)

    def _serve(self):
        asyncio.set_event_loop(self.loop)
        # sys.exit in a task and loop.stop() end it for all flows. Code that awaits the task gets the exit.
        while not self.loop.is_closed():
            try:
                self.loop.run_forever()
            except BaseException:
                pass

    def start(self, coroutines):
        """All in one turn of the loop."""
        self.loop.call_soon_threadsafe(lambda: [self._begin(coroutine) for coroutine in coroutines])

    def _begin(self, coroutine):
        task = self.loop.create_task(coroutine())
        # The loop holds its tasks weakly.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    _tasks = set()


class Slowdown:
    """
    Makes flows longer by a share of themselves, as if their code were that much slower: flowgate calibrate asks for it.
    First as much CPU time is burnt as the share of what the flow has used, then the rest of the time is waited for.
    """

    def __init__(self, share):
        self.share = share
        self.accounted = None

    def in_thread(self, flow, context):
        started, used = now(), _thread_time()
        returned = flow(context)
        took, used = now() - started, _thread_time() - used
        self._burn(used)
        _sleep(max(0.0, started + took * (1 + self.share) - now()) / 1000)
        return returned

    async def in_loop(self, flow, context):
        """Whose work it was in one loop nobody knows; all flows together are slowed by as much as was asked for."""
        if self.accounted is None:
            self.accounted = _thread_time()
        started = now()
        returned = await flow(context)
        took = now() - started
        self._burn(_thread_time() - self.accounted)
        self.accounted = _thread_time()
        await asyncio.sleep(max(0.0, started + took * (1 + self.share) - now()) / 1000)
        return returned

    def _burn(self, used):
        until = _thread_time() + used * self.share
        while _thread_time() < until:
            pass


class Run:
    """One flow, from its start to the message that says how it ended."""

    def __init__(self, host, flow):
        self.host, self.id = host, flow["id"]
        self.context = FlowContext(host.context, flow)
        self.output = Output(Canary(flow["token"]) if host.canaries else None)
        self.slot = self.task = None
        host.runs[self.id] = self

    def in_thread(self):
        CURRENT.set(self.output)
        started, error, returned = now(), None, None
        try:
            flow, slowdown = self.host.module.flow, self.host.slowdown
            returned = slowdown.in_thread(flow, self.context) if slowdown else flow(self.context)
            self.context._finish(returned)
        except BaseException as thrown:
            ended, error = now(), error_of(thrown)
        else:
            ended = now()
        CURRENT.set(None)
        self._end(started, ended, error, returned)

    async def in_loop(self):
        CURRENT.set(self.output)
        self.task = asyncio.current_task()
        started, error, returned = now(), None, None
        try:
            if self.context.cancelled.is_set():
                raise asyncio.CancelledError()
            flow, slowdown = self.host.module.flow, self.host.slowdown
            returned = await (slowdown.in_loop(flow, self.context) if slowdown else flow(self.context))
            self.context._finish(returned)
        except BaseException as thrown:
            ended, error = now(), error_of(thrown)
        else:
            ended = now()
        CURRENT.set(None)
        self._end(started, ended, error, returned)

    def cancel(self):
        self.context.cancelled.set()
        if self.task is not None:
            self.host.loop.loop.call_soon_threadsafe(self.task.cancel)

    def _end(self, started, ended, error, returned):
        if is_fork():
            # A flow that forked and did not end its child: there is no host here.
            sys.stdout.flush()
            _exit(0)
        self.output.finish()
        canary = self.output.canary
        if canary and error is None:
            canary.value(returned)
        streams = self.output.streams
        flow = {
            "startedAt": started,
            "endedAt": ended,
            "steps": self.context._steps,
            "metrics": self.context._reported(),
            "stdout": streams["stdout"].excerpt(),
            "stderr": streams["stderr"].excerpt(),
        }
        if error:
            flow["error"] = error
        if canary:
            flow["seen"] = canary.seen()
        self.host.runs.pop(self.id, None)
        # Before flowgate hears of it, which may start the next flow of the slot at once.
        if self.slot:
            self.slot.busy = False
        self.host.say({"type": "ended", "id": self.id, "flow": flow})


class Host:
    def __init__(self, channel):
        self.say = channel.say
        self.module = None
        self.context = Context(None, 0, {})
        self.canaries = False
        self.runs, self.slots = {}, {}
        self.loop = self.hooks = None
        share = os.environ.get("FLOWGATE_SLOWDOWN")
        self.slowdown = Slowdown(float(share)) if share else None

    def handle(self, message):
        kind = message["type"]
        if kind == "load":
            self.load(message)
        elif kind in HOOKS:
            self.hook(kind, message)
        elif kind == "share":
            self.context.shared = pickle.loads(base64.b64decode(message["shared"]))
        elif kind == "start":
            self.start(message)
        elif kind == "abort":
            run = self.runs.get(message["id"])
            if run is not None:
                run.cancel()
        elif kind == "ping":
            self.say({"type": "pong"})

    def load(self, message):
        self.context = Context(None, message["seed"], message["options"])
        self.canaries = message.get("canaries") is True
        try:
            self.module = import_module(message["module"])
            check(self.module)
            hooks = [name for name in HOOKS if callable(getattr(self.module, name, None))]
            if any(is_async(getattr(self.module, name)) for name in ("flow", *hooks)):
                self.loop = Loop()
            self.say({"type": "loaded", "hooks": hooks, "runtime": runtime()})
        except BaseException as thrown:
            self.say({"type": "loaded", "hooks": [], "error": loading_error(thrown)})

    def hook(self, name, message):
        """In a thread of its own, the same for all hooks, or in the loop if it is async."""
        function = getattr(self.module, name)
        context = Context(self.context.shared, self.context.seed, self.context.options)
        if name == "verify":
            told = dict(message["run"])
            told["flows"] = [types.SimpleNamespace(**{"error": None, **flow}) for flow in told["flows"]]
            context.__dict__.update(told)
        if is_async(function):

            async def run():
                try:
                    returned = await function(context)
                    if inspect.isawaitable(returned):
                        raise TypeError(f"{name} returned a coroutine that was never awaited; await it in {name}")
                    answer = self.answer_of(name, message, returned)
                except BaseException as thrown:
                    answer = {"error": error_of(thrown)}
                self.say({"type": "done", "hook": name, **answer})

            self.loop.start([run])
            return

        def call():
            try:
                returned = function(context)
                if inspect.isawaitable(returned):
                    raise TypeError(f"{name} returned a coroutine that was never awaited; write async def {name}(ctx): …")
                answer = self.answer_of(name, message, returned)
            except BaseException as thrown:
                answer = {"error": error_of(thrown)}
            self.say({"type": "done", "hook": name, **answer})

        if self.hooks is None:
            self.hooks = Slot("hooks")
        self.hooks.tasks.put(call)

    def answer_of(self, name, message, returned):
        if name == "verify" and returned is False:
            raise AssertionError("verify returned False")
        if name != "setup":
            return {}
        self.context.shared = returned
        if message.get("share") is not True:
            return {}
        try:
            return {"shared": base64.b64encode(pickle.dumps(returned)).decode()}
        except Exception as thrown:
            raise TypeError(
                "what setup returned cannot be handed to the other processes: return data (pickle) and open connections "
                "in the module or in the flow, or write isolate: none"
            ) from thrown

    def start(self, message):
        """The start barrier of this process: every thread stands ready before the first flow is let go."""
        runs = [Run(self, flow) for flow in message["flows"]]
        slots = {flow["id"]: flow["slot"] for flow in message["flows"]}
        is_loop = is_async(self.module.flow)
        if not is_loop:
            for run in runs:
                run.slot = self.slot(slots[run.id])
        if "at" in message:
            _sleep(max(0.0, message["at"] - now()) / 1000)
        if is_loop:
            self.loop.start([run.in_loop for run in runs])
            return
        for run in runs:
            run.slot.tasks.put(run.in_thread)

    def slot(self, number):
        slot = self.slots.get(number)
        if slot is not None and slot.busy:
            # A flow that was given up still has its thread, which ends with it.
            slot.tasks.put(None)
            slot = None
        if slot is None:
            slot = self.slots[number] = Slot(f"flow-{number}")
        slot.busy = True
        return slot


def serve(given):
    """`given`: the first line of standard input, {"key": …, "channel": a descriptor, or a port and a nonce}."""
    start = _decode(given.decode())
    channel = Channel(start["key"], start["channel"])
    sys.stdout, sys.stderr = Stream("stdout", sys.stdout), Stream("stderr", sys.stderr)
    threading.Thread.start = start_thread
    concurrent.futures.thread.ThreadPoolExecutor.submit = submit
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=channel.silence)
    host = Host(channel)
    channel.say({"type": "listening", "pid": PID, "now": now()})
    for message in channel.lines():
        host.handle(message)
    # Signals are not relied upon: a module may have replaced their handlers.
    _sleep(WITHOUT_GUARD)
    _exit(0)


serve(GIVEN)  # noqa: F821 (what has started this file has put it there)
