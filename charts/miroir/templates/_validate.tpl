{{/*
Refusals that compare values, which the schema cannot; helm checks the schema first. Each says what is wrong, why it would hurt
and what to set.
*/}}
{{- define "miroir.validate" -}}
{{- $groups := int .Values.replicaGroups -}}
{{- $addresses := dict -}}
{{- range $id, $node := .Values.nodes -}}
  {{- $address := trimSuffix "/" (lower $node.address) -}}
  {{- if hasKey $addresses $address -}}
    {{- fail (printf "nodes.%s.address is %s, which is that of nodes.%s too: copies that should be on two nodes would be on one, and be lost together. Set nodes.%s.address to that of another node, or take nodes.%s away." $id $node.address (get $addresses $address) $id $id) -}}
  {{- end -}}
  {{- $_ := set $addresses $address $id -}}
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

{{- $scraped := .Values.serviceMonitor.namespace | default .Release.Namespace -}}
{{- if and .Values.serviceMonitor.enabled (ne $scraped .Release.Namespace) (not .Values.auth.existingAdminKeySecret) -}}
  {{- fail (printf "serviceMonitor.namespace is %s, but the admin key is generated in %s: Prometheus looks for the Secret where the ServiceMonitor is, would find none, and scrape nothing. Leave serviceMonitor.namespace out, or set auth.existingAdminKeySecret to a Secret that is in both." $scraped .Release.Namespace) -}}
{{- end -}}

{{/* Only helm that speaks to a cluster sees what is installed. */}}
{{- $installed := lookup "v1" "ConfigMap" .Release.Namespace (include "miroir.fullname" .) -}}
{{- if and $installed (not .Values.acceptStoreChange) -}}
  {{- $before := dig "metadata" "annotations" "miroir/store" "" $installed -}}
  {{- $after := include "miroir.store" . -}}
  {{- if and $before (ne $before $after) -}}
    {{- fail (printf "the gateway's tables are in %s; with these values it would look in %s, and know of no index, task or key there. Nothing is copied by itself. Copy them as docs/kubernetes.md says, then set acceptStoreChange to true; or set taskStore, redis.enabled and persistence.existingClaim as they were." $before $after) -}}
  {{- end -}}
{{- end -}}
{{- if and $installed (not .Values.acceptPlacementChange) -}}
  {{- $before := dig "metadata" "annotations" "miroir/placement" "" $installed -}}
  {{- $after := include "miroir.placement" . -}}
  {{- if and $before (ne $before $after) -}}
    {{- fail (printf "the documents are placed by %s; with these values they would be looked for by %s. They do not move by themselves, so that many would not be found any more. Set these values as they were; or, if there are no documents yet, acceptPlacementChange to true." $before $after) -}}
  {{- end -}}
{{- end -}}
{{- end -}}
