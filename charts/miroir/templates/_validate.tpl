{{/*
Refusals that compare values, which the schema cannot; helm checks the schema first. Each says what is wrong, why it would hurt
and what to set.
*/}}
{{- define "miroir.validate" -}}
{{- $groups := int .Values.replicaGroups -}}
{{- range $id, $node := .Values.nodes -}}
  {{- if ge (int ($node.replicaGroup | default 0)) $groups -}}
    {{- fail (printf "nodes.%s.replicaGroup is %d, but replicaGroups is %d, so that groups are numbered from 0 to %d: the node would belong to none and get no documents. Set its replicaGroup below replicaGroups, or replicaGroups higher." $id (int $node.replicaGroup) $groups (sub $groups 1)) -}}
  {{- end -}}
{{- end -}}

{{- if .Values.meilisearch.enabled -}}
  {{- $replicas := int .Values.meilisearch.replicas -}}
  {{- if mod $replicas $groups -}}
    {{- fail (printf "meilisearch.replicas is %d, which cannot be divided into replicaGroups, %d: one group would have fewer nodes than another, each with more to hold, and would answer more slowly. Set meilisearch.replicas to a multiple of %d." $replicas $groups $groups) -}}
  {{- end -}}
{{- end -}}

{{- $factor := include "miroir.replicationFactor" . | int -}}
{{- range $group, $size := include "miroir.groupSizes" . | fromYaml -}}
  {{- if eq (int $size) 0 -}}
    {{- fail (printf "replicaGroups is %d, but group %s has no nodes: it could answer nothing. Give it nodes, by their replicaGroup, or set replicaGroups lower." $groups $group) -}}
  {{- else if gt $factor (int $size) -}}
    {{- fail (printf "replicationFactor is %d, but of nodes group %s has only %d: two copies of a shard on one node would be lost together. Set replicationFactor to %d at most, or give the group more nodes." $factor $group (int $size) (int $size)) -}}
  {{- end -}}
{{- end -}}

{{- if and .Values.hpa.enabled (lt (int .Values.hpa.maxReplicas) (int .Values.hpa.minReplicas)) -}}
  {{- fail (printf "hpa.maxReplicas is %d, below hpa.minReplicas, %d: Kubernetes refuses such an autoscaler, and the number of gateways would not follow their load. Set hpa.maxReplicas to %d or more." (int .Values.hpa.maxReplicas) (int .Values.hpa.minReplicas) (int .Values.hpa.minReplicas)) -}}
{{- end -}}

{{- $stop := add (int .Values.shutdown.preStopSeconds) (int .Values.shutdown.drainSeconds) 5 -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) (int $stop) -}}
  {{- fail (printf "terminationGracePeriodSeconds is %d, but a gateway may need %d to stop (shutdown.preStopSeconds %d, shutdown.drainSeconds %d, and 5 to let go of its tasks): it would be killed with requests under way. Set terminationGracePeriodSeconds to %d or more." (int .Values.terminationGracePeriodSeconds) $stop (int .Values.shutdown.preStopSeconds) (int .Values.shutdown.drainSeconds) $stop) -}}
{{- end -}}

{{/* Only helm that speaks to a cluster sees what is installed. */}}
{{- $installed := lookup "v1" "ConfigMap" .Release.Namespace (include "miroir.fullname" .) -}}
{{- if and $installed (not .Values.acceptPlacementChange) -}}
  {{- $before := dig "metadata" "annotations" "miroir/placement" "" $installed -}}
  {{- $after := include "miroir.placement" . -}}
  {{- if and $before (ne $before $after) -}}
    {{- fail (printf "the documents are placed by %s; with these values they would be looked for by %s. They do not move by themselves, so that many would not be found any more. Set these values as they were; or, if there are no documents yet, acceptPlacementChange to true." $before $after) -}}
  {{- end -}}
{{- end -}}
{{- end -}}
