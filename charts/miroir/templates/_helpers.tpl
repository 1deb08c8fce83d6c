{{/* The name that objects are called by. */}}
{{- define "miroir.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- if contains $name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* What never changes about the pods of a component: (list . "gateway"). */}}
{{- define "miroir.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ $root.Values.nameOverride | default $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* The labels of an object: (list . "gateway"). */}}
{{- define "miroir.labels" -}}
{{- $root := index . 0 -}}
{{ include "miroir.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- with $root.Values.customLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "miroir.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "miroir.fullname" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end -}}
{{- end -}}

{{/* An image's name: (list . .Values.image). */}}
{{- define "miroir.image" -}}
{{- $image := index . 1 -}}
{{ $image.repository }}{{ if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default (index . 0).Chart.AppVersion }}{{ end }}
{{- end -}}

{{/* The Secret that a pod's images are pulled with, if any. */}}
{{- define "miroir.pullSecrets" -}}
{{- with .Values.image.pullSecret -}}
imagePullSecrets: [{ name: {{ . }} }]
{{- end -}}
{{- end -}}

{{/* The claim of the volume with the SQLite file. */}}
{{- define "miroir.claim" -}}{{ .Values.persistence.existingClaim | default (printf "%s-data" (include "miroir.fullname" .)) }}{{- end -}}

{{/* The names of the chart's own nodes and Redis. */}}
{{- define "miroir.meilisearch" -}}{{ include "miroir.fullname" . }}-meilisearch{{- end -}}
{{- define "miroir.redis" -}}{{ include "miroir.fullname" . }}-redis{{- end -}}

{{/* Which Secret holds a key: one that was there before, or the chart's own. */}}
{{- define "miroir.masterKeySecret" -}}{{ .Values.auth.existingMasterKeySecret | default (printf "%s-keys" (include "miroir.fullname" .)) }}{{- end -}}
{{- define "miroir.adminKeySecret" -}}{{ .Values.auth.existingAdminKeySecret | default (printf "%s-keys" (include "miroir.fullname" .)) }}{{- end -}}
{{- define "miroir.nodeMasterKeySecret" -}}
{{- if .Values.auth.existingNodeMasterKeySecret }}{{ .Values.auth.existingNodeMasterKeySecret }}{{ else if .Values.meilisearch.enabled }}{{ include "miroir.fullname" . }}-keys{{ end -}}
{{- end -}}
{{- define "miroir.redisSecret" -}}{{ .Values.redis.existingSecret | default (printf "%s-keys" (include "miroir.fullname" .)) }}{{- end -}}

{{/* One variable from a Secret: (list "NAME" "secret" "key in it"). */}}
{{- define "miroir.fromSecret" -}}
- name: {{ index . 0 }}
  valueFrom: { secretKeyRef: { name: {{ index . 1 }}, key: {{ index . 2 }} } }
{{- end -}}

{{/* A volume claim's storageClassName, if any: "-" stands for none at all. */}}
{{- define "miroir.storageClass" -}}
{{- if eq (toString .) "-" }}
storageClassName: ""
{{- else if . }}
storageClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* Numbers of a probe. */}}
{{- define "miroir.probeTimes" -}}
periodSeconds: {{ .periodSeconds }}
failureThreshold: {{ .failureThreshold }}
timeoutSeconds: {{ .timeoutSeconds }}
{{- end -}}
