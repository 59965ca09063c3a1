// Chi serves notes with a chi router. The validator's middleware checks each request and
// each response against openapi.yaml.
//
//	go run ./examples/chi
//	curl -i localhost:8080/notes -H 'Content-Type: application/json' -d '{"text":"buy milk"}'
//	curl -i localhost:8080/notes -H 'Content-Type: application/json' -d '{"text":""}'
package main

import (
	_ "embed"
	"encoding/json"
	"flag"
	"log"
	"net/http"
	"strconv"
	"sync"

	"github.com/go-chi/chi/v5"

	"github.com/dcs-sessions/dcs-sessions/validate"
)

//go:embed openapi.yaml
var contract []byte

func main() {
	listen := flag.String("listen", "localhost:8080", "the `address` to serve at")
	flag.Parse()
	handler, err := newHandler()
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("serving at http://%s", *listen)
	log.Fatal(http.ListenAndServe(*listen, handler))
}

// newHandler returns the whole service.
func newHandler() (http.Handler, error) {
	v, err := validate.New(contract, validate.Options{
		Report: func(r *http.Request, vs validate.Violations) {
			log.Printf("%s %s: %v", r.Method, r.URL.Path, vs)
		},
	})
	if err != nil {
		return nil, err
	}
	var s store
	router := chi.NewRouter()
	router.Use(v.Middleware)
	router.Post("/notes", s.add)
	router.Get("/notes/{id}", s.get)
	return router, nil
}

// A note is a Note of the contract, or a StoredNote if it has an ID.
type note struct {
	ID   int    `json:"id,omitempty"`
	Text string `json:"text"`
}

// A store keeps notes in memory. The ID of a note is its place, from 1.
type store struct {
	mu    sync.Mutex
	notes []note
}

// add need not check the body: a request that violates the contract does not get here.
func (s *store) add(w http.ResponseWriter, r *http.Request) {
	var n note
	if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s.mu.Lock()
	n.ID = len(s.notes) + 1
	s.notes = append(s.notes, n)
	s.mu.Unlock()
	writeJSON(w, http.StatusCreated, n)
}

func (s *store) get(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(chi.URLParam(r, "id"))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || id > len(s.notes) {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	writeJSON(w, http.StatusOK, s.notes[id-1])
}

func writeJSON(w http.ResponseWriter, status int, n note) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(n); err != nil {
		log.Print(err)
	}
}
