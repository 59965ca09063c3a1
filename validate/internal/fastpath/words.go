package fastpath

// words are the texts of an enum: a few are compared one by one, many looked up.
type words struct {
	few  []string
	many map[string]struct{}
}

func newWords(enum []any) *words {
	const few = 12
	w := &words{}
	for _, v := range enum {
		if word, ok := v.(string); ok {
			w.few = append(w.few, word)
		}
	}
	if len(w.few) > few {
		w.many = make(map[string]struct{}, len(w.few))
		for _, word := range w.few {
			w.many[word] = struct{}{}
		}
	}
	return w
}

func has[T chars](w *words, value T) bool {
	if w.many != nil {
		_, ok := w.many[string(value)]
		return ok
	}
	for _, word := range w.few {
		if string(value) == word {
			return true
		}
	}
	return false
}
