{{- define "controlwatch.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- /* 43 characters, since a CronJob adds up to 11 to the 52 that its own name may have. */}}
{{- define "controlwatch.fullname" -}}
{{- $name := include "controlwatch.name" . -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{ default $full .Values.fullnameOverride | trunc 43 | trimSuffix "-" }}
{{- end }}

{{- define "controlwatch.selector" -}}
app.kubernetes.io/name: {{ include "controlwatch.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "controlwatch.labels" -}}
{{ include "controlwatch.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "controlwatch.serviceAccount" -}}
{{ .Values.serviceAccount.create | ternary (default (include "controlwatch.fullname" .) .Values.serviceAccount.name) (default "default" .Values.serviceAccount.name) }}
{{- end }}

{{- define "controlwatch.dataClaim" -}}
{{ default (printf "data-%s-0" (include "controlwatch.fullname" .)) .Values.persistence.existingClaim }}
{{- end }}
