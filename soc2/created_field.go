package soc2

import (
	"reflect"
	"time"
)

// createdField reads the field CreatedAt of a kind that has one.
func createdField(body any) *time.Time {
	v := reflect.ValueOf(body)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return nil
	}
	f := v.FieldByName("CreatedAt")
	if !f.IsValid() {
		return nil
	}
	at, ok := reflect.TypeAssert[*time.Time](f)
	if !ok || at == nil || at.IsZero() {
		return nil
	}
	utc := at.UTC()
	return &utc
}
