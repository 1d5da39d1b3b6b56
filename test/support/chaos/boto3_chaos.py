"""Answers each question, a line of JSON on stdin, with one line on stdout: the stages, or the error.

A question holds `endpoint`, `restApiId`, and perhaps `readTimeoutMs`. Everything else is configured the way boto3 always
is: credentials, region and AWS_RETRY_MODE in the environment.
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


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


for line in sys.stdin:
    print(json.dumps(get_stages(json.loads(line)), default=str), flush=True)
