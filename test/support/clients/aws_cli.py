"""Runs the AWS CLI as often as it is told to: each question, a line of JSON on stdin, holds its `args` and its whole `env`.

A process of its own runs each, forked of this one, which has loaded all that takes a while. The line in answer holds the
exit status.
"""

import json
import os
import sys

import awscli.clidriver

# Loaded with a client otherwise, by every run anew.
import botocore.httpsession
import botocore.parsers
import botocore.regions
from botocore.credentials import SSOProvider

# The program's own, set as it is loaded.
DATA_PATH = os.environ["AWS_DATA_PATH"]


def run(question):
    os.environ.clear()
    os.environ.update(question["env"], AWS_DATA_PATH=DATA_PATH)
    # The home of the one who asks, not of whoever loaded the module.
    SSOProvider._SSO_TOKEN_CACHE_DIR = os.path.expanduser("~/.aws/sso/cache")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    return awscli.clidriver.create_clidriver().main(question["args"])


for line in sys.stdin:
    child = os.fork()
    if child == 0:
        status = 255
        try:
            status = run(json.loads(line))
        finally:
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    print(json.dumps({"status": os.waitstatus_to_exitcode(ended)}), flush=True)
