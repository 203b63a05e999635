{{- define "mneme.labels" -}}
app.kubernetes.io/name: mneme
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
{{- define "mneme.selector" -}}
app.kubernetes.io/name: mneme
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "mneme.secret" -}}
{{ .Values.services.existingSecret | default (printf "%s-services" .Release.Name) }}
{{- end }}
