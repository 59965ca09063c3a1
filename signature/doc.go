// Package signature signs HTTP requests with an access key, as Huawei Cloud's
// APIs want them, and verifies such signatures.
//
// A client signs:
//
//	err := signature.Sign(request, body, signature.Key{AccessKeyID: ak, SecretKey: sk}, time.Now())
//
// A server verifies, and looks the secret up by the access key in between:
//
//	a, err := signature.Parse(request)
//	secret := secrets[a.AccessKeyID]
//	err = a.Verify(request, body, secret, time.Now())
//
// Two algorithms are known: SDK-HMAC-SHA256, and V11-HMAC-SHA256, whose key is
// derived for a day, a region and a service. Any other is an
// UnsupportedAlgorithmError that names it. An older scheme of the name
// SDK-HMAC-SHA256, with Credential=…/sdk_request, is malformed here.
//
// Where the scheme leaves room, this package takes the strict reading, so that
// what was verified is what a handler then sees:
//
//   - The body is always covered. UNSIGNED-PAYLOAD is refused, and an
//     X-Sdk-Content-Sha256 must be the body's own hash.
//   - A signed header is there once: those who read the first and those who
//     read the last of two would disagree. So it is with Authorization,
//     X-Sdk-Date and X-Security-Token.
//   - SignedHeaders are in lower case and differ, as every official client
//     writes them, in any order, and X-Sdk-Date is one of them.
//   - A query that net/url reads only in part is refused.
//   - An escaped slash in a path is no slash: /a%2Fb and /a/b differ.
//
// It is the scheme's doing that the paths /a and /a/ are one, as are the queries
// k and k=, and that a header which the client did not sign may be changed:
// clients leave out Host, Content-Type, or both. It is also the scheme's that a
// request can be sent again within MaxSkew: two equal requests of one second
// have one signature, so that a repeated signature is no sign of an attack.
//
// It does not read r.Body, keep secrets, or know which project, region or
// security token belongs to an access key: that is the server's to compare.
package signature
