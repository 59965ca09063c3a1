package faults

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSecretsAndNewPanicsInTheLogAreFound(t *testing.T) {
	a := &API{dir: t.TempDir(), secrets: []string{"SECRETTEXT"}}
	write := func(text string) {
		require.NoError(t, os.WriteFile(a.file("log"), []byte(text), 0o600))
	}
	write(`{"msg":"listening"}` + "\n")
	secrets, panics := a.findings()
	assert.Empty(t, secrets)
	assert.Empty(t, panics)

	one := `{"msg":"listening"}` + "\n" + `{"msg":"panic","request_id":"r"}` + "\n"
	write(one)
	_, panics = a.findings()
	assert.Len(t, panics, 1)
	_, panics = a.findings()
	assert.Empty(t, panics, "the panic was reported before")

	write(one + `{"msg":"request","token":"SECRETTEXT"}` + "\n" + "panic: runtime error\n")
	secrets, panics = a.findings()
	assert.Equal(t, []string{"SECR…"}, secrets)
	assert.Len(t, panics, 1)
}

func TestAFailedAuditRecordIsFoundInTheLog(t *testing.T) {
	a := &API{dir: t.TempDir()}
	require.NoError(t, os.WriteFile(a.file("log"), []byte(`{"msg":"the audit record could not be written","record":{"RequestID":"a1-7"}}`+"\n"), 0o600))
	assert.True(t, a.auditFailed("a1-7"))
	assert.False(t, a.auditFailed("a1-70"))
}
