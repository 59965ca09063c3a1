package marked

import (
	"os"
	"path/filepath"
	"testing"
)

func TestInsertKeepsTheRest(t *testing.T) {
	begin, end := Lines("one", "go run .")
	other, otherEnd := Lines("another", "go run .")
	rest := "\n" + other + "\nanother\n" + otherEnd + "\nafter\n"
	file := filepath.Join(t.TempDir(), "README.md")
	os.WriteFile(file, []byte("before\n"+begin+"\nold\n"+end+rest), 0o644)
	if err := Insert(file, "one", "go run .", "new\n"); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(file)
	if want := "before\n" + begin + "\n\nnew\n" + end + rest; string(got) != want {
		t.Errorf("%q", got)
	}
	if Insert(file, "third", "go run .", "new") == nil {
		t.Error("a file without the markers is no error")
	}
}
