package fastpath

import (
	"reflect"
	"strconv"
)

// setNumber sets v to a number, or tells that it does not fit.
func setNumber[T chars](to *slot, v reflect.Value, lit *literal, text T) bool {
	switch to.kind {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if !lit.whole || v.OverflowInt(lit.value) {
			return false
		}
		v.SetInt(lit.value)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if !lit.whole || lit.value < 0 || v.OverflowUint(uint64(lit.value)) {
			return false
		}
		v.SetUint(uint64(lit.value))
	case reflect.Float64:
		v.SetFloat(lit.float)
	case reflect.Float32: // rounded once, not by way of a float64
		f, err := strconv.ParseFloat(string(text), 32)
		if err != nil {
			return false
		}
		v.SetFloat(f)
	default:
		return false
	}
	return true
}
