// Two LiveKit clients that connect through TURN only, with what the SFU tells them, and send each other data. Built by
// tools/go.ts.
// Usage: livekit-relay SERVER-URL API-KEY API-SECRET. Prints one JSON object: the ICE servers that the SFU names, how many
// messages arrived, and by which protocol each connection reaches the TURN server.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
)

const room = "relayed"

type report struct {
	Servers   []string `json:"servers"`
	Received  int64    `json:"received"`
	Protocols []string `json:"protocols"`
}

func main() {
	url, key, secret := os.Args[1], os.Args[2], os.Args[3]
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	api := lksdk.NewRoomServiceClient(strings.Replace(url, "ws", "http", 1), key, secret)
	_, err := api.CreateRoom(ctx, &livekit.CreateRoomRequest{Name: room, EmptyTimeout: 60})
	must(err)

	var received atomic.Int64
	join := func(identity string) *lksdk.Room {
		callback := &lksdk.RoomCallback{ParticipantCallback: lksdk.ParticipantCallback{
			OnDataPacket: func(lksdk.DataPacket, lksdk.DataReceiveParams) { received.Add(1) },
		}}
		info := lksdk.ConnectInfo{APIKey: key, APISecret: secret, RoomName: room, ParticipantIdentity: identity}
		joined, err := lksdk.ConnectToRoom(url, info, callback, lksdk.WithICETransportPolicy(webrtc.ICETransportPolicyRelay))
		must(err)
		return joined
	}
	people := []*lksdk.Room{join("a"), join("b")}
	for range 100 {
		if received.Load() >= 20 {
			break
		}
		for _, one := range people {
			data := lksdk.UserData([]byte("hello"))
			must(one.LocalParticipant.PublishDataPacket(data, lksdk.WithDataPublishReliable(true)))
		}
		time.Sleep(100 * time.Millisecond)
	}

	out := report{Received: received.Load()}
	for _, one := range people {
		local := one.LocalParticipant
		for _, connection := range []*webrtc.PeerConnection{
			local.GetPublisherPeerConnection(), local.GetSubscriberPeerConnection(),
		} {
			if connection == nil {
				continue
			}
			out.Protocols = append(out.Protocols, protocols(connection)...)
			if len(out.Servers) > 0 {
				continue
			}
			for _, server := range connection.GetConfiguration().ICEServers {
				out.Servers = append(out.Servers, server.URLs...)
			}
		}
	}
	must(json.NewEncoder(os.Stdout).Encode(out))
	os.Exit(0)
}

// How each pair of candidates in use reaches the TURN server; the kind of candidate where it is not relayed.
func protocols(connection *webrtc.PeerConnection) []string {
	found := []string{}
	stats := connection.GetStats()
	for _, entry := range stats {
		pair, ok := entry.(webrtc.ICECandidatePairStats)
		if !ok || !pair.Nominated {
			continue
		}
		local, ok := stats[pair.LocalCandidateID].(webrtc.ICECandidateStats)
		if !ok || local.CandidateType != webrtc.ICECandidateTypeRelay {
			found = append(found, "not relayed")
			continue
		}
		found = append(found, local.RelayProtocol)
	}
	return found
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
