// Traefik's own router alone: takes routers and requests as JSON, and gives the name of the router that takes each
// request, an empty one where none does. Built by tools/go.ts.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/traefik/traefik/v3/pkg/middlewares/requestdecorator"
	muxer "github.com/traefik/traefik/v3/pkg/muxer/http"
)

type input struct {
	Routers []struct {
		Name, Rule string
		Priority   int
	}
	Requests []struct{ Host, Path string }
}

func main() {
	var in input
	must(json.NewDecoder(os.Stdin).Decode(&in))
	parser, err := muxer.NewSyntaxParser()
	must(err)
	mux := muxer.NewMuxer(parser, nil)
	for _, router := range in.Routers {
		// As in pkg/server/router/router.go.
		if router.Priority == 0 {
			router.Priority = muxer.GetRulePriority(router.Rule)
		}
		name := router.Name
		handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, name) })
		must(mux.AddRoute(router.Rule, "", router.Priority, "", handler))
	}
	answers := []string{}
	for _, request := range in.Requests {
		recorder := httptest.NewRecorder()
		asked := httptest.NewRequest(http.MethodGet, "https://"+request.Host+request.Path, nil)
		requestdecorator.New(nil).ServeHTTP(recorder, asked, mux.ServeHTTP)
		answer := recorder.Body.String()
		if recorder.Code != http.StatusOK {
			answer = ""
		}
		answers = append(answers, answer)
	}
	must(json.NewEncoder(os.Stdout).Encode(answers))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
