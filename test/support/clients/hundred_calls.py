"""Makes 100 GetStages calls from 10 threads; the arguments are boto3's retry mode and how often it tries."""

import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

mode, attempts = sys.argv[1], int(sys.argv[2])
config = Config(retries={"mode": mode, "total_max_attempts": attempts})
client = boto3.client("apigateway", config=config)


def succeeds(_):
    try:
        return len(client.get_stages(restApiId="a1b2c3d4e5")["item"]) == 2
    except client.exceptions.TooManyRequestsException:
        return False


with ThreadPoolExecutor(10) as pool:
    print(sum(pool.map(succeeds, range(100))), "of 100")
