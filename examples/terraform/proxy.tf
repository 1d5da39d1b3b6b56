# A REST API with what the first has not: a policy, an authorizer, a model, a cache, logs, a domain and a VPC link.

resource "aws_api_gateway_rest_api" "proxy" {
  name = "proxy"
  tags = { team = "checkout", cost = "shared", env = "test" }
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "execute-api:Invoke"
      Resource  = "arn:aws:execute-api:${var.region}:${var.account_id}:*/*"
    }]
  })
}

resource "aws_api_gateway_resource" "any" {
  rest_api_id = aws_api_gateway_rest_api.proxy.id
  parent_id   = aws_api_gateway_rest_api.proxy.root_resource_id
  path_part   = "{proxy+}"
}

resource "aws_api_gateway_authorizer" "tokens" {
  name                   = "tokens"
  rest_api_id            = aws_api_gateway_rest_api.proxy.id
  authorizer_uri         = "${local.invoke}/arn:aws:lambda:${var.region}:${var.account_id}:function:authorize/invocations"
  authorizer_credentials = "arn:aws:iam::${var.account_id}:role/authorize"
}

resource "aws_api_gateway_model" "order" {
  rest_api_id  = aws_api_gateway_rest_api.proxy.id
  name         = "Order"
  content_type = "application/json"
  schema       = jsonencode({ type = "object", properties = { id = { type = "string" } } })
}

resource "aws_api_gateway_request_validator" "body" {
  rest_api_id           = aws_api_gateway_rest_api.proxy.id
  name                  = "body"
  validate_request_body = true
}

resource "aws_api_gateway_gateway_response" "unauthorized" {
  rest_api_id         = aws_api_gateway_rest_api.proxy.id
  response_type       = "UNAUTHORIZED"
  status_code         = "401"
  response_templates  = { "application/json" = "{\"message\":$context.error.messageString}" }
  response_parameters = { "gatewayresponse.header.WWW-Authenticate" = "'Basic'" }
}

resource "aws_api_gateway_method" "any" {
  rest_api_id          = aws_api_gateway_rest_api.proxy.id
  resource_id          = aws_api_gateway_resource.any.id
  http_method          = "ANY"
  authorization        = "CUSTOM"
  authorizer_id        = aws_api_gateway_authorizer.tokens.id
  request_validator_id = aws_api_gateway_request_validator.body.id
  request_models       = { "application/json" = aws_api_gateway_model.order.name }
  request_parameters = {
    "method.request.path.proxy"       = true
    "method.request.querystring.page" = false
    "method.request.header.X-Trace"   = false
  }
}

resource "aws_api_gateway_integration" "any" {
  rest_api_id             = aws_api_gateway_rest_api.proxy.id
  resource_id             = aws_api_gateway_resource.any.id
  http_method             = aws_api_gateway_method.any.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = "${local.invoke}/arn:aws:lambda:${var.region}:${var.account_id}:function:orders/invocations"
  request_parameters = {
    "integration.request.path.proxy"     = "method.request.path.proxy"
    "integration.request.header.X-Trace" = "method.request.header.X-Trace"
  }
}

resource "aws_api_gateway_deployment" "proxy" {
  rest_api_id = aws_api_gateway_rest_api.proxy.id
  triggers    = { release = var.release }
  depends_on  = [aws_api_gateway_integration.any]
  lifecycle { create_before_destroy = true }
}

resource "aws_api_gateway_client_certificate" "backend" {
  description = "for the backend"
}

resource "aws_api_gateway_stage" "proxy" {
  rest_api_id           = aws_api_gateway_rest_api.proxy.id
  deployment_id         = aws_api_gateway_deployment.proxy.id
  stage_name            = "prod"
  variables             = { a = "1", b = var.release, c = "${var.release}0", d = "4", e = "5" }
  xray_tracing_enabled  = true
  cache_cluster_enabled = true
  cache_cluster_size    = "0.5"
  client_certificate_id = aws_api_gateway_client_certificate.backend.id
  tags                  = { team = "checkout", cost = "shared", env = "test" }
  access_log_settings {
    destination_arn = "arn:aws:logs:${var.region}:${var.account_id}:log-group:access"
    format          = "$context.requestId"
  }
}

resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.proxy.id
  stage_name  = aws_api_gateway_stage.proxy.stage_name
  method_path = "*/*"
  settings {
    metrics_enabled        = true
    logging_level          = "INFO"
    throttling_rate_limit  = 100
    throttling_burst_limit = 50
  }
}

resource "aws_api_gateway_domain_name" "shop" {
  domain_name              = "shop.example.com"
  regional_certificate_arn = "arn:aws:acm:${var.region}:${var.account_id}:certificate/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
  endpoint_configuration { types = ["REGIONAL"] }
}

resource "aws_api_gateway_base_path_mapping" "shop" {
  api_id      = aws_api_gateway_rest_api.proxy.id
  stage_name  = aws_api_gateway_stage.proxy.stage_name
  domain_name = aws_api_gateway_domain_name.shop.domain_name
}

resource "aws_api_gateway_vpc_link" "backend" {
  name        = "backend"
  target_arns = ["arn:aws:elasticloadbalancing:${var.region}:${var.account_id}:loadbalancer/net/backend/0123456789abcdef"]
}

resource "aws_api_gateway_account" "this" {
  cloudwatch_role_arn = "arn:aws:iam::${var.account_id}:role/logs"
}

data "aws_api_gateway_rest_api" "by_name" {
  name       = "proxy"
  depends_on = [aws_api_gateway_rest_api.proxy]
}

data "aws_api_gateway_resource" "root" {
  rest_api_id = aws_api_gateway_rest_api.proxy.id
  path        = "/"
}

data "aws_api_gateway_export" "openapi" {
  rest_api_id = aws_api_gateway_stage.proxy.rest_api_id
  stage_name  = aws_api_gateway_stage.proxy.stage_name
  export_type = "oas30"
}
