"""Answers each question, a line of JSON on stdin, with one line on stdout: the stages, or the error.

A question holds `endpoint`, `restApiId`, and perhaps `readTimeoutMs`; or besides `calls`, how many one client is to make
one after the other: the answer then says how many succeeded. One that holds nothing is answered with the version.
Everything else is configured the way boto3 always is: credentials, region and AWS_RETRY_MODE in the environment.
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def count_successes(question):
    client = boto3.client("apigateway", endpoint_url=question["endpoint"])
    succeeded = 0
    for _ in range(question["calls"]):
        try:
            client.get_stages(restApiId=question["restApiId"])
            succeeded += 1
        except ClientError:
            pass
    return {"succeeded": succeeded}


def get_stages(question):
    timeout = question.get("readTimeoutMs")
    config = None if timeout is None else Config(read_timeout=timeout / 1000)
    # A client of its own: what one learnt of errors in its retry quota is not to stop the next one's retries.
    client = boto3.client("apigateway", endpoint_url=question["endpoint"], config=config)
    try:
        answer = client.get_stages(restApiId=question["restApiId"])
    except ClientError as error:
        return {"error": error.response["Error"]["Code"]}
    except Exception as error:
        return {"error": type(error).__name__}
    return {"stages": answer.get("item")}


def answer(question):
    if not question:
        return {"version": f"boto3 {boto3.__version__}"}
    return count_successes(question) if "calls" in question else get_stages(question)


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line)), default=str), flush=True)
