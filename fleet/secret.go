package fleet

import (
	"os"
	"strings"
)

// A Secret says where a secret of the configuration is: Key_env names an
// environment variable, Key_file a file; at most one is set. Line breaks at the end
// of the file are not part of the secret.
type Secret struct{ Key, Env, File string }

// Read returns the secret. It is empty only if neither Env nor File is set. at
// returns the path of a key in the configuration. The error is a [*ConfigError].
func (s Secret) Read(getenv func(string) string, at func(key string) []any) (string, error) {
	env, file := s.Key+"_env", s.Key+"_file"
	switch {
	case s.Env != "" && s.File != "":
		return "", configErrorf(at(file), "%s and %s are mutually exclusive", env, file)
	case s.Env != "":
		secret := getenv(s.Env)
		if secret == "" {
			return "", configErrorf(at(env), "the environment variable %s is empty or not set", s.Env)
		}
		return secret, nil
	case s.File != "":
		data, err := os.ReadFile(s.File)
		if err != nil {
			return "", configErrorf(at(file), "%v", err)
		}
		secret := strings.TrimRight(string(data), "\r\n")
		if secret == "" {
			return "", configErrorf(at(file), "the file %s is empty", s.File)
		}
		return secret, nil
	default:
		return "", nil
	}
}
