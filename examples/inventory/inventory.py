"""Prints what API Gateway has in an account and region, as JSON.

Credentials, region and endpoints come from the environment, as for any program of boto3.
"""

import json
import sys

import boto3

gateway = boto3.client("apigateway")
gateway_v2 = boto3.client("apigatewayv2")


def pages(operation, member="items", client=gateway, **parameters):
    """All elements of a collection, page after page."""
    for page in client.get_paginator(operation).paginate(**parameters):
        yield from page.get(member, [])


def rest_api(api):
    of = {"restApiId": api["id"]}
    return {
        **api,
        "stages": gateway.get_stages(**of)["item"],
        "resources": list(pages("get_resources", **of, embed=["methods"])),
        "authorizers": list(pages("get_authorizers", **of)),
    }


def http_api(api):
    of = {"client": gateway_v2, "member": "Items", "ApiId": api["ApiId"]}
    return {
        **api,
        "stages": list(pages("get_stages", **of)),
        "routes": list(pages("get_routes", **of)),
        "integrations": list(pages("get_integrations", **of)),
    }


def usage_plan(plan):
    return {**plan, "keys": list(pages("get_usage_plan_keys", usagePlanId=plan["id"]))}


inventory = {
    "restApis": [rest_api(api) for api in pages("get_rest_apis", PaginationConfig={"PageSize": 2})],
    "httpApis": [http_api(api) for api in pages("get_apis", "Items", gateway_v2)],
    "apiKeys": list(pages("get_api_keys")),
    "usagePlans": [usage_plan(plan) for plan in pages("get_usage_plans")],
    "domainNames": list(pages("get_domain_names")),
}


def without_metadata(value):
    if isinstance(value, dict):
        return {name: without_metadata(each) for name, each in value.items() if name != "ResponseMetadata"}
    return [without_metadata(each) for each in value] if isinstance(value, list) else value


json.dump(without_metadata(inventory), sys.stdout, indent=2, sort_keys=True, default=str)
print()
