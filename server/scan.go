package server

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
)

// ScanClients reads the sessions of one node, which the caller then pages through
// with ListClients. The job has ended when ScanClients returns. Its errors are
// failures.
func (s *operations) ScanClients(ctx context.Context, req strictserver.ScanClientsRequestObject) (strictserver.ScanClientsResponseObject, error) {
	node, err := s.node(req.ProjectID, req.InstanceID, req.Body.NodeID)
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	if err := s.listings.scan(node.Node, callerOf(ctx).name, req.Body.CleanCache); err != nil {
		return nil, nodeFailure(err)
	}
	return strictserver.ScanClients200JSONResponse{Body: gen.JobRef{JobID: s.scans.id(req.ProjectID, begin, time.Now())}}, nil
}

// scanJobs encodes the job of a scan in its id. It stores nothing, so that scans do
// not displace other jobs. That is possible because a scan's job has ended before a
// caller knows its id.
type scanJobs struct{ key [sha256.Size]byte }

func newScanJobs() *scanJobs {
	s := &scanJobs{}
	rand.Read(s.key[:]) // never fails
	return s
}

const (
	scanPrefix = "scan-"
	timesSize  = 16 // bytes: begin and end, each in milliseconds since 1970
	macSize    = 16 // bytes
)

// id returns the id of a scan's job. Only this server can create a valid id.
func (s *scanJobs) id(project string, begin, end time.Time) string {
	id := binary.BigEndian.AppendUint64(nil, uint64(begin.UnixMilli()))
	id = binary.BigEndian.AppendUint64(id, uint64(end.UnixMilli()))
	return scanPrefix + base64.RawURLEncoding.EncodeToString(append(id, s.mac(project, id)...))
}

// get returns the project's job with this id. ok is false for any id that s.id has
// not returned, and for a job that ended too long ago.
func (s *scanJobs) get(project, id string) (j job, ok bool) {
	text, ok := strings.CutPrefix(id, scanPrefix)
	if !ok {
		return j, false
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(data) != timesSize+macSize || !hmac.Equal(data[timesSize:], s.mac(project, data[:timesSize])) {
		return j, false
	}
	begin := time.UnixMilli(int64(binary.BigEndian.Uint64(data)))
	end := time.UnixMilli(int64(binary.BigEndian.Uint64(data[8:])))
	return job{id: id, project: project, kind: scanJob, status: gen.SUCCESS, begin: begin, end: end}, time.Since(end) < jobTime
}

func (s *scanJobs) mac(project string, times []byte) []byte {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write(times)
	mac.Write([]byte(project))
	return mac.Sum(nil)[:macSize]
}
