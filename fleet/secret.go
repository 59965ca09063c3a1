package fleet

import (
	"os"
	"strings"
)

// A Secret is where a secret of the configuration is: under the key Key_env the
// name of an environment variable, or under Key_file the path of a file, not
// both. A file's closing line break is not part of the secret.
type Secret struct{ Key, Env, File string }

// Read reads the secret, which is empty only where there is neither Env nor
// File; getenv is os.Getenv but in tests, and at gives the path of a key. The
// error is a *ConfigError.
func (s Secret) Read(getenv func(string) string, at func(key string) []any) (string, error) {
	env, file := s.Key+"_env", s.Key+"_file"
	switch {
	case s.Env != "" && s.File != "":
		return "", configErrorf(at(file), "%s and %s exclude each other", env, file)
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
