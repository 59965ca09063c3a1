// Package signature signs HTTP requests with an access key, as Huawei Cloud's APIs
// require it, and verifies such signatures.
//
// A client signs:
//
//	err := signature.Sign(request, body, signature.Key{AccessKeyID: ak, SecretKey: sk}, time.Now())
//
// A server parses, looks up the secret key, and verifies:
//
//	a, err := signature.Parse(request)
//	secretKey := secretKeys[a.AccessKeyID]
//	err = a.Verify(request, body, secretKey, time.Now())
//
// It supports two algorithms: SDK-HMAC-SHA256, and V11-HMAC-SHA256, which derives
// its key for a day, a region and a service. Other algorithms are an
// [UnsupportedAlgorithmError]. An older scheme that is also named SDK-HMAC-SHA256,
// with Credential=…/sdk_request, is malformed here.
//
// Where the scheme leaves a choice, this package takes the strict one, so that a
// handler sees exactly what was verified:
//
//   - The body is always covered. UNSIGNED-PAYLOAD is refused, and an
//     X-Sdk-Content-Sha256 must be the hash of the body.
//   - A signed header occurs once, because of two values some programs read the
//     first and others the last. The same holds for Authorization, X-Sdk-Date and
//     X-Security-Token.
//   - SignedHeaders holds distinct names in lower case, as every official client
//     writes them, in any order. X-Sdk-Date is one of them.
//   - A query of which net/url drops a part is refused.
//   - An encoded slash in a path is not a separator: /a%2Fb and /a/b differ.
//
// The scheme itself has these properties: the paths /a and /a/ are equal, and so
// are the queries k and k=. A header that the client did not sign may be changed;
// clients leave out Host, Content-Type, or both. A request can be sent again within
// [MaxSkew]. Two equal requests of one second have the same signature, so a
// repeated signature does not prove an attack.
//
// The package does not read r.Body and stores no secret keys. It does not know which
// project, region or security token belongs to an access key: the server compares
// these.
//
// The exported API is stable: CHANGELOG.md names every incompatible change. Error
// texts may change; match errors with [errors.Is].
package signature
