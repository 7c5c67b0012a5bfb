// Package state is what contactbot remembers: typed, versioned and, with a
// key, encrypted records over an engine that keeps bytes.
package state
