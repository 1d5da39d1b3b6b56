terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.100" }
  }
}

# Credentials and endpoints come from the environment, as `restage record -- terraform …` sets them. The provider would
# else ask STS and IAM who it is: those calls are none of API Gateway's, so that a replay could not answer them.
provider "aws" {
  region                      = var.region
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
}

locals {
  invoke = "arn:aws:apigateway:${var.region}:lambda:path/2015-03-31/functions"
}
