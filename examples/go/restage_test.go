package stages

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// session gives a test a session, and a cassette, of the restage that "go test" runs under, and leads AWS SDKs to it.
// What a failed test recorded is taken back. The environment is the whole process's: such tests cannot be parallel.
func session(t *testing.T, faults ...string) string {
	t.Helper()
	server := os.Getenv("RESTAGE_URL")
	if server == "" {
		t.Skip("needs restage: npx restage replay -- go test ./...")
	}
	name := sessionName(t)
	settings := map[string]any{"name": name, "cassette": name}
	if len(faults) > 0 {
		settings["faults"] = faults
	}
	control(t, http.MethodPost, server+"/__restage/sessions", settings)
	endpoint := server + "/@" + name
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("restage: %s", control(t, http.MethodGet, endpoint+"/__restage/calls", nil))
			control(t, http.MethodPost, endpoint+"/__restage/discard", nil)
		}
		control(t, http.MethodDelete, server+"/__restage/sessions/"+name, nil)
	})
	t.Setenv("AWS_ENDPOINT_URL_API_GATEWAY", endpoint)
	t.Setenv("AWS_ENDPOINT_URL_APIGATEWAYV2", endpoint)
	return endpoint
}

// check fails the test unless clients did what is expected of them, as "attempts<=3".
func check(t *testing.T, endpoint, expectation string) {
	t.Helper()
	var verdict struct {
		Passed bool   `json:"passed"`
		Reason string `json:"reason"`
	}
	answer := control(t, http.MethodGet, endpoint+"/__restage/check?expect="+url.QueryEscape(expectation), nil)
	if err := json.Unmarshal(answer, &verdict); err != nil {
		t.Fatal(err)
	}
	if !verdict.Passed {
		t.Errorf("%s: %s", expectation, verdict.Reason)
	}
}

// control asks restage, and fails the test with what it says when it refuses.
func control(t *testing.T, method, address string, body any) []byte {
	t.Helper()
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		sent = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, address, sent)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s", method, address, text)
	}
	return text
}

// inHere tells the package that this file was copied to.
type inHere struct{}

var unusual = regexp.MustCompile(`[^a-z0-9_]+`)

// sessionName is no other test's, also in another package, and the same file on every file system.
func sessionName(t *testing.T) string {
	sum := sha256.Sum256([]byte(reflect.TypeOf(inHere{}).PkgPath() + "." + t.Name()))
	name := unusual.ReplaceAllString(strings.ToLower(t.Name()), "-")
	return fmt.Sprintf("%.48s.%x", strings.Trim(name, "-"), sum[:6])
}
