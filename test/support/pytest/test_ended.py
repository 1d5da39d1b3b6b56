"""Runs that end in the middle of a test."""

import os
import signal

import boto3

# A terminal's Ctrl-C goes to all that pytest started: to these, and not to whoever started pytest.
os.setpgrp()


def begin(restage):
    boto3.client("apigateway", **restage.client).get_stages(restApiId="onestage01")
    # For whoever looks whether it is still there.
    with open("url", "w", encoding="utf-8") as file:
        file.write(restage.url)


def test_is_interrupted(restage):
    begin(restage)
    os.killpg(0, signal.SIGINT)
    signal.pause()


def test_is_killed(restage):
    begin(restage)
    os.kill(os.getpid(), signal.SIGKILL)
