{{- /* The configuration as text. Where the daemon listens and keeps its store is the
     chart's: another value would leave probes and volume aside, so it is an error. */}}
{{- define "controlwatch.configuration" -}}
{{- $fixed := dict "listen" "0.0.0.0:9464" "store" "sqlite:/data/controlwatch.db" -}}
{{- $given := .Values.config -}}
{{- if .Values.configText -}}
{{- $given = fromYaml .Values.configText -}}
{{- with $given.Error }}{{ fail (printf "configText: not YAML: %s" .) }}{{ end -}}
{{- if ne (toString $given.listen) $fixed.listen }}{{ fail (printf "configText: listen must be %s, which is where the probes and the Service look" $fixed.listen) }}{{ end -}}
{{- end -}}
{{- range $key, $value := $fixed -}}
{{- if and (hasKey $given $key) (ne (toString (get $given $key)) $value) }}{{ fail (printf "config.%s is set by the chart to %s: leave it out" $key $value) }}{{ end -}}
{{- end -}}
{{- if not $given.sources }}{{ fail "config.sources: nothing to look at; add at least one `- provider: NAME`" }}{{ end -}}
{{- .Values.configText | default (toYaml (merge (deepCopy $fixed) $given)) -}}
{{- end }}
