// Traefik's own router alone, and its list of allowed addresses: takes routers and requests as JSON, and gives the name
// of the router that takes each request, an empty one where none does or where it refuses the address. Built by
// tools/go.ts.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/traefik/traefik/v3/pkg/ip"
	"github.com/traefik/traefik/v3/pkg/middlewares/requestdecorator"
	muxer "github.com/traefik/traefik/v3/pkg/muxer/http"
)

type input struct {
	Routers []struct {
		Name, Rule string
		Priority   int
		// Addresses that may come; empty for anybody's.
		Allow []string
	}
	// From is the address that connects, Forwarded a header with which the client claims another one.
	Requests []struct{ Host, Path, From, Forwarded string }
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
		var checker *ip.Checker
		if len(router.Allow) > 0 {
			checker, err = ip.NewChecker(router.Allow)
			must(err)
		}
		handler := http.HandlerFunc(func(w http.ResponseWriter, asked *http.Request) {
			// As in pkg/middlewares/ipallowlist, which needs a module that is not published, with the strategy that
			// IPStrategy.Get() gives for none.
			strategy := &ip.RemoteAddrStrategy{}
			if checker != nil && checker.IsAuthorized(strategy.GetIP(asked)) != nil {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			fmt.Fprint(w, name)
		})
		must(mux.AddRoute(router.Rule, "", router.Priority, "", handler))
	}
	answers := []string{}
	for _, request := range in.Requests {
		recorder := httptest.NewRecorder()
		asked := httptest.NewRequest(http.MethodGet, "https://"+request.Host+request.Path, nil)
		if request.From != "" {
			asked.RemoteAddr = net.JoinHostPort(request.From, "40000")
		}
		if request.Forwarded != "" {
			asked.Header.Set("X-Forwarded-For", request.Forwarded)
		}
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
