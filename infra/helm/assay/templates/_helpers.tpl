{{- define "assay.name" -}}
{{- $name := contains .Chart.Name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) -}}
{{- $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{/* Parts that take jobs, with commas between: `judge` where there is to be one. */}}
{{- define "assay.workerParts" -}}
worker{{ if gt (int .Values.judge.replicas) 0 }},judge{{ end }},courier
{{- end -}}

{{/* What a part takes; workers leave to `judge`, where there is one, what it takes. */}}
{{- define "assay.queues" -}}
{{- $queues := splitList "," (index .root.Values .part).queues -}}
{{- if and (eq .part "worker") (gt (int .root.Values.judge.replicas) 0) -}}
{{- range splitList "," .root.Values.judge.queues }}{{ $queues = without $queues . }}{{ end -}}
{{- end -}}
{{- join "," $queues -}}
{{- end -}}

{{/* Labels that never change: part: api | worker | judge | courier, root: the top-level context. */}}
{{- define "assay.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end -}}

{{- define "assay.labels" -}}
{{ include "assay.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{- define "assay.secretName" -}}
{{- .Values.secret.existing | default (include "assay.name" .) -}}
{{- end -}}

{{/* Pods that run nothing as root, gain nothing, and write nowhere but to their volumes. */}}
{{- define "assay.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "assay.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* A change of settings or of the secret that the chart makes rolls the pods. */}}
{{- define "assay.checksums" -}}
checksum/settings: {{ include (print .Template.BasePath "/configmap.yaml") . | sha256sum }}
checksum/secret: {{ include (print .Template.BasePath "/secret.yaml") . | sha256sum }}
{{- end -}}

{{- define "assay.scheduling" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Peers of a network policy, to whom an empty list is everybody. name: the value, peers: what it holds. */}}
{{- define "assay.peers" -}}
{{- if not .peers }}{{ fail (printf "%s is empty, and a network policy takes that for everybody: name who that is" .name) }}{{ end -}}
{{ toYaml .peers }}
{{- end -}}

{{/* Ways out that all parts need: names, Redis, the object store, and a collector of traces where there is one. */}}
{{- define "assay.egress" -}}
- to: {{ include "assay.peers" (dict "name" "networkPolicy.dns" "peers" .Values.networkPolicy.dns) | nindent 4 }}
  ports:
    - { protocol: UDP, port: 53 }
    - { protocol: TCP, port: 53 }
- to: {{ include "assay.peers" (dict "name" "redis.peers" "peers" .Values.redis.peers) | nindent 4 }}
  ports:
    {{- range .Values.redis.ports }}
    - { protocol: TCP, port: {{ . }} }
    {{- else }}
    {{- fail "redis.ports is empty, and a network policy takes that for every port" }}
    {{- end }}
- to: {{ include "assay.peers" (dict "name" "s3.peers" "peers" .Values.s3.peers) | nindent 4 }}
  ports: [{ protocol: TCP, port: {{ .Values.s3.port }} }]
{{- if .Values.tracing.endpoint }}
- to: {{ include "assay.peers" (dict "name" "tracing.peers" "peers" .Values.tracing.peers) | nindent 4 }}
  ports: [{ protocol: TCP, port: {{ .Values.tracing.port }} }]
{{- end }}
{{- end -}}

{{/* A number of a values file is a float by the time it is here, and a large one prints as 4e+09. */}}
{{- define "assay.text" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) -}}{{ int64 . }}{{- else -}}{{ toString . }}{{- end -}}
{{- end -}}

{{/* The public internet alone. The service checks every address by itself; this holds if it does not. */}}
{{- define "assay.internet" -}}
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except: [0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16]
    - ipBlock:
        cidr: ::/0
        except: ['::1/128', 'fc00::/7', 'fe80::/10']
{{- end -}}

{{/* Settings by name, from values that were given and from `settings`, which comes before them. */}}
{{- define "assay.settings" -}}
{{- $v := .Values -}}
{{- $roles := list -}}
{{- range $name, $role := $v.oidc.roles }}{{ $roles = append $roles (printf "%s=%s" $name $role) }}{{ end -}}
{{- $named := dict
  "ASSAY_LOG_LEVEL" $v.logLevel
  "ASSAY_PUBLIC_URL" $v.publicUrl
  "ASSAY_MAX_BYTES" $v.limits.maxBytes
  "ASSAY_MAX_DURATION_SECONDS" $v.limits.maxDurationSeconds
  "ASSAY_MAX_PIXELS" $v.limits.maxPixels
  "ASSAY_MIN_SIDE_PX" $v.limits.minSidePx
  "ASSAY_MAX_STREAMS" $v.limits.maxStreams
  "ASSAY_UPLOAD_EXPIRES_SECONDS" $v.limits.uploadExpiresSeconds
  "ASSAY_RATE_PER_MINUTE" $v.rates.perKey
  "ASSAY_TENANT_RATE_PER_MINUTE" $v.rates.perTenant
  "ASSAY_SCAN_RATE_LIVE" $v.scanRates.live
  "ASSAY_SCAN_RATE_STANDARD" $v.scanRates.standard
  "ASSAY_SCAN_RATE_BACKFILL" $v.scanRates.backfill
  "ASSAY_QUOTA_PERIOD" $v.quota.period
  "ASSAY_QUOTA_BYTES" $v.quota.bytes
  "ASSAY_QUOTA_ITEMS" $v.quota.items
  "ASSAY_QUOTA_MINUTES" $v.quota.minutes
  "ASSAY_KEEP_MEDIA_DAYS" $v.retention.mediaDays
  "ASSAY_KEEP_EVIDENCE_DAYS" $v.retention.evidenceDays
  "ASSAY_KEEP_VERDICT_DAYS" $v.retention.verdictDays
  "ASSAY_KEEP_INDEX_DAYS" $v.retention.indexDays
  "ASSAY_KEEP_EVENTS_DAYS" $v.retention.eventsDays
  "ASSAY_KNOWN_MEDIA" $v.knownMedia
  "ASSAY_MODELS_MEMORY_MB" $v.modelsMemoryMb
  "ASSAY_OIDC_ISSUER" $v.oidc.issuer
  "ASSAY_OIDC_AUDIENCE" (join "," $v.oidc.audience)
  "ASSAY_OIDC_ROLES_CLAIM" $v.oidc.rolesClaim
  "ASSAY_OIDC_ROLES" (join "," $roles)
  "ASSAY_OIDC_TENANT_CLAIM" $v.oidc.tenantClaim
  "ASSAY_OIDC_TENANT" $v.oidc.tenant
  "ASSAY_OIDC_CLIENT_ID" $v.oidc.clientId
  "ASSAY_OIDC_SCOPE" $v.oidc.scope
  "ASSAY_CORS_ORIGINS" (join "," $v.cors.origins)
  "ASSAY_FETCH_PRIVATE_NETWORKS" (join "," $v.urls.privateNetworks)
  "ASSAY_FETCH_PORTS" (join "," $v.urls.ports)
  "ASSAY_WEBHOOK_PRIVATE_NETWORKS" (join "," $v.webhooks.privateNetworks)
  "ASSAY_WEBHOOK_PORTS" (join "," $v.webhooks.ports)
  "OTEL_EXPORTER_OTLP_ENDPOINT" $v.tracing.endpoint
  "S3_FORCE_PATH_STYLE" $v.s3.forcePathStyle
-}}
{{- $given := dict -}}
{{- range $settings := list $named $v.settings }}
{{- range $name, $value := $settings }}
{{- if not (kindIs "invalid" $value) }}
{{- $text := include "assay.text" $value }}
{{- if $text }}{{ $_ := set $given $name $text }}{{ end }}
{{- end }}
{{- end }}
{{- end -}}
{{ toYaml $given }}
{{- end -}}

{{/* Which files a part reads: setting -> name under `files`. */}}
{{- define "assay.files" -}}
ASSAY_POLICIES_FILE: policies
NODE_EXTRA_CA_CERTS: ca
{{- if eq .part "api" }}
ASSAY_BUCKETS_FILE: buckets
{{- end }}
{{- if has .part (list "worker" "judge") }}
ASSAY_SIGNING_KEY_FILE: signingKey
{{- end }}
{{- if eq .part "worker" }}
ASSAY_C2PA_TRUST_FILE: c2paTrust
{{- end }}
{{- end -}}

{{- define "assay.fileSettings" -}}
{{- $files := .root.Values.files -}}
{{- range $setting, $name := fromYaml (include "assay.files" .) }}
{{- with index $files $name }}
{{- if or .secret .configMap }}
- { name: {{ $setting }}, value: /config/{{ $name }}/{{ .key }} }
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "assay.fileMounts" -}}
{{- $files := .root.Values.files -}}
{{- range $setting, $name := fromYaml (include "assay.files" .) }}
{{- with index $files $name }}
{{- if or .secret .configMap }}
- { name: {{ $name | lower }}, mountPath: /config/{{ $name }}, readOnly: true }
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* For the group of the pod to read, and nobody else. */}}
{{- define "assay.fileVolumes" -}}
{{- $files := .root.Values.files -}}
{{- range $setting, $name := fromYaml (include "assay.files" .) }}
{{- with index $files $name }}
{{- if .secret }}
- name: {{ $name | lower }}
  secret: { secretName: {{ .secret }}, defaultMode: 288, items: [{ key: {{ .key }}, path: {{ .key }} }] }
{{- else if .configMap }}
- name: {{ $name | lower }}
  configMap: { name: {{ .configMap }}, defaultMode: 288, items: [{ key: {{ .key }}, path: {{ .key }} }] }
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Private networks that the operator allows, at the only ports that are used where some are named. */}}
{{- define "assay.privateNetworks" -}}
{{- if .privateNetworks }}
- to:
    {{- range .privateNetworks }}
    - ipBlock: { cidr: {{ . | quote }} }
    {{- end }}
  {{- with .ports }}
  ports:
    {{- range . }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
  {{- end }}
{{- end }}
{{- end -}}
