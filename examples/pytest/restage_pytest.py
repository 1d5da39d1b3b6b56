"""pytest plugin for restage: a session of recorded or replayed API Gateway for each test that asks for it.

Copy this file beside your top conftest.py, which says ``pytest_plugins = ["restage_pytest"]``. It needs nothing but the
standard library and restage's command line: that of the ini option ``restage_command``, of RESTAGE_COMMAND, of
``node_modules/.bin`` here or above, or of the PATH.
"""

import difflib
import errno
import hashlib
import json
import math
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

import pytest

MODES = ("record", "replay", "auto", "passthrough")
MARK = "restage(cassette, faults, order, seed, strict): settings of this test's session"
MARK_SETTINGS = ("cassette", "faults", "order", "seed", "strict")
START_SECONDS = 60
# Of the command that misses name, in characters: restage takes no longer one.
MAX_RECORD_WITH = 1000
STOP_SECONDS = 30
# What runs behind restage's `--`: it tells the environment that restage has for programs, and ends when pytest does, however
# that comes about. So does restage then.
KEEPER = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"
# Names that Windows keeps for devices, with any extension.
RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d")

JsonObject = Dict[str, Any]


def __tracebackhide__(excinfo: Any) -> bool:
    """For pytest: what is refused fails at that line of the test, not in here."""
    return not isinstance(getattr(excinfo, "value", None), pytest.fail.Exception)


class RestageError(Exception):
    """What restage refused, in its words."""


class Faults:
    """The faults of a test's session."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    def add(self, *faults: Union[str, Mapping[str, Any]]) -> List[JsonObject]:
        """Adds rules: ``"throttle,first=2"`` or ``{"kind": "throttle", "first": 2}``."""
        return [rule for fault in faults for rule in self._session.call("POST", "faults", fields_of(fault))["faults"]]

    def list(self) -> List[JsonObject]:
        """Every rule, with how often it matched and fired."""
        return self._session.call("GET", "faults")["faults"]

    def remove(self, name: str) -> None:
        """Removes one rule. Its name is its text, unless it has another."""
        self._session.call("DELETE", "faults/" + urllib.parse.quote(name, safe=""))

    def clear(self) -> None:
        """Removes every rule."""
        self._session.call("DELETE", "faults")


class Session:
    """What a test has of restage: its own cassette, faults and calls."""

    def __init__(self, server: "Server", name: str, cassette: str, settings: Mapping[str, Any]) -> None:
        self._server = server
        self.name = name
        self.mode = server.mode
        self._folder = server.folder / cassette
        self.strict = bool(settings.get("strict", False))
        given = {key: settings[key] for key in ("faults", "order", "seed", "recordWith") if settings.get(key) is not None}
        # Whoever stands still in a debugger keeps the session.
        server.call("POST", "sessions", {"name": name, "cassette": cassette, "idleSeconds": 86_400, **given})
        self.faults = Faults(self)

    @property
    def url(self) -> str:
        """The endpoint for clients of API Gateway, of version 1 and 2."""
        return f"{self._server.url}/@{self.name}"

    @property
    def client(self) -> Dict[str, str]:
        """Arguments for boto3: ``boto3.client("apigateway", **restage.client)``."""
        env = self._server.environment
        named = {
            "region_name": env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION"),
            "aws_access_key_id": env.get("AWS_ACCESS_KEY_ID"),
            "aws_secret_access_key": env.get("AWS_SECRET_ACCESS_KEY"),
            "aws_session_token": env.get("AWS_SESSION_TOKEN"),
        }
        return {"endpoint_url": self.url, **{name: value for name, value in named.items() if value}}

    @property
    def environment(self) -> Dict[str, str]:
        """The whole environment for a program: ``subprocess.run(tool, env=restage.environment)``."""
        urls = ("AWS_ENDPOINT_URL_API_GATEWAY", "AWS_ENDPOINT_URL_APIGATEWAYV2", "RESTAGE_URL")
        return {**self._server.environment, **{name: self.url for name in urls}}

    def calls(self, **wanted: Any) -> List[JsonObject]:
        """The last 1,000 calls: those of an ``operation``, ``status``, ``outcome``, ``api``, ``since``; ``limit`` of them."""
        return self.call("GET", "calls", query=wanted)["calls"]

    def misses(self) -> List[JsonObject]:
        """The calls that were not recorded."""
        return self.calls(outcome="missed")

    def unused(self) -> List[JsonObject]:
        """The recordings of the cassette that this test has not played."""
        return self.call("GET", "unused")["unused"]

    def retries(self) -> JsonObject:
        """What clients tried again, how long they waited, and how it ended."""
        return self.call("GET", "retries")

    def check(self, expectation: str) -> None:
        """Raises AssertionError unless clients did what is expected: ``"attempts<=3"``, ``"all succeed"``, ``"gap>=1s"``."""
        verdict = self.call("GET", "check", query={"expect": expectation})
        assert verdict["passed"], f"{verdict['expected']}: {verdict['reason']}"

    def wait_for(self, n: int = 1, *, timeout: float = 10, **wanted: Any) -> List[JsonObject]:
        """Waits until ``n`` such calls have ended, those of before included; ``timeout`` is in seconds, up to 60."""
        query = {"n": n, "timeout": math.ceil(timeout), **wanted}
        return self.call("GET", "wait", query=query, seconds=timeout + STOP_SECONDS)["calls"]

    def reset(self) -> None:
        """Begins anew: takes, counters and calls."""
        self.call("POST", "reset")

    def discard(self) -> JsonObject:
        """Takes back what this test has recorded. A test that fails does so by itself."""
        return self.call("POST", "discard")

    def call(self, method: str, path: str, body: Optional[Mapping[str, Any]] = None, **options: Any) -> JsonObject:
        return self._server.call(method, path, body, session=self.name, **options)

    def close(self) -> None:
        self._server.call("DELETE", "sessions/" + self.name)
        remove_if_empty(self._folder)


class Server:
    """restage, started for the cassettes of one test module."""

    def __init__(self, command: List[str], mode: str, folder: Path, root: Path) -> None:
        self.mode = mode
        self.folder = folder
        self._log = tempfile.TemporaryFile()
        # The server's own cassette. Nothing is recorded to it; but it is locked, and workers of pytest-xdist share modules.
        own = f"pytest-{os.getpid()}"
        self._own_folder = folder / own
        self._listening = f"restage {mode} listening on ".encode()
        # Shorter to read in what restage says, where it can be.
        shown = folder.relative_to(root) if root in folder.parents else folder
        keeper = ["--", sys.executable, "-I", "-S", "-c", KEEPER]
        options = ["--dir", str(shown), "--cassette", own, "--port", "0", "--log", "silent"]
        self._process = subprocess.Popen(
            [*command, mode, *options, *keeper],
            cwd=str(root),
            env={name: value for name, value in os.environ.items() if name != "RESTAGE_COMMAND"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            # Ctrl-C is for pytest: what the interrupted test recorded is still to be taken back.
            start_new_session=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.startswith(b"{"):
            raise RestageError(self._end() or f"Cannot start restage: {shlex.join(command)} ended without a word.")
        self.environment: Dict[str, str] = json.loads(line)
        self.url = self.environment["RESTAGE_URL"]

    def call(
        self,
        method: str,
        path: str,
        body: Optional[Mapping[str, Any]] = None,
        session: Optional[str] = None,
        query: Optional[Mapping[str, Any]] = None,
        seconds: float = STOP_SECONDS,
    ) -> JsonObject:
        base = self.url if session is None else f"{self.url}/@{session}"
        url = f"{base}/__restage/{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        token = os.environ.get("RESTAGE_ADMIN_TOKEN")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            # Whatever proxy there is, restage is here.
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(urllib.request.Request(url, data, headers, method=method), timeout=seconds) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode("utf-8", "replace")
            raise RestageError(message_of(text)) from None

    def stop(self) -> Optional[str]:
        """Ends restage. Returns what it said if not all went well."""
        said = self._end()
        status = self._process.returncode
        return None if status == 0 else said or f"restage ended with status {status}."

    def _end(self) -> str:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process.stdout.close()
        remove_if_empty(self._own_folder)
        with self._log:
            self._log.seek(0)
            # Where it listened is no reason for anything.
            lines = [line for line in self._log if not line.startswith(self._listening)]
        return b"".join(lines).decode("utf-8", "replace").strip()


class Plugin:
    """The servers of this run, one at a time for each module, and the sessions of its tests."""

    def __init__(self, config: pytest.Config, mode: str) -> None:
        self._config = config
        self._mode = mode
        self._refusal: Optional[str] = None
        self._servers: Dict[Path, Server] = {}
        self._sessions: Dict[str, Tuple[Server, Session]] = {}
        self._failed: set = set()
        self._next_path: Optional[Path] = None

    def open(self, item: pytest.Item) -> Session:
        settings = settings_of(item)
        name = safe_name(item.nodeid)
        own = item.nodeid.split("::", 1)[-1].replace("::", ".")
        server = self._server(item.path)
        record = record_command(item.nodeid)
        if len(record) <= MAX_RECORD_WITH:
            # Misses name it.
            settings["recordWith"] = record
        session = Session(server, name, settings.get("cassette") or safe_name(own), settings)
        self._sessions[item.nodeid] = (server, session)
        return session

    def _server(self, module: Path) -> Server:
        if self._refusal is not None:
            raise RestageError(self._refusal)
        if module not in self._servers:
            folder = module.parent / "cassettes" / module.stem
            try:
                command = command_of(self._config)
                self._servers[module] = Server(command, self._mode, folder, self._config.rootpath)
            except (RestageError, OSError) as error:
                # It would be the same for every other test.
                self._refusal = str(error) if isinstance(error, RestageError) else f"Cannot start restage: {error}."
                raise RestageError(self._refusal) from None
        return self._servers[module]

    def _close(self, nodeid: str, failed: bool) -> None:
        server, session = self._sessions.pop(nodeid)
        if failed:
            session.discard()
        session.close()

    def _stop(self, module: Path) -> None:
        said = self._servers.pop(module).stop()
        if said is not None:
            raise RestageError(said)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: Optional[pytest.Item]) -> None:
        self._next_path = None if nextitem is None else nextitem.path

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo):  # type: ignore[no-untyped-def, type-arg]
        outcome = yield
        report = outcome.get_result()
        if call.when == "teardown":
            # By now it is known how all of the test went, its other fixtures included.
            self._finish(item, report)
        elif item.nodeid in self._sessions:
            self._judge(item, report)
        if report.failed:
            self._failed.add(item.nodeid)

    def _judge(self, item: pytest.Item, report: pytest.TestReport) -> None:
        _, session = self._sessions[item.nodeid]
        try:
            if report.when == "call" and report.passed and session.strict:
                flaws = describe_flaws(session)
                if flaws:
                    fail(report, "\n".join(["strict: the recording is not what the test asked for", *flaws]))
            if report.failed:
                report.sections.append(("restage", describe_session(session, item.nodeid)))
        except (RestageError, OSError) as error:
            fail(report, f"Cannot ask restage what the test did: {error}")

    def _finish(self, item: pytest.Item, report: pytest.TestReport) -> None:
        try:
            if item.nodeid in self._sessions:
                self._close(item.nodeid, report.failed or item.nodeid in self._failed)
            if item.path in self._servers and self._next_path != item.path:
                self._stop(item.path)
        except (RestageError, OSError) as error:
            fail(report, str(error))
        # It may be run again.
        self._failed.discard(item.nodeid)

    def pytest_unconfigure(self) -> None:
        """Whatever interrupted the run leaves no server behind, nor what half a test has recorded."""
        said: List[Optional[str]] = []
        for nodeid in list(self._sessions):
            try:
                self._close(nodeid, failed=True)
            except (RestageError, OSError) as error:
                said.append(str(error))
        said.extend(server.stop() for server in self._servers.values())
        for text in filter(None, said):
            print(text, file=sys.stderr)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("restage")
    group.addoption("--restage-mode", metavar="MODE", help=f"{', '.join(MODES)}; else RESTAGE_MODE, else replay")
    parser.addini("restage_command", "how to run restage, else RESTAGE_COMMAND, node_modules/.bin/restage, the PATH")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARK)
    option = config.getoption("--restage-mode")
    mode = option or os.environ.get("RESTAGE_MODE") or "replay"
    if mode not in MODES:
        origin = "--restage-mode" if option else "RESTAGE_MODE"
        raise pytest.UsageError(f"Cannot use {origin} {mode!r}: there is no such mode. {suggest(mode, MODES)}")
    config.pluginmanager.register(Plugin(config, mode), "restage-sessions")


@pytest.fixture
def restage(request: pytest.FixtureRequest) -> Session:
    """A session of restage for this test, with a cassette of its own: ``cassettes/<module>/<test>`` beside the module."""
    plugin = request.config.pluginmanager.get_plugin("restage-sessions")
    assert plugin is not None
    try:
        return plugin.open(request.node)
    except RestageError as error:
        refusal = str(error)
    return pytest.fail(refusal, pytrace=False)


def safe_name(text: str) -> str:
    """A name of at most 64 characters that is the same file everywhere, and no other text's: a plain one as it is."""
    slug = re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-")[:48]
    plain = slug or "test"
    if RESERVED.fullmatch(plain):
        plain = "test"
    return text if text == plain else f"{plain}.{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def settings_of(item: pytest.Item) -> JsonObject:
    """What the marks say: that of the test beats its class's, which beats its module's."""
    settings: JsonObject = {}
    for mark in reversed(list(item.iter_markers("restage"))):
        for name in mark.kwargs:
            if name not in MARK_SETTINGS:
                raise RestageError(f"Cannot use {name!r} in the restage mark: it is none. {suggest(name, MARK_SETTINGS)}")
        if mark.args:
            raise RestageError("Cannot use the restage mark: its settings have names. Write faults=[…].")
        settings.update(mark.kwargs)
    return settings


def command_of(config: pytest.Config) -> List[str]:
    """How to run restage."""
    text = config.getini("restage_command") or os.environ.get("RESTAGE_COMMAND")
    if text:
        return shlex.split(str(text), posix=os.name != "nt")
    folders = [config.rootpath, *config.rootpath.parents]
    installed = (shutil.which("restage", path=str(folder / "node_modules" / ".bin")) for folder in folders)
    found = next((path for path in installed if path), None) or shutil.which("restage")
    if found is None:
        raise RestageError(
            "Cannot find restage: it is in no node_modules here or above, nor on the PATH. "
            "Install it with npm, or say how to run it in the ini option restage_command."
        )
    return [found]


def fields_of(fault: Union[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """A rule as control takes it."""
    if not isinstance(fault, str):
        return fault
    kind, *pairs = (part.strip() for part in fault.split(","))
    fields = {"kind": kind}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name in fields:
            raise RestageError(f"Cannot read fault {fault!r}: {pair!r} is not NAME=VALUE, or there twice. Correct it.")
        fields[name] = value
    return fields


def describe_session(session: Session, nodeid: str) -> str:
    """What a failed test called."""
    calls = session.calls(limit=50)
    lines = [f"Calls in mode {session.mode}:", *(describe_call(call) for call in calls)]
    if not calls:
        lines = [f"No call in mode {session.mode}."]
    if any(call["outcome"] == "missed" for call in calls):
        lines += ["Record it:", f"  {record_command(nodeid)}"]
    return "\n".join(lines)


def record_command(nodeid: str) -> str:
    return printable(f"pytest --restage-mode=record {shlex.quote(nodeid)}")


def describe_call(call: JsonObject) -> str:
    why = call.get("fault") or call.get("note")
    return f"  {call['status']} {call['outcome']} {describe_key(call)}" + (f" ({printable(why)})" if why else "")


def describe_flaws(session: Session) -> List[str]:
    misses = ["Not recorded:", *(describe_call(call) for call in session.misses())]
    # While recording, what is left of earlier runs is none of the test's business.
    recorded = session.unused() if session.mode in ("replay", "auto") else []
    unused = ["Not asked for:", *(f"  {describe_key(recording)}" for recording in recorded)]
    return [line for part in (misses, unused) if len(part) > 1 for line in part]


def describe_key(key: JsonObject) -> str:
    of = [key.get("restApiId"), *(f"{name}={value}" for name, value in (key.get("parameters") or {}).items())]
    return printable(" ".join([key["operation"], *(part for part in of if part)]))


def fail(report: pytest.TestReport, reason: str) -> None:
    if report.failed:
        report.sections.append(("restage", reason))
    else:
        report.outcome = "failed"
        report.longrepr = reason


def suggest(name: str, known: Tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return (f"Did you mean {near[0]!r}? " if near else "") + f"Known are {', '.join(known)}."


def message_of(text: str) -> str:
    try:
        return printable(str(json.loads(text)["message"]))
    except (ValueError, KeyError, TypeError):
        return printable(text)


def printable(text: str) -> str:
    """What somebody else chose, a cassette from a checkout included, with nothing in it that could act on a terminal."""
    return "".join(each if each.isprintable() else "?" for each in text)


def remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError as error:
        # One that another process locks meanwhile has something in it, too.
        if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST):
            raise
