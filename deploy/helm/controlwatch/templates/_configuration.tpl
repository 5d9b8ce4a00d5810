{{- /* The configuration as text. Where the daemon listens, answers probes and keeps its
     store is the chart's: another value would leave probes and volume aside, so it is an
     error. Where nothing makes known who asks, the NetworkPolicy is the reason why nobody
     need be, and without one there is none. */}}
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
{{- $web := deepCopy (default dict $given.web) -}}
{{- $probes := "0.0.0.0:9465" -}}
{{- if and (hasKey $web "probes") (ne (toString $web.probes) $probes) }}{{ fail (printf "config.web.probes is set by the chart to %s: leave it out" $probes) }}{{ end -}}
{{- if and .Values.configText (not (hasKey $web "probes")) }}{{ fail (printf "configText: web.probes must be %s, which is where the probes look" $probes) }}{{ end -}}
{{- $_ := set $web "probes" $probes -}}
{{- if not (or $web.config_file $web.bearer_tokens $web.allow_unauthenticated) -}}
{{- if or .Values.configText (not .Values.networkPolicy.enabled) }}{{ fail "config.web: nothing makes known who asks; give config_file or bearer_tokens, or say in allow_unauthenticated why anybody who reaches the pod may read every finding" }}{{ end -}}
{{- $_ := set $web "allow_unauthenticated" "the NetworkPolicy of this release says who reaches it" -}}
{{- end -}}
{{- if not $given.sources }}{{ fail "config.sources: nothing to look at; add at least one `- provider: NAME`" }}{{ end -}}
{{- .Values.configText | default (toYaml (merge (deepCopy $fixed) (dict "web" $web) (omit $given "web"))) -}}
{{- end }}
