"""What happens inside the sandboxed process: a program is executed and called, and plain values go out.

Nothing here decides anything: there is no test, no expected value and no comparison in this process, so a program that
takes it over has gained what it had before: it may answer what it likes, and the answers are judged elsewhere.
"""

from __future__ import annotations

import ast
import os
import sys
import types
from collections.abc import Callable
from typing import Any, Final

from sml_env.verifiers.sandbox.codec import MAX_FRAME, decode, encode, frame, read_message

__all__ = ["perform"]

_MAX_MESSAGE: Final = 200
_NAME: Final = "program"


class _Channel:
    """The other end of the parent's socket."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._posted = b""

    def post(self, message: Any) -> None:
        """Send a message along with the next one."""
        self._posted += frame(message)

    def send(self, message: Any) -> None:
        data, self._posted = memoryview(self._posted + frame(message)), b""
        while data:
            data = data[os.write(self._descriptor, data) :]

    def receive(self) -> Any:
        size = int.from_bytes(self._exactly(4), "big")
        if size > MAX_FRAME:
            raise ValueError("a frame that is too large")
        return read_message(self._exactly(size))

    def _exactly(self, size: int) -> bytes:
        pieces = []
        while size:
            piece = os.read(self._descriptor, min(size, 1 << 20))
            if not piece:
                raise EOFError
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)


def perform(descriptor: int) -> None:
    """Read one job from the channel and do it.

    Args:
        descriptor: Of the channel.
    """
    channel = _Channel(descriptor)
    job = channel.receive()
    if job["mode"] == "calls":
        function = _loaded(channel, job)
        if function is not None:
            channel.send(["ready"])
            for arguments in job["inputs"]:
                channel.send(_called(function, arguments))
            channel.send(["done"])
    elif job["mode"] == "serve":
        function = _loaded(channel, job)
        if function is not None:
            channel.send(["ready"])
            while True:
                channel.send(_called(function, channel.receive()))
    elif job["mode"] == "asserts":
        _check(channel, job)
    else:
        _script(channel, job)


def _text(error: BaseException) -> list[str]:
    """An exception as the names of its class and of the builtin one behind it, and the begin of its message."""
    try:
        message = str(error)[:_MAX_MESSAGE]
    except BaseException:
        message = ""
    name = type(error).__name__
    builtin = next((base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins"), "Exception")
    return [name[:_MAX_MESSAGE], message, builtin]


def _module(name: str) -> types.ModuleType:
    module = types.ModuleType(name)
    sys.modules[name] = module
    return module


def _loaded(channel: _Channel, job: dict[str, Any]) -> Callable[..., Any] | None:
    """Execute the program and find its function; else say what is wrong."""
    module = _module(_NAME)
    try:
        code = compile(job["source"], "<program>", "exec", dont_inherit=True)
    except BaseException as error:
        channel.send(["fault", "syntax", *_text(error)])
        return None
    try:
        exec(code, module.__dict__)
    except BaseException as error:
        channel.send(["fault", "raised", *_text(error)])
        return None
    function: Callable[..., Any] | None = module.__dict__.get(job["function"])
    if not callable(function):
        channel.send(["fault", "missing", job["function"], "", ""])
        return None
    return function


def _called(function: Callable[..., Any], arguments: Any) -> list[Any]:
    try:
        value = function(*decode(arguments))
    except BaseException as error:
        return ["raised", *_text(error)]
    try:
        return ["value", encode(value)]
    except BaseException as error:
        return ["unshown", *_text(error)]


# -- tests of the assert style: in a process of their own, which calls the program in another --------------------------


class _Recorder:
    """Passes calls on to the program's process, and notes which assert made which."""

    def __init__(self, channel: _Channel) -> None:
        self._channel = channel

    def candidate(self, *arguments: Any, **named: Any) -> Any:
        if named:
            raise TypeError("call the function with positional arguments")
        self._channel.send(["call", encode(list(arguments))])
        answer = self._channel.receive()
        if answer[0] == "value":
            return decode(answer[1])
        if answer[0] == "raised":
            raise _builtin(answer[3])(answer[2])
        raise TypeError(answer[2])

    def passed(self) -> None:
        self._channel.post(["passed"])

    def failed(self, error: BaseException) -> None:
        self._channel.post(["failed", *_text(error)])


def _builtin(name: str) -> type[Exception]:
    import builtins

    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, UnicodeError):
        return kind
    return RuntimeError


class _Recorded(ast.NodeTransformer):
    """Every assert on its own: noted, and no reason to stop."""

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        template = ast.parse(
            "try:\n    pass\nexcept Exception as _error_:\n    _failed_(_error_)\nelse:\n    _passed_()"
        )
        wrapped = template.body[0]
        wrapped.body = [node]  # type: ignore[attr-defined]
        return ast.copy_location(wrapped, node)


def _check(channel: _Channel, job: dict[str, Any]) -> None:
    recorder = _Recorder(channel)
    module = _module("__tests__")
    space = module.__dict__
    try:
        exec(compile(job["preamble"], "<preamble>", "exec", dont_inherit=True), space)
        tree = _Recorded().visit(ast.parse(job["asserts"]))
        space.update({"_failed_": recorder.failed, "_passed_": recorder.passed, "candidate": recorder.candidate})
        space[job["function"]] = recorder.candidate
        exec(compile(ast.fix_missing_locations(tree), "<tests>", "exec", dont_inherit=True), space)
        check = space.get("check")
    except BaseException as error:
        channel.send(["fault", "tests", *_text(error)])
        return
    try:
        if callable(check):
            check(recorder.candidate)
    except BaseException as error:
        recorder.failed(error)
    channel.send(["done"])


# -- whole scripts -----------------------------------------------------------------------------------------------------


def _script(channel: _Channel, job: dict[str, Any]) -> None:
    """Run a program as ``__main__``; standard input and output are descriptors of their own."""
    module = _module("__main__")
    sys.argv = ["program"]
    status = 0
    try:
        code = compile(job["source"], "<program>", "exec", dont_inherit=True)
    except BaseException as error:
        channel.send(["fault", "syntax", *_text(error)])
        return
    try:
        exec(code, module.__dict__)
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
    except BaseException as error:
        channel.send(["fault", "raised", *_text(error)])
        status = 1
    threading = sys.modules.get("threading")
    if threading is not None:
        threading._shutdown()
    try:
        sys.stdout.flush()
    except BaseException:
        status = 1
    os._exit(status & 255)
