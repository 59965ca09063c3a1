package faults

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheHeaderIsParsedInTheFormOfTheContract(t *testing.T) {
	for header, want := range map[string][]string{
		"killed=2, gone=0, replaced=0":                                     {killed, killed},
		"killed=0, gone=2, replaced=0":                                     {gone, gone},
		"killed=0, gone=0, replaced=2":                                     {replaced, replaced},
		"killed=2, gone=1, replaced=0, gone-at=:IA==:":                     {killed, killed, gone},
		"killed=1, gone=1, replaced=1, gone-at=:QA==:, replaced-at=:gA==:": {replaced, gone, killed},
		"killed=8, gone=1, replaced=0, gone-at=:AIA=:":                     {killed, killed, killed, killed, killed, killed, killed, killed, gone},
		"killed=0, gone=1, replaced=1, gone-at=:gA==:, replaced-at=:QA==:": {gone, replaced},
	} {
		o, err := parseOutcome(header)
		require.NoError(t, err, header)
		for i, label := range want {
			assert.Equal(t, label, o.label(i), "%s, entry %d", header, i)
		}
	}
}

func TestAMalformedHeaderIsAnError(t *testing.T) {
	for _, header := range []string{"", "killed=1", "killed=1, gone=x, replaced=0", "killed=1, gone=0, replaced=0, gone-at=IA==", "killed=1, gone=0, replaced=0, gone-at=:?:", "killed=1, gone=0, replaced=0, other=1"} {
		_, err := parseOutcome(header)
		assert.Error(t, err, header)
	}
}
