{{/*
The nodes, as `{nodes: [{id, address, replica_group}]}`. The chart's own are dealt to the groups in turn, so that more of them
leave those that are there in their groups. Ids outlive pods and addresses: placement follows from them.
*/}}
{{- define "miroir.nodes" -}}
{{- $nodes := list -}}
{{- if .Values.meilisearch.enabled -}}
  {{- $name := include "miroir.meilisearch" . -}}
  {{- range $i := until (int .Values.meilisearch.replicas) -}}
    {{- $host := printf "%s-%d.%s.%s.svc.%s" $name $i $name $.Release.Namespace $.Values.clusterDomain -}}
    {{- $nodes = append $nodes (dict "id" (printf "meilisearch-%d" $i) "address" (printf "http://%s:7700" $host) "replica_group" (mod $i (int $.Values.replicaGroups))) -}}
  {{- end -}}
{{- else -}}
  {{- range $id, $node := .Values.nodes -}}
    {{- $nodes = append $nodes (dict "id" $id "address" $node.address "replica_group" (int ($node.replicaGroup | default 0))) -}}
  {{- end -}}
{{- end -}}
{{- dict "nodes" $nodes | toYaml -}}
{{- end -}}

{{/* How many nodes each group has, as `{"0": 2, "1": 2}`. */}}
{{- define "miroir.groupSizes" -}}
{{- $sizes := dict -}}
{{- range $i := until (int .Values.replicaGroups) }}{{ $_ := set $sizes (toString $i) 0 }}{{ end -}}
{{- range (include "miroir.nodes" . | fromYaml).nodes -}}
  {{- $group := toString (int .replica_group) -}}
  {{- $_ := set $sizes $group (add1 (get $sizes $group | default 0)) -}}
{{- end -}}
{{- toYaml $sizes -}}
{{- end -}}

{{/* The replication factor in force: the one given, else 2, else 1 where a group has a single node. As the gateway decides it. */}}
{{- define "miroir.replicationFactor" -}}
{{- if .Values.replicationFactor -}}
{{- int .Values.replicationFactor -}}
{{- else -}}
{{- $factor := 2 -}}
{{- range include "miroir.groupSizes" . | fromYaml }}{{ $factor = min $factor (max 1 (int .)) }}{{ end -}}
{{- $factor -}}
{{- end -}}
{{- end -}}

{{/* What decides where documents are: a change of it leaves them where they were. */}}
{{- define "miroir.placement" -}}
{{- $ids := list -}}
{{- range (include "miroir.nodes" . | fromYaml).nodes }}{{ $ids = append $ids (printf "%s in group %d" .id (int .replica_group)) }}{{ end -}}
shards {{ int .Values.shards }}, replicationFactor {{ include "miroir.replicationFactor" . }}, replicaGroups {{ int .Values.replicaGroups }}, nodes {{ $ids | sortAlpha | join ", " }}
{{- end -}}

{{/* Where the gateway's tables are: in another store there are none. */}}
{{- define "miroir.store" -}}
{{- if eq .Values.taskStore.backend "sqlite" -}}
the SQLite file on {{ include "miroir.claim" . }}
{{- else -}}
the Redis {{ if .Values.redis.enabled }}of the chart{{ else if .Values.taskStore.url }}at {{ .Values.taskStore.url }}{{ else }}of the Secret {{ .Values.taskStore.existingSecret }}{{ end }}, prefix {{ .Values.taskStore.prefix }}
{{- end -}}
{{- end -}}

{{/* The gateway's configuration. Keys and passwords are not in it: they are variables, from Secrets. */}}
{{- define "miroir.config" -}}
{{- $store := dict "backend" .Values.taskStore.backend -}}
{{- if eq .Values.taskStore.backend "sqlite" -}}
  {{- $_ := set $store "path" "/var/lib/miroir/miroir.db" -}}
{{- else -}}
  {{- $_ := set $store "prefix" .Values.taskStore.prefix -}}
  {{- with .Values.taskStore.url }}{{ $_ := set $store "url" . }}{{ end -}}
{{- end -}}
{{- $config := dict
  "shards" (int .Values.shards)
  "replication_factor" (include "miroir.replicationFactor" . | int)
  "replica_groups" (int .Values.replicaGroups)
  "nodes" (include "miroir.nodes" . | fromYaml).nodes
  "task_store" $store
  "server" (dict "bind" "0.0.0.0" "port" (int .Values.container.containerPort) "drain_ms" (mul 1000 (int .Values.shutdown.drainSeconds)))
-}}
{{- mergeOverwrite (deepCopy .Values.config) $config | toYaml -}}
{{- end -}}
