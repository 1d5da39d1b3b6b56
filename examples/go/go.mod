module example.com/stages

go 1.22

require (
	github.com/aws/aws-sdk-go-v2/config v1.27.27
	github.com/aws/aws-sdk-go-v2/service/apigateway v1.25.4
)
