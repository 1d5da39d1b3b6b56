"""What the plugin of examples/pytest has to get right, one test each. Recorded first, then replayed."""

import os
import subprocess
import sys

import boto3
import pytest

API = "a1b2c3d4e5"
OTHER = "onestage01"


def stages(restage, api=API):
    return boto3.client("apigateway", **restage.client).get_stages(restApiId=api)["item"]


@pytest.mark.parametrize("name", ["a/b", "../../x", "..", "\N{GRINNING FACE}", "x" * 300, "A", "a", "con", "", "a b"])
def test_odd(restage, name):
    assert len(stages(restage)) == 2


class TestNames:
    def test_one(self, restage):
        assert len(stages(restage)) == 2

    def test_One(self, restage):
        assert len(stages(restage)) == 2


def test_fails(restage):
    try:
        stages(restage, OTHER)
    finally:
        assert restage.mode == "passed over"


@pytest.fixture
def broken_end(restage):
    yield
    raise RuntimeError("the fixture's end")


def test_with_a_broken_end(broken_end, restage):
    try:
        stages(restage, OTHER)
    except Exception:
        assert restage.mode == "replay"


@pytest.mark.restage(strict=True)
def test_strict_is_content(restage):
    stages(restage)


@pytest.mark.restage(strict=True)
def test_strict_finds_unused(restage):
    stages(restage)
    if restage.mode == "record":
        stages(restage, OTHER)
    else:
        assert [recording["restApiId"] for recording in restage.unused()] == [OTHER]


@pytest.mark.restage(strict=True)
def test_strict_finds_a_swallowed_miss(restage):
    stages(restage)
    if restage.mode == "replay":
        with pytest.raises(Exception, match="RecordingNotFoundException"):
            stages(restage, OTHER)
        assert len(restage.misses()) == 1


@pytest.mark.restage(faults=["throttle,first=1"], order="loop", seed=7)
def test_follows_the_mark(restage):
    assert len(stages(restage)) == 2
    assert [call["status"] for call in restage.calls()] == [429, 200]
    assert restage.retries()["totals"]["attempts"] == 2
    restage.check("attempts<=2")
    with pytest.raises(AssertionError, match="attempts<=1"):
        restage.check("attempts<=1")


@pytest.mark.restage(cassette="shared")
def test_shares_a_cassette(restage):
    assert len(stages(restage)) == 2


@pytest.mark.restage(falts=[])
def test_misspells_the_mark(restage):
    pass


def test_misspells_a_rule(restage):
    restage.faults.add("throtle,first=2")


def test_handles_rules_and_calls(restage):
    restage.faults.add("throttle,first=1", {"kind": "latency", "ms": 1, "name": "slow/one"})
    restage.faults.remove("slow/one")
    assert [rule["kind"] for rule in restage.faults.list()] == ["throttle"]
    code = f"import boto3; print(len(boto3.client('apigateway').get_stages(restApiId='{API}')['item']))"
    command = [sys.executable, "-c", code]
    tool = subprocess.run(command, env=restage.environment, capture_output=True, text=True, check=True)
    assert tool.stdout == "2\n"
    assert len(restage.wait_for(2, operation="GetStages", timeout=5)) == 2
    assert len(restage.calls(status=429)) == 1
    restage.faults.clear()
    assert restage.faults.list() == []
    restage.reset()
    assert restage.calls() == []


def test_discards(restage):
    if restage.mode == "record":
        stages(restage, OTHER)
        assert restage.discard()["discarded"] == 1


def test_calls_what_is_not_printable(restage):
    with pytest.raises(Exception):
        stages(restage, "a\x1b[31m\u202eb")
    assert restage.mode == "passed over"


left = []


def test_leaves_its_session(restage):
    left.append((restage, boto3.client("apigateway", **restage.client)))
    stages(restage)


def test_comes_late(restage):
    for session, client in left:
        for late in (session.calls, session.discard, session.close, lambda: session.faults.add("throttle")):
            with pytest.raises(Exception, match="whoever made it has closed it"):
                late()
        with pytest.raises(Exception, match="SessionEndedException"):
            client.get_stages(restApiId=OTHER)


def test_opens_it_twice(restage):
    with pytest.raises(Exception, match="there is one already"):
        type(restage)(restage._server, restage.name, "other", {})


def test_does_not_use_it():
    assert "RESTAGE_PYTEST" not in os.environ
