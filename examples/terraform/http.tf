# An HTTP API: version 2 of the control plane.

resource "aws_apigatewayv2_api" "web" {
  name          = "web"
  protocol_type = "HTTP"
  description   = "Web, release ${var.release}"
}

resource "aws_apigatewayv2_integration" "site" {
  api_id             = aws_apigatewayv2_api.web.id
  integration_type   = "HTTP_PROXY"
  integration_method = "GET"
  integration_uri    = "https://example.com/"
}

resource "aws_apigatewayv2_route" "home" {
  api_id    = aws_apigatewayv2_api.web.id
  route_key = "GET /home"
  target    = "integrations/${aws_apigatewayv2_integration.site.id}"
}

resource "aws_apigatewayv2_stage" "default" {
  api_id          = aws_apigatewayv2_api.web.id
  name            = "$default"
  auto_deploy     = true
  stage_variables = { release = var.release, color = "blue" }
}
