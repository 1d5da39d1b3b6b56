package stages

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
)

// session gives the test a session of the restage that the tests run under, and leads AWS SDKs to it:
//
//	npx restage replay -c stages -- go test ./...
//
// What a failed test recorded is taken back. The environment belongs to the whole process, so such tests cannot be parallel.
func session(t *testing.T, faults ...string) string {
	t.Helper()
	server := os.Getenv("RESTAGE_URL")
	if server == "" {
		t.Skip("needs restage: npx restage replay -c stages -- go test ./...")
	}
	name := sessionName(t.Name())
	settings := map[string]any{"name": name, "cassette": name}
	if len(faults) > 0 {
		settings["faults"] = faults
	}
	control(t, "POST", server+"/__restage/sessions", settings)
	endpoint := server + "/@" + name
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("restage: %s", control(t, "GET", endpoint+"/__restage/calls", nil))
			control(t, "POST", endpoint+"/__restage/discard", nil)
		}
		control(t, "DELETE", server+"/__restage/sessions/"+name, nil)
	})
	t.Setenv("AWS_ENDPOINT_URL_API_GATEWAY", endpoint)
	t.Setenv("AWS_ENDPOINT_URL_APIGATEWAYV2", endpoint)
	return endpoint
}

// check fails the test unless clients did what is expected of them, as "attempts<=3".
func check(t *testing.T, endpoint, expectation string) {
	t.Helper()
	var verdict struct {
		Passed bool
		Reason string
	}
	answer := control(t, "GET", endpoint+"/__restage/check?expect="+url.QueryEscape(expectation), nil)
	if err := json.Unmarshal(answer, &verdict); err != nil {
		t.Fatal(err)
	}
	if !verdict.Passed {
		t.Errorf("%s: %s", expectation, verdict.Reason)
	}
}

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

var notPlain = regexp.MustCompile(`[^a-z0-9_-]+`)

// sessionName is a name that a session and a cassette may have: 1 to 64 letters, digits, dashes and underscores.
func sessionName(test string) string {
	name := strings.Trim(notPlain.ReplaceAllString(strings.ToLower(test), "-"), "-")
	if name == test && len(name) <= 64 {
		return name
	}
	if len(name) > 50 {
		name = name[:50]
	}
	return fmt.Sprintf("%s.%08x", "t-"+name, hash(test))
}
