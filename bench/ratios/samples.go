package main

import "slices"

// samples are the measured values by family, program, case, unit and round. Programs
// and cases are in the order in which they first appeared.
type samples struct {
	whos, kases map[string][]string // by family
	values      map[sampleKey]map[int]float64
}

type sampleKey struct{ family, who, kase, unit string }

func newSamples() *samples {
	return &samples{whos: map[string][]string{}, kases: map[string][]string{}, values: map[sampleKey]map[int]float64{}}
}

func (s *samples) add(round int, results ...result) {
	for _, r := range results {
		if !slices.Contains(s.whos[r.family], r.who) {
			s.whos[r.family] = append(s.whos[r.family], r.who)
		}
		if !slices.Contains(s.kases[r.family], r.kase) {
			s.kases[r.family] = append(s.kases[r.family], r.kase)
		}
		for unit, value := range r.values {
			k := sampleKey{r.family, r.who, r.kase, unit}
			if s.values[k] == nil {
				s.values[k] = map[int]float64{}
			}
			s.values[k][round] = value
		}
	}
}

// A spread is a median with the least and the greatest value.
type spread struct{ median, least, most float64 }

// of returns the spread of the values over the rounds.
func (s *samples) of(family, who, kase, unit string) (spread, bool) {
	var values []float64
	for _, v := range s.values[sampleKey{family, who, kase, unit}] {
		values = append(values, v)
	}
	return spreadOf(values)
}

// ratio returns the spread of the ratios of who's values to base's in the same round.
func (s *samples) ratio(family, who, base, kase, unit string) (spread, bool) {
	bases := s.values[sampleKey{family, base, kase, unit}]
	var values []float64
	for round, v := range s.values[sampleKey{family, who, kase, unit}] {
		if b := bases[round]; b > 0 {
			values = append(values, v/b)
		}
	}
	return spreadOf(values)
}

func spreadOf(values []float64) (spread, bool) {
	if len(values) == 0 {
		return spread{}, false
	}
	slices.Sort(values)
	mid := len(values) / 2
	median := values[mid]
	if len(values)%2 == 0 {
		median = (values[mid-1] + values[mid]) / 2
	}
	return spread{median, values[0], values[len(values)-1]}, true
}
