{{- define "controlwatch.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ default $.Chart.AppVersion .tag }}{{ end }}
{{- end -}}
{{- end }}

{{- /* What every pod has: Pod Security "restricted", and no token of the cluster's API. */}}
{{- define "controlwatch.pod" -}}
serviceAccountName: {{ include "controlwatch.serviceAccount" . }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .Values.security.uid }}
  runAsGroup: {{ .Values.security.gid }}
  fsGroup: {{ .Values.security.gid }}
  # Always would make the log's key on the volume readable by the group at each
  # mount, and a key that others can read is refused.
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* Beside the daemon, on its node: a ReadWriteOnce volume is attached to one node,
     and SQLite's readers and writers share memory. */}}
{{- define "controlwatch.besideTheDaemon" -}}
affinity:
  podAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "controlwatch.selector" . | nindent 12 }}
            app.kubernetes.io/component: daemon
{{- end }}

{{- define "controlwatch.container" -}}
image: {{ include "controlwatch.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities:
    drop: [ALL]
{{- end }}

{{- define "controlwatch.environment" -}}
- name: CONTROLWATCH_STORE
  value: sqlite:/data/controlwatch.db
- name: TMPDIR
  value: /tmp
{{- range .Values.secretEnv }}
{{ include "controlwatch.secretVariable" . }}
{{- end }}
{{- range .Values.env }}
- name: {{ .name }}
  value: {{ .value | quote }}
{{- end }}
{{- end }}

{{- define "controlwatch.secretVariable" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secretName }}
      key: {{ .key }}
{{- end }}

{{- /* For those that write the evidence log: nobody else is given its key. */}}
{{- define "controlwatch.logKey" -}}
{{- with .Values.logKey }}{{ if .secretName -}}
{{ include "controlwatch.secretVariable" (merge (dict "name" "CONTROLWATCH_LOG_KEY") .) }}
{{- end }}{{ end -}}
{{- end }}

{{- define "controlwatch.apiToken" -}}
{{- with .Values.apiToken }}{{ if .secretName -}}
{{ include "controlwatch.secretVariable" (merge (dict "name" "CONTROLWATCH_API_TOKEN") .) }}
{{- end }}{{ end -}}
{{- end }}

{{- /* Soft below hard: the runtime collects to stay below what is requested. Nothing
     requested would read as 0, which collects without end. */}}
{{- define "controlwatch.memoryLimit" -}}
{{- $r := .resources | default dict -}}
{{- if or (dig "requests" "memory" "" $r) (dig "limits" "memory" "" $r) -}}
- name: GOMEMLIMIT
  valueFrom:
    resourceFieldRef:
      containerName: {{ .container }}
      resource: requests.memory
{{- end }}
{{- end }}

{{- define "controlwatch.mounts" -}}
- name: config
  mountPath: /etc/controlwatch
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- range .Values.secretFiles }}
- name: secret-{{ .secretName }}
  mountPath: /run/secrets/{{ .secretName }}
  readOnly: true
{{- end }}
{{- if .Values.caCertificates.configMapName }}
- name: ca
  mountPath: /etc/controlwatch-ca
  readOnly: true
{{- end }}
{{- range .Values.extraVolumeMounts }}
- name: extra-{{ .name }}
  mountPath: {{ .mountPath }}
  readOnly: true
{{- end }}
{{- end }}

{{- define "controlwatch.volumes" -}}
- name: config
  configMap:
    name: {{ include "controlwatch.fullname" . }}
    defaultMode: 0444
- name: tmp
  emptyDir:
    sizeLimit: {{ .Values.temporary.size }}
{{- range .Values.secretFiles }}
- name: secret-{{ .secretName }}
  secret:
    secretName: {{ .secretName }}
    defaultMode: 0440
    {{- with .items }}
    items:
      {{- range . }}
      - key: {{ . }}
        path: {{ . }}
      {{- end }}
    {{- end }}
{{- end }}
{{- with .Values.caCertificates.configMapName }}
- name: ca
  configMap:
    name: {{ . }}
    defaultMode: 0444
{{- end }}
{{- range .Values.extraVolumes }}
- {{ mergeOverwrite (deepCopy .) (dict "name" (printf "extra-%s" .name)) | toYaml | nindent 2 | trim }}
{{- end }}
{{- end }}
