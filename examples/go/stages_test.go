package stages

import (
	"context"
	"reflect"
	"sort"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
)

// stageNames is what is tested: it stands for your program.
func stageNames(ctx context.Context, restAPIID string) ([]string, error) {
	loaded, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	client := apigateway.NewFromConfig(loaded)
	answer, err := client.GetStages(ctx, &apigateway.GetStagesInput{RestApiId: aws.String(restAPIID)})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, stage := range answer.Item {
		names = append(names, aws.ToString(stage.StageName))
	}
	sort.Strings(names)
	return names, nil
}

func TestListsTheStages(t *testing.T) {
	session(t)
	names, err := stageNames(context.Background(), "a1b2c3d4e5")
	if err != nil || !reflect.DeepEqual(names, []string{"beta", "prod"}) {
		t.Errorf("got %v, %v", names, err)
	}
}

func TestSurvivesAThrottle(t *testing.T) {
	endpoint := session(t, "throttle,first=2")
	if _, err := stageNames(context.Background(), "a1b2c3d4e5"); err != nil {
		t.Error(err)
	}
	check(t, endpoint, "attempts<=3")
}
