package main

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEachHelpFileFitsAScreen(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(helpFiles, "help/*.txt")
	require.NoError(t, err)
	for _, file := range files {
		text, err := helpFiles.ReadFile(file)
		require.NoError(t, err)
		description, _, found := strings.Cut(string(text), "\nExamples:\n")
		assert.True(t, found, "%s has no examples", file)
		assert.LessOrEqual(t, strings.Count(description, "\n"), 24, file)
		for line := range strings.Lines(description) {
			assert.LessOrEqual(t, len(strings.TrimSuffix(line, "\n")), 80, line)
		}
	}
}

// The examples of commands that end by themselves run, each as it is written.
func TestTheExamplesOfTheHelpWork(t *testing.T) {
	api := twoNodes(t)
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("token.txt", []byte("secret"), 0o600))
	require.NoError(t, os.WriteFile("kill.json", []byte("{}"), 0o600))
	env := map[string]string{"DCS_ENDPOINT": api.URL, "DCS_PROJECT_ID": "p", "DCS_INSTANCE_ID": "i", "DCS_CHECK": "0"}
	api.SetSessions("n", infos(named("n", 17, "leaky-1", "10.0.0.7")))
	ran := map[string]int{}
	for _, name := range []string{"list", "kill", "kill-all", "job", "nodes", "sign", "filters", "credentials"} {
		_, stdout, _ := called(t.Context(), true, "help", name)
		_, examples, _ := strings.Cut(stdout, "\nExamples:\n")
		examples, _, _ = strings.Cut(examples, "\n\n")
		for _, line := range strings.Split(examples, "\n") {
			line, _, _ = strings.Cut(line, " | curl ")
			line, _, _ = strings.Cut(line, "  #")
			args := words(strings.TrimSpace(line))
			if len(args) == 0 || args[0] != "dcs-sessions" { // it begins with another program
				continue
			}
			env["DCS_NODE_ID"], env["DCS_TOKEN"] = "", ""
			switch name {
			case "kill":
				env["DCS_NODE_ID"] = "n"
			case "sign":
				env["DCS_TOKEN"] = "secret"
			}
			args = replaced(args, "http://127.0.0.1:8080", api.URL)
			args = slices.DeleteFunc(args, func(arg string) bool { return arg == "--watch" }) // it ends with Ctrl-C alone
			_, stdout, stderr := calledIn(t.Context(), env, true, args[1:]...)
			assert.NotContains(t, stderr, "See 'dcs-sessions", line)
			assert.True(t, stdout != "" || name == "job", line)
			ran[name]++
		}
	}
	assert.Len(t, ran, 8)
}

var word = regexp.MustCompile(`(?:'[^']*'|[^' ])+`)

// words splits a line as a shell does that knows single quotes.
func words(line string) (words []string) {
	for _, quoted := range word.FindAllString(line, -1) {
		words = append(words, strings.ReplaceAll(quoted, "'", ""))
	}
	return words
}

func replaced(all []string, old, new string) []string {
	for i, text := range all {
		all[i] = strings.ReplaceAll(text, old, new)
	}
	return all
}

func TestHelpForAnUnknownCommandIsAUsageError(t *testing.T) {
	t.Parallel()
	for says, args := range map[string][]string{
		`unknown command "nope"`:            {"help", "nope"},
		`unknown command "kill nope"`:       {"help", "kill", "nope"},
		`unknown command "completion nope"`: {"completion", "nope"},
		`unknown command "kil"`:             {"kil"},
	} {
		code, stdout, stderr := called(t.Context(), true, args...)
		assert.Equal(t, exitUsage, code, args)
		assert.Empty(t, stdout)
		assert.True(t, strings.HasPrefix(stderr, "dcs-sessions: "+says+"\n"), stderr)
	}
	for _, args := range [][]string{{"help"}, {"help", "kill"}, {"help", "help"}, {"completion"}, {"help", "completion", "zsh"}} {
		code, stdout, stderr := called(t.Context(), true, args...)
		assert.Equal(t, exitOK, code, stderr)
		assert.Contains(t, stdout, "Usage:")
	}
}
