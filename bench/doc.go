// Package bench measures dcs-sessions beside its peers. It has no code of its
// own: it is a module apart, so that the peers never weigh on the main one.
//
//	go test ./...       proves that each peer does what it is measured on
//	go run ./ratios     measures, interleaved, and prints the tables of README.md
//	go run ./importing  measures what importing a client costs
package bench
