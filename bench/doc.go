// Package bench measures dcs-sessions and other libraries that do the same. It has
// only tests and programs. It is a module of its own, so that the main module does not
// depend on the other libraries.
//
//	go test ./...       proves that each library does what it is measured on
//	go run ./ratios     measures them in turns and prints the tables of README.md
//	go run ./importing  measures what importing a client costs
package bench
