package sessions

import (
	"context"
	"errors"
	"slices"
)

// A killing is one Kill.
type killing struct {
	link  *link
	items map[Target]*item // the distinct targets
	list  []*item
	whole bool // all sessions have to be listed
	sent  bool // something was sent to be killed
	all   bool // it is of a KillAll, which passes over what must live
}

// An item is a distinct target.
type item struct {
	Target
	result     Result // Skipped while it is open
	protection Protection
	orders     []*order
	seen       bool // the sessions were seen, and not only an address
}

func newKilling(targets []Target) *killing {
	k := &killing{items: make(map[Target]*item, len(targets))}
	for _, t := range targets {
		t = t.canonical()
		if k.items[t] == nil {
			i := &item{Target: t, result: Skipped}
			k.items[t] = i
			k.list = append(k.list, i)
		}
	}
	return k
}

func (k *killing) outcomes(targets []Target) []Outcome {
	outcomes := make([]Outcome, len(targets))
	for i, t := range targets {
		t = t.canonical()
		outcomes[i] = Outcome{t.Addr, t.id, k.items[t].result, k.items[t].protection}
	}
	return outcomes
}

// tries is how often sessions are looked at that change while they are killed.
const tries = 5

// errUnsettled is of sessions that changed whenever they were to be killed.
var errUnsettled = errors.New("sessions changed while they were killed")

// run looks, kills what it saw, and looks again where a kill hit nobody: the
// session may have left, or begun to subscribe.
func (k *killing) run(ctx context.Context, l *link) error {
	k.link = l
	for range tries {
		open := k.open()
		if len(open) == 0 {
			break
		}
		seen, err := l.look(ctx, k.question(open))
		if err != nil {
			return err
		}
		if seen.sentinel && !seen.whole {
			k.whole = true // its command link is seen in a list of all alone
		}
		if k.whole && !seen.whole {
			continue
		}
		done, err := k.judge(seen, open)
		if err != nil {
			return err
		}
		if !done {
			continue
		}
		if err := k.kill(ctx, open); err != nil {
			return err
		}
	}
	switch {
	case len(k.open()) > 0:
		return &nodeError{ErrBusy, errUnsettled.Error(), errUnsettled}
	case k.has(Protected) && !k.all:
		return &nodeError{ErrBusy, "a session became a protected link while others were killed", errUnsettled}
	case k.has(Replaced):
		return ErrReplaced
	}
	return nil
}

func (k *killing) open() (list []*item) {
	for _, i := range k.list {
		if i.result == Skipped {
			list = append(list, i)
		}
	}
	return list
}

func (k *killing) has(r Result) bool {
	return slices.ContainsFunc(k.list, func(i *item) bool { return i.result == r })
}

// question is what has to be seen of the open items.
func (k *killing) question(open []*item) question {
	q := question{all: k.whole || !k.link.isLarge()}
	if q.all {
		return q
	}
	others := 0
	for _, i := range open {
		switch {
		case i.id > 0:
			q.ids = append(q.ids, i.id)
		case i.snap != nil && i.snap.run == k.link.run:
			for _, at := range i.snap.at(i.Addr) {
				q.ids = append(q.ids, i.snap.ids[at])
			}
		case i.snap != nil: // only whether somebody is there
			return question{all: true}
		default:
			others++
		}
	}
	if q.links = others > 0; others > few {
		return question{all: true}
	}
	return q
}

// judge decides what is done with each open item. It reports false where all
// sessions have to be listed first.
func (k *killing) judge(seen *look, open []*item) (bool, error) {
	results := make([]Result, len(open))
	orders := map[int64]*order{} // two targets may mean one session
	blocked := false
	for n, i := range open {
		found, result := k.find(seen, i)
		if result == "" && len(found) == 0 && !seen.whole && (i.snap != nil && i.id == 0) {
			k.whole = true // it is gone, and the question is who is there instead
			return false, nil
		}
		i.orders, i.seen = nil, true
		for _, s := range found {
			if s.Protected() {
				result, i.protection = Protected, s.Protection()
				break
			}
			if orders[s.ID] == nil {
				orders[s.ID] = s.order()
			}
			i.orders = append(i.orders, orders[s.ID])
		}
		if result == "" && len(found) == 0 { // of a large server, unseen
			i.orders, i.seen = []*order{k.link.orderAt(i.Addr)}, false
		}
		blocked = blocked || result == Protected && !k.all
		results[n] = result
	}
	for n, i := range open {
		if result := results[n]; result == Protected || result != "" && (!blocked || k.sent) {
			i.result = result
		}
	}
	if blocked && !k.sent {
		return false, ErrProtected
	}
	return true, nil
}

// find returns the sessions that an item means. Where there are none, it returns
// the item's result, or none where the look does not tell.
func (k *killing) find(seen *look, i *item) (found []*Session, result Result) {
	listed := i.snap != nil
	sameRun := listed && i.snap.run == seen.run
	switch {
	case i.id > 0:
		s := seen.withID(i.id)
		switch {
		case s == nil:
			return nil, Gone
		case listed && !sameRun:
			return nil, Replaced
		}
		return []*Session{s}, ""
	case !i.Addr.IsValid():
		return nil, Gone
	case listed:
		if sameRun {
			for _, at := range i.snap.at(i.Addr) {
				if s := seen.withID(i.snap.ids[at]); s != nil && s.Peer == i.Addr {
					found = append(found, s)
				}
			}
		}
		switch {
		case len(found) > 0 || !seen.whole:
			return found, ""
		case len(seen.at(i.Addr)) > 0:
			return nil, Replaced
		default:
			return nil, Gone
		}
	default:
		if found = seen.at(i.Addr); len(found) == 0 && seen.whole {
			return nil, Gone
		}
		return found, ""
	}
}

// kill sends the orders of the open items, and notes what became of them.
func (k *killing) kill(ctx context.Context, open []*item) error {
	var all []*order
	for _, i := range open {
		if i.result != Skipped {
			continue
		}
		for _, v := range i.orders {
			if !v.queued {
				v.queued = true
				all = append(all, v)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	err := k.link.kill(ctx, all)
	for _, i := range open {
		if i.result == Skipped {
			i.result = i.after(err)
		}
	}
	k.sent = k.sent || slices.ContainsFunc(all, func(v *order) bool { return v.sent })
	return err
}

// after is the result of an item whose orders were sent. It is Skipped where one
// of them hit nobody, so that it is looked at again.
func (i *item) after(err error) Result {
	killed, missed := 0, 0
	for _, v := range i.orders {
		switch {
		case !v.sent:
			return Skipped
		case !v.answered:
			return Failed
		case v.killed > 0:
			killed++
		default:
			missed++
		}
	}
	switch {
	case missed == 0:
		return Killed
	case !i.seen:
		return Gone
	case err != nil:
		return Failed
	default:
		return Skipped
	}
}
