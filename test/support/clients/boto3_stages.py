"""Answers each question, a line of JSON on stdin, with one line on stdout: the names of the stages, or the error.

A question holds `endpoint` or `proxy`, `restApiId`, and perhaps `deploymentId`. Everything else is configured the way
boto3 always is: credentials, region, AWS_RETRY_MODE and AWS_CA_BUNDLE in the environment.
"""

import json
import os
import sys

import boto3
from botocore.exceptions import ClientError

VARIABLES = {"endpoint": "AWS_ENDPOINT_URL_API_GATEWAY", "proxy": "HTTPS_PROXY"}


def point_at(question):
    for way, variable in VARIABLES.items():
        os.environ.pop(variable, None)
        if way in question:
            os.environ[variable] = question[way]


def get_stages(question):
    names = ("restApiId", "deploymentId")
    asked = {name: question[name] for name in names if name in question}
    try:
        # A client of its own: what one learnt of throttling in adaptive mode is not to slow the next down.
        answer = boto3.client("apigateway").get_stages(**asked)
    except ClientError as error:
        return {"error": error.response["Error"]["Code"]}
    return {"stages": [stage["stageName"] for stage in answer["item"]]}


for line in sys.stdin:
    question = json.loads(line)
    point_at(question)
    print(json.dumps(get_stages(question)), flush=True)
