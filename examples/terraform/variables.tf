variable "release" {
  description = "Another release changes descriptions, makes new deployments and changes variables of stages."
  type        = string
  default     = "1"
}

variable "region" {
  type    = string
  default = "us-east-1"
}

variable "account_id" {
  description = "Whose roles, functions and load balancers the configuration names."
  type        = string
  default     = "123456789012"
}

variable "api_key_value" {
  description = "A value that the configuration gives a key, in place of one that the service makes up."
  type        = string
  default     = "example-value-of-client-b"
}

variable "db_password" {
  description = "What should not be in the variables of a stage, and often is."
  type        = string
  default     = "example-password"
}
