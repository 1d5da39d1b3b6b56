"""What a tool makes of API Gateway's answers, recorded once and replayed ever after."""

import boto3
import pytest


def names_of_stages(client, rest_api_id):
    return sorted(stage["stageName"] for stage in client.get_stages(restApiId=rest_api_id)["item"])


def test_lists_the_stages(restage):
    client = boto3.client("apigateway", **restage.client)
    assert names_of_stages(client, "a1b2c3d4e5") == ["beta", "prod"]


@pytest.mark.restage(faults=["throttle,first=1"], strict=True)
def test_survives_a_throttle(restage):
    client = boto3.client("apigateway", **restage.client)
    assert names_of_stages(client, "a1b2c3d4e5") == ["beta", "prod"]
    assert [call["status"] for call in restage.calls()] == [429, 200]
    restage.check("attempts<=2")
