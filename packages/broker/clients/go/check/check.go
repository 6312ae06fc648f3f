// Package check runs what a client's users do, one deed after the other, and tells of each in a line of its own.
package check

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// Addresses are the brokers to begin with.
func Addresses() []string {
	return strings.Split(os.Getenv("BOOTSTRAP"), ",")
}

// Credential is by whose key to sign in; empty where nobody has to.
func Credential() (user, password string) {
	return os.Getenv("SASL_USERNAME"), os.Getenv("SASL_PASSWORD")
}

// Replicas is how many each topic is to have.
func Replicas() int16 {
	if strings.Contains(os.Getenv("BOOTSTRAP"), ",") {
		return 3
	}
	return 1
}

var run = fmt.Sprintf("%x", time.Now().UnixNano())

// Name is that of a topic or group, which no other run has.
func Name(purpose string) string {
	return purpose + "-" + run
}

// Deed does one thing that users do, and fails with an error.
type Deed struct {
	Name string
	Do   func() error
}

const deedTimeMax = 90 * time.Second

// Run prints "ok" or "not ok" for each, and ends the process with 1 if any failed.
func Run(deeds ...Deed) {
	failed := false
	for _, deed := range deeds {
		done := make(chan error, 1)
		go func() { done <- deed.Do() }()
		var err error
		select {
		case err = <-done:
		case <-time.After(deedTimeMax):
			err = fmt.Errorf("not done within %s", deedTimeMax)
		}
		if err != nil {
			failed = true
			fmt.Printf("not ok %s: %s\n", deed.Name, strings.ReplaceAll(err.Error(), "\n", " "))
			continue
		}
		fmt.Printf("ok %s\n", deed.Name)
	}
	if failed {
		os.Exit(1)
	}
}

// Same fails when two things that should be equal are not.
func Same[T comparable](what string, got, want T) error {
	if got == want {
		return nil
	}
	return fmt.Errorf("%s: %v in place of %v", what, got, want)
}
