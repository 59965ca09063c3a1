package client

import (
	"errors"
	"fmt"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

// FromEnv returns the credentials and the project of the environment. getenv is
// os.Getenv. It reads these variables, and those of this project come before those
// of the service's official SDKs:
//
//	DCS_TOKEN
//	DCS_ACCESS_KEY, DCS_SECRET_KEY, DCS_SECURITY_TOKEN
//	HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK, HUAWEICLOUD_SDK_SECURITY_TOKEN
//	DCS_PROJECT_ID, HUAWEICLOUD_SDK_PROJECT_ID
//
// Where none is set, it returns nil credentials and an empty project. A key
// without its secret, or the reverse, is an error, and so are DCS_TOKEN and
// DCS_ACCESS_KEY together.
func FromEnv(getenv func(string) string) (c Credentials, project string, err error) {
	project = first(getenv("DCS_PROJECT_ID"), getenv("HUAWEICLOUD_SDK_PROJECT_ID"))
	token := getenv("DCS_TOKEN")
	c, err = keyFromEnv(getenv, "DCS_ACCESS_KEY", "DCS_SECRET_KEY", "DCS_SECURITY_TOKEN")
	switch {
	case err != nil:
	case c != nil && token != "":
		err = errors.New("client: DCS_TOKEN and DCS_ACCESS_KEY are both set")
	case token != "":
		c = Token(token)
	case c == nil:
		c, err = keyFromEnv(getenv, "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN")
	}
	if err != nil {
		return nil, "", err
	}
	return c, project, nil
}

// keyFromEnv returns nil where none of the variables is set.
func keyFromEnv(getenv func(string) string, access, secret, security string) (Credentials, error) {
	key := signature.Key{AccessKeyID: getenv(access), SecretKey: getenv(secret), SecurityToken: getenv(security)}
	switch {
	case key == signature.Key{}:
		return nil, nil
	case key.AccessKeyID == "":
		return nil, fmt.Errorf("client: %s is not set, but others of the key are", access)
	case key.SecretKey == "":
		return nil, fmt.Errorf("client: %s is not set, but others of the key are", secret)
	}
	if err := key.Validate(); err != nil {
		return nil, fmt.Errorf("client: %s: %w", access, err)
	}
	return AccessKey(key), nil
}
