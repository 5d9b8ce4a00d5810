package evidence

import "reflect"

// TagsOf gives the tags of a fact's body: what its field Tags holds, or the topics
// of a repository, which are tags without a value. Nil: not seen, or the kind has
// none. A new kind needs nothing but a field of that name and type.
func TagsOf(body any) map[string]string {
	v := structOf(body)
	if !v.IsValid() {
		return nil
	}
	if tags, ok := fieldOf[map[string]string](v, "Tags"); ok {
		return tags
	}
	topics, _ := fieldOf[[]string](v, "Topics")
	if topics == nil {
		return nil
	}
	tags := make(map[string]string, len(topics))
	for _, topic := range topics {
		tags[topic] = ""
	}
	return tags
}

// RepositoryOf gives the repository, owner/name, that a fact's body says it is in,
// or opens; empty: none, or not seen.
func RepositoryOf(body any) string {
	if key, ok := body.(*AccessKey); ok && key != nil && key.Subject != nil {
		return *key.Subject
	}
	v := structOf(body)
	if !v.IsValid() {
		return ""
	}
	if name, ok := fieldOf[*string](v, "Repository"); ok && name != nil {
		return *name
	}
	name, _ := fieldOf[string](v, "Repository")
	return name
}

func structOf(body any) reflect.Value {
	v := reflect.ValueOf(body)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return reflect.Value{}
	}
	return v.Elem()
}

func fieldOf[T any](v reflect.Value, name string) (value T, ok bool) {
	f := v.FieldByName(name)
	if !f.IsValid() {
		return value, false
	}
	return reflect.TypeAssert[T](f)
}
