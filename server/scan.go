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

// ScanClients reads the sessions of one node for its caller's ListClients. Its
// job is over when it answers. Its errors are failures.
func (s *Server) ScanClients(ctx context.Context, req strictserver.ScanClientsRequestObject) (strictserver.ScanClientsResponseObject, error) {
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

// scanJobs gives the jobs of scans, which are over before anybody can ask for
// them, ids that say all there is to say. Nothing is stored, so that scans
// displace no other job.
type scanJobs struct{ key [sha256.Size]byte }

func newScanJobs() *scanJobs {
	s := &scanJobs{}
	rand.Read(s.key[:]) // never fails
	return s
}

const (
	scanPrefix = "scan-"
	scanTimes  = 16 // bytes: begin and end, in milliseconds since 1970
	scanMAC    = 16 // bytes
)

// id returns the id of a scan, which this server alone can make.
func (s *scanJobs) id(project string, begin, end time.Time) string {
	id := binary.BigEndian.AppendUint64(nil, uint64(begin.UnixMilli()))
	id = binary.BigEndian.AppendUint64(id, uint64(end.UnixMilli()))
	return scanPrefix + base64.RawURLEncoding.EncodeToString(append(id, s.mac(project, id)...))
}

// get returns the project's scan of this id; ok is false for any other id, and
// for a scan that was over too long ago.
func (s *scanJobs) get(project, id string) (j job, ok bool) {
	text, ok := strings.CutPrefix(id, scanPrefix)
	if !ok {
		return j, false
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(data) != scanTimes+scanMAC || !hmac.Equal(data[scanTimes:], s.mac(project, data[:scanTimes])) {
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
	return mac.Sum(nil)[:scanMAC]
}
