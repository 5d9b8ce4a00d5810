{{- /* What Prometheus asks, by a ServiceMonitor or a PodMonitor: given the values of either. */}}
{{- define "controlwatch.endpoint" -}}
- port: http
  path: /metrics
  {{- with .scheme }}
  scheme: {{ . }}
  {{- end }}
  {{- range $key := list "tlsConfig" "basicAuth" "authorization" }}
  {{- with index $ $key }}
  {{ $key }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  interval: {{ .interval }}
  scrapeTimeout: {{ .scrapeTimeout }}
{{- end }}
