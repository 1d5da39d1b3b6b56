"""Runs that end in the middle of a test."""

import os
import signal

import boto3


def begin(restage):
    boto3.client("apigateway", **restage.client).get_stages(restApiId="onestage01")
    # For whoever looks whether it is still there.
    with open("url", "w", encoding="utf-8") as file:
        file.write(restage.url)


def test_is_interrupted(restage):
    begin(restage)
    raise KeyboardInterrupt


def test_is_killed(restage):
    begin(restage)
    os.kill(os.getpid(), signal.SIGKILL)
