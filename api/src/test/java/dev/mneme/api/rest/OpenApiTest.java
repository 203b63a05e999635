package dev.mneme.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.SourceType;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.spi.Journal;
import dev.mneme.wire.live.LivePayloads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Holds what `/openapi.json` says against the contract, which is restated here.
class OpenApiTest {
    private static final Set<String> SCOPES = Set.of("userId", "agentId", "appId", "runId");
    private static final Map<String, String> ROLES = new TreeMap<>(Map.ofEntries(
            Map.entry("post /api/v1/memories", "write"),
            Map.entry("get /api/v1/memories", "read"),
            Map.entry("delete /api/v1/memories", "write"),
            Map.entry("post /api/v1/memories/search", "read"),
            Map.entry("get /api/v1/memories/{id}", "read"),
            Map.entry("patch /api/v1/memories/{id}", "write"),
            Map.entry("delete /api/v1/memories/{id}", "write"),
            Map.entry("get /api/v1/memories/{id}/history", "read"),
            Map.entry("put /api/v1/contexts/{key}", "write"),
            Map.entry("get /api/v1/contexts/{key}", "read"),
            Map.entry("delete /api/v1/contexts/{key}", "write"),
            Map.entry("get /api/v1/contexts", "read"),
            Map.entry("get /api/v1/contexts/{key}/versions", "read"),
            Map.entry("get /api/v1/entities", "read"),
            Map.entry("get /api/v1/changes", "read"),
            Map.entry("post /api/v1/responses", "write"),
            Map.entry("get /api/v1/responses", "read"),
            Map.entry("get /api/v1/responses/totals", "read"),
            Map.entry("get /api/v1/responses/export", "read"),
            Map.entry("post /api/v1/sync-events", "write"),
            Map.entry("get /api/v1/sync-events/pending", "read"),
            Map.entry("get /api/v1/sync-events/{id}", "read"),
            Map.entry("post /api/v1/sync-events/{id}/processed", "write"),
            Map.entry("get /api/v1/conflicts", "read"),
            Map.entry("get /api/v1/conflicts/{id}", "read"),
            Map.entry("post /api/v1/conflicts/{id}/resolve", "write"),
            Map.entry("post /api/v1/distributed/initialize", "read"),
            Map.entry("post /api/v1/distributed/get-status", "read"),
            Map.entry("post /api/v1/distributed/shutdown", "read"),
            Map.entry("post /api/v1/distributed/publish-mode-change", "write"),
            Map.entry("post /api/v1/distributed/publish-context-update", "write"),
            Map.entry("post /api/v1/distributed/store-response-source", "write"),
            Map.entry("post /api/v1/modes/switch", "write"),
            Map.entry("get /api/v1/modes", "read"),
            Map.entry("get /api/v1/modes/usage", "read"),
            Map.entry("get /api/v1/modes/{instanceId}", "read"),
            Map.entry("patch /api/v1/modes/{instanceId}", "write"),
            Map.entry("get /api/v1/transitions", "read"),
            Map.entry("post /api/v1/keys", "admin"),
            Map.entry("get /api/v1/keys", "admin"),
            Map.entry("delete /api/v1/keys/{id}", "admin"),
            Map.entry("get /api/v1/integrity", "admin"),
            Map.entry("post /api/v1/integrity/verify", "admin"),
            Map.entry("post /api/v1/integrity/accept", "admin"),
            Map.entry("get /api/v1/owners/{kind}/{id}", "read"),
            Map.entry("get /api/v1/export", "admin"),
            Map.entry("post /api/v1/import", "admin"),
            Map.entry("post /api/v1/backups", "admin"),
            Map.entry("get /api/v1/status", "read"),
            Map.entry("get /health/live", ""),
            Map.entry("get /health/ready", ""),
            Map.entry("get /metrics", "read"),
            Map.entry("get /", ""),
            Map.entry("get /docs", ""),
            Map.entry("get /openapi.json", ""),
            Map.entry("get /favicon.ico", "")));
    private static final Map<String, Set<String>> QUERIES = Map.ofEntries(
            Map.entry("get /api/v1/memories", with("filter", "limit", "cursor", "order", "showExpired", "latestOnly")),
            Map.entry("delete /api/v1/memories", with("filter", "erase")),
            Map.entry("get /api/v1/modes", Set.of("userId")),
            Map.entry("get /api/v1/modes/usage", Set.of("userId", "since", "until")),
            Map.entry("get /api/v1/modes/{instanceId}", Set.of("userId")),
            Map.entry("patch /api/v1/modes/{instanceId}", Set.of("userId")),
            Map.entry(
                    "get /api/v1/transitions",
                    Set.of("userId", "instanceId", "toMode", "success", "since", "until", "limit", "cursor")),
            Map.entry("put /api/v1/contexts/{key}", Set.of("userId")),
            Map.entry("get /api/v1/contexts/{key}", Set.of("userId")),
            Map.entry("delete /api/v1/contexts/{key}", Set.of("userId")),
            Map.entry("get /api/v1/contexts", Set.of("userId", "type", "tag", "mode", "limit", "cursor")),
            Map.entry("get /api/v1/contexts/{key}/versions", Set.of("userId")),
            Map.entry("get /api/v1/entities", Set.of("limit", "cursor")),
            Map.entry("get /api/v1/changes", with("scope", "after", "limit", "token")),
            Map.entry("get /api/v1/export", with()),
            Map.entry("post /api/v1/import", Set.of("onError")),
            Map.entry("get /api/v1/responses", responses("order", "limit", "cursor")),
            Map.entry("get /api/v1/responses/totals", responses("by")),
            Map.entry("get /api/v1/responses/export", responses("format")),
            Map.entry("get /api/v1/sync-events/pending", Set.of("userId", "instanceId", "limit", "cursor")),
            Map.entry("get /api/v1/sync-events/{id}", Set.of("userId")),
            Map.entry("get /api/v1/conflicts", Set.of("userId", "status", "kind", "limit", "cursor")),
            Map.entry("get /api/v1/conflicts/{id}", Set.of("userId")),
            Map.entry("post /api/v1/conflicts/{id}/resolve", Set.of("userId")));
    private static final Map<String, List<String>> SHAPES = Map.ofEntries(
            Map.entry(
                    "MemoryResource",
                    List.of(
                            "id",
                            "userId",
                            "agentId",
                            "appId",
                            "runId",
                            "text",
                            "role",
                            "metadata",
                            "categories",
                            "timestamp",
                            "createdAt",
                            "updatedAt",
                            "expiresAt",
                            "version",
                            "replacedBy")),
            Map.entry(
                    "ContextResource",
                    List.of(
                            "userId",
                            "contextKey",
                            "contextType",
                            "mode",
                            "data",
                            "tags",
                            "version",
                            "createdAt",
                            "updatedAt",
                            "createdBy",
                            "updatedBy",
                            "expiresAt")),
            Map.entry(
                    "ContextRequest",
                    List.of(
                            "userId",
                            "data",
                            "contextType",
                            "mode",
                            "tags",
                            "expiresAt",
                            "expectedVersion",
                            "mergeStrategy")),
            Map.entry("ContextStored", List.of("event", "context", "position")),
            Map.entry("ContextDeleted", List.of("event", "contextKey", "version", "position")),
            Map.entry("ContextList", List.of("items", "nextCursor", "position")),
            Map.entry("ContextVersionsVersion", List.of("deleted", "context")),
            Map.entry("Stored", List.of("event", "memory", "position")),
            Map.entry("AddRefused", List.of("error")),
            Map.entry("AddManyRequest", List.of("userId", "agentId", "appId", "runId", "metadata", "items")),
            Map.entry("ChangeReset", List.of("position", "reset")),
            Map.entry("Deleted", List.of("event", "id", "position")),
            Map.entry("DeletedMany", List.of("deleted")),
            Map.entry("ResponseRecorded", List.of("event", "response", "position")),
            Map.entry(
                    "ResponseResource",
                    List.of(
                            "userId",
                            "instanceId",
                            "chatId",
                            "messageId",
                            "mode",
                            "sourceType",
                            "provider",
                            "model",
                            "confidence",
                            "responseHash",
                            "metadata",
                            "timestamp")),
            Map.entry("ResponseList", List.of("items", "nextCursor", "position")),
            Map.entry("ResponseTotalsAnswer", List.of("by", "total", "groups", "position")),
            Map.entry(
                    "ResponseTotalsAnswerSum",
                    List.of(
                            "responses",
                            "meanConfidence",
                            "promptTokens",
                            "completionTokens",
                            "totalTokens",
                            "cost",
                            "unpriced")),
            Map.entry(
                    "SyncEventResource",
                    List.of(
                            "id",
                            "userId",
                            "sourceInstanceId",
                            "eventType",
                            "eventData",
                            "targetInstances",
                            "processedBy",
                            "priority",
                            "timestamp",
                            "expiresAt")),
            Map.entry("SyncEventList", List.of("items", "nextCursor", "position")),
            Map.entry("SyncEventWritten", List.of("event", "syncEvent", "position")),
            Map.entry(
                    "ConflictResource",
                    List.of("id", "subject", "base", "mine", "theirs", "at", "status", "resolution", "version")),
            Map.entry("ConflictResourceAbout", List.of("kind", "key")),
            Map.entry("ConflictResourceSide", List.of("version", "value", "deleted", "at", "key", "instance")),
            Map.entry("ConflictResourceResolution", List.of("take", "written", "at", "key", "instance")),
            Map.entry("ConflictList", List.of("items", "nextCursor", "position")),
            Map.entry("ConflictDecision", List.of("take", "value", "expectedVersion")),
            Map.entry("ConflictWritten", List.of("event", "conflict", "position")),
            Map.entry(
                    "DistributedStatus", List.of("mongodb", "redis", "websocket", "instanceId", "isFullyOperational")),
            Map.entry("DistributedStatusExternal", List.of("enabled", "connected", "healthy")),
            Map.entry("DistributedStatusSockets", List.of("enabled", "running", "clientCount")),
            Map.entry("ModePublication", List.of("userId", "fromMode", "toMode", "configuration")),
            Map.entry("ContextPublication", List.of("userId", "contextKey", "contextType", "data")),
            Map.entry(
                    "ResponsePublication", List.of("userId", "chatId", "messageId", "mode", "source", "responseHash")),
            Map.entry(
                    "ResponsePublicationSource", List.of("sourceType", "provider", "model", "confidence", "metadata")),
            Map.entry("MemoryList", List.of("items", "nextCursor", "position")),
            Map.entry("SearchAnswer", List.of("results", "position", "tookMillis", "timedOut")),
            Map.entry("SearchAnswerResult", List.of("memory", "score", "parts")),
            Map.entry(
                    "HistoryVersion",
                    List.of("version", "event", "text", "metadata", "categories", "at", "key", "instance")),
            Map.entry(
                    "OwnerResource",
                    List.of(
                            "kind",
                            "id",
                            "position",
                            "memories",
                            "contexts",
                            "modes",
                            "transitions",
                            "responses",
                            "syncEvents",
                            "changes")),
            Map.entry("StatusStorage", List.of("log", "tables", "index")),
            Map.entry("StatusFiles", List.of("files", "bytes")),
            Map.entry("EntityListEntity", List.of("kind", "id", "memories", "updatedAt")),
            Map.entry("ChangeList", List.of("changes", "position", "reset")),
            Map.entry(
                    "ChangeResource",
                    List.of(
                            "position",
                            "previous",
                            "type",
                            "at",
                            "key",
                            "instance",
                            "subject",
                            "memory",
                            "context",
                            "mode",
                            "transition",
                            "response",
                            "syncEvent",
                            "conflict")),
            Map.entry("KeyRequest", List.of("name", "role", "restrict", "expiresAt", "rate")),
            Map.entry("KeyRequestRestrict", List.of("users", "agents", "apps", "runs")),
            Map.entry("KeyRequestRate", List.of("perSecond", "burst")),
            Map.entry(
                    "MemoryItem",
                    List.of(
                            "userId",
                            "agentId",
                            "appId",
                            "runId",
                            "text",
                            "role",
                            "metadata",
                            "categories",
                            "timestamp",
                            "expiresAt",
                            "vector",
                            "embedder",
                            "dedupe")),
            Map.entry(
                    "PatchRequest",
                    List.of("text", "metadata", "categories", "expiresAt", "vector", "embedder", "expectedVersion")),
            Map.entry(
                    "SearchRequest",
                    List.of(
                            "query",
                            "vector",
                            "embedder",
                            "userId",
                            "agentId",
                            "appId",
                            "runId",
                            "filter",
                            "topK",
                            "threshold",
                            "explain",
                            "showExpired",
                            "latestOnly",
                            "referenceTime",
                            "timezone")),
            Map.entry(
                    "ModeResource",
                    List.of(
                            "userId",
                            "instanceId",
                            "currentMode",
                            "previousMode",
                            "capabilities",
                            "configuration",
                            "activatedAt",
                            "updatedAt",
                            "version")),
            Map.entry(
                    "CapabilitiesResource",
                    List.of("localAI", "externalAI", "multiChannel", "offlineCapable", "realTimeSync")),
            Map.entry(
                    "Problem",
                    List.of(
                            "type",
                            "title",
                            "status",
                            "code",
                            "detail",
                            "field",
                            "requestId",
                            "retryAfterMillis",
                            "currentVersion",
                            "current",
                            "paths")));
    private static final Map<String, Set<Integer>> CODES = Map.ofEntries(
            Map.entry("invalid_request", Set.of(400)),
            Map.entry("unauthenticated", Set.of(401)),
            Map.entry("not_allowed", Set.of(403)),
            Map.entry("not_found", Set.of(404)),
            Map.entry("version_conflict", Set.of(409, 412)),
            Map.entry("position_expired", Set.of(410)),
            Map.entry("too_large", Set.of(413)),
            Map.entry("idempotency_key_reused", Set.of(422)),
            Map.entry("embedder_mismatch", Set.of(422)),
            Map.entry("rate_limited", Set.of(429)),
            Map.entry("overloaded", Set.of(503)),
            Map.entry("position_ahead", Set.of(503)),
            Map.entry("not_primary", Set.of(503)),
            Map.entry("no_quorum", Set.of(503)),
            Map.entry("hub_unavailable", Set.of(503)),
            Map.entry("log_failed", Set.of(503)),
            Map.entry("outcome_unknown", Set.of(503)),
            Map.entry("storage_full", Set.of(507)),
            Map.entry("integrity_violation", Set.of(500)),
            Map.entry("internal", Set.of(500)));

    private static final Set<Integer> OF_READS = Set.of(400, 401, 403, 429, 500);
    private static final Set<Integer> OF_WRITES = Set.of(400, 401, 403, 429, 500, 503, 507);
    private static final Map<String, Set<Integer>> STATUSES = Map.ofEntries(
            Map.entry("post /api/v1/memories", and(OF_WRITES, 200, 201, 413, 422)),
            Map.entry("get /api/v1/memories", and(OF_READS, 200, 410, 503)),
            Map.entry("delete /api/v1/memories", and(OF_WRITES, 200, 422)),
            Map.entry("post /api/v1/memories/search", and(OF_READS, 200, 410, 413, 422, 503)),
            Map.entry("get /api/v1/owners/{kind}/{id}", and(OF_READS, 200, 410, 503)),
            Map.entry("get /api/v1/export", and(OF_READS, 200, 503)),
            Map.entry("post /api/v1/import", and(OF_WRITES, 200, 413)),
            Map.entry("get /api/v1/memories/{id}", and(OF_READS, 200, 404, 410, 503)),
            Map.entry("patch /api/v1/memories/{id}", and(OF_WRITES, 200, 404, 409, 412, 413, 422)),
            Map.entry("delete /api/v1/memories/{id}", and(OF_WRITES, 200, 404, 409, 412, 422)),
            Map.entry("get /api/v1/memories/{id}/history", and(OF_READS, 200, 404, 410, 503)),
            Map.entry("put /api/v1/contexts/{key}", and(OF_WRITES, 200, 201, 409, 412, 413, 422)),
            Map.entry("get /api/v1/contexts/{key}", and(OF_READS, 200, 404, 410, 503)),
            Map.entry("delete /api/v1/contexts/{key}", and(OF_WRITES, 200, 404, 409, 412, 422)),
            Map.entry("get /api/v1/contexts", and(OF_READS, 200, 410, 503)),
            Map.entry("get /api/v1/contexts/{key}/versions", and(OF_READS, 200, 404, 410, 503)),
            Map.entry("get /api/v1/entities", and(OF_READS, 200, 503)),
            Map.entry("get /api/v1/changes", and(OF_READS, 200, 410, 503)),
            Map.entry("post /api/v1/responses", and(OF_WRITES, 200, 201, 409, 412, 413, 422)),
            Map.entry("get /api/v1/responses", and(OF_READS, 200, 410, 503)),
            Map.entry("get /api/v1/responses/totals", and(OF_READS, 200, 410, 413, 503)),
            Map.entry("get /api/v1/responses/export", and(OF_READS, 200, 410, 503)),
            Map.entry("post /api/v1/sync-events", and(OF_WRITES, 201, 413, 422)),
            Map.entry("get /api/v1/sync-events/pending", and(OF_READS, 200, 410, 503)),
            Map.entry("get /api/v1/sync-events/{id}", and(OF_READS, 200, 404, 410, 503)),
            Map.entry("post /api/v1/sync-events/{id}/processed", and(OF_WRITES, 200, 404, 413, 422)),
            Map.entry("get /api/v1/conflicts", and(OF_READS, 200, 410, 503)),
            Map.entry("get /api/v1/conflicts/{id}", and(OF_READS, 200, 404, 410, 503)),
            Map.entry("post /api/v1/conflicts/{id}/resolve", and(OF_WRITES, 200, 404, 409, 412, 413, 422)),
            Map.entry("post /api/v1/distributed/initialize", and(OF_READS, 200, 413)),
            Map.entry("post /api/v1/distributed/get-status", and(OF_READS, 200)),
            Map.entry("post /api/v1/distributed/shutdown", and(OF_READS, 200)),
            Map.entry("post /api/v1/distributed/publish-mode-change", and(OF_WRITES, 200, 413, 422)),
            Map.entry("post /api/v1/distributed/publish-context-update", and(OF_WRITES, 200, 413, 422)),
            Map.entry("post /api/v1/distributed/store-response-source", and(OF_WRITES, 200, 409, 412, 413, 422)),
            Map.entry("post /api/v1/modes/switch", and(OF_WRITES, 200, 409, 412, 413, 422)),
            Map.entry("get /api/v1/modes", and(OF_READS, 200, 410, 503)),
            Map.entry("get /api/v1/modes/usage", and(OF_READS, 200, 410, 503)),
            Map.entry("get /api/v1/modes/{instanceId}", and(OF_READS, 200, 404, 410, 503)),
            Map.entry("patch /api/v1/modes/{instanceId}", and(OF_WRITES, 200, 404, 409, 412, 413, 422)),
            Map.entry("get /api/v1/transitions", and(OF_READS, 200, 410, 503)),
            Map.entry("post /api/v1/keys", and(OF_WRITES, 201, 413, 422)),
            Map.entry("get /api/v1/keys", and(OF_READS, 200)),
            Map.entry("delete /api/v1/keys/{id}", and(OF_WRITES, 200, 404)),
            Map.entry("get /api/v1/integrity", and(OF_READS, 200)),
            Map.entry("post /api/v1/integrity/verify", and(OF_WRITES, 200)),
            Map.entry("post /api/v1/integrity/accept", and(OF_WRITES, 200, 413)),
            Map.entry("post /api/v1/backups", and(OF_WRITES, 200)),
            Map.entry("get /api/v1/status", and(OF_READS, 200)),
            Map.entry("get /health/live", Set.of(200, 400, 403, 500, 503)),
            Map.entry("get /health/ready", Set.of(200, 400, 403, 500, 503)),
            Map.entry("get /metrics", and(OF_READS, 200)),
            Map.entry("get /", Set.of(200, 400, 403, 500)),
            Map.entry("get /docs", Set.of(200, 400, 403, 500)),
            Map.entry("get /openapi.json", Set.of(200, 400, 403, 500)),
            Map.entry("get /favicon.ico", Set.of(200, 400, 403, 500)));

    /// The headers of the first success, beside `X-Request-Id`.
    private static final Map<String, Set<String>> ANSWERED = Map.ofEntries(
            Map.entry("post /api/v1/memories 201", Set.of("Mneme-Position", "Idempotency-Replayed", "ETag")),
            Map.entry("post /api/v1/memories 200", Set.of("Mneme-Position", "Idempotency-Replayed", "ETag")),
            Map.entry("get /api/v1/memories 200", Set.of("Mneme-Position", "Mneme-Owners-Left-Out")),
            Map.entry(
                    "delete /api/v1/memories 200",
                    Set.of("Mneme-Position", "Idempotency-Replayed", "Mneme-Owners-Left-Out")),
            Map.entry("post /api/v1/memories/search 200", Set.of("Mneme-Position", "Mneme-Owners-Left-Out")),
            Map.entry("get /api/v1/entities 200", Set.of("Mneme-Owners-Left-Out")),
            Map.entry("get /api/v1/memories/{id} 200", Set.of("Mneme-Position", "ETag")),
            Map.entry("patch /api/v1/memories/{id} 200", Set.of("Mneme-Position", "Idempotency-Replayed", "ETag")),
            Map.entry("delete /api/v1/memories/{id} 200", Set.of("Mneme-Position", "Idempotency-Replayed")),
            Map.entry("get /api/v1/memories/{id}/history 200", Set.of("Mneme-Position")),
            Map.entry("put /api/v1/contexts/{key} 201", Set.of("Mneme-Position", "Idempotency-Replayed", "ETag")),
            Map.entry("put /api/v1/contexts/{key} 200", Set.of("Mneme-Position", "Idempotency-Replayed", "ETag")),
            Map.entry("get /api/v1/owners/{kind}/{id} 200", Set.of("Mneme-Position")),
            Map.entry("get /api/v1/contexts/{key} 200", Set.of("Mneme-Position", "ETag")),
            Map.entry("delete /api/v1/contexts/{key} 200", Set.of("Mneme-Position", "Idempotency-Replayed")),
            Map.entry("get /api/v1/contexts 200", Set.of("Mneme-Position")),
            Map.entry("get /api/v1/contexts/{key}/versions 200", Set.of("Mneme-Position")),
            Map.entry("get /api/v1/changes 200", Set.of("Mneme-Position", "Mneme-Owners-Left-Out")),
            Map.entry("post /api/v1/backups 200", Set.of("Mneme-Backup-Bytes")),
            Map.entry("post /api/v1/responses 201", Set.of("Mneme-Position", "Idempotency-Replayed")),
            Map.entry("post /api/v1/responses 200", Set.of("Mneme-Position", "Idempotency-Replayed")),
            Map.entry("get /api/v1/responses 200", Set.of("Mneme-Position")),
            Map.entry("get /api/v1/responses/totals 200", Set.of("Mneme-Position")),
            Map.entry("get /api/v1/responses/export 200", Set.of("Mneme-Position", "Content-Disposition")),
            Map.entry("post /api/v1/sync-events 201", Set.of("Mneme-Position", "Idempotency-Replayed")),
            Map.entry("get /api/v1/sync-events/pending 200", Set.of("Mneme-Position")),
            Map.entry("get /api/v1/sync-events/{id} 200", Set.of("Mneme-Position")),
            Map.entry("get /api/v1/conflicts 200", Set.of("Mneme-Position")),
            Map.entry("get /api/v1/conflicts/{id} 200", Set.of("Mneme-Position", "ETag")),
            Map.entry(
                    "post /api/v1/conflicts/{id}/resolve 200",
                    Set.of("Mneme-Position", "Idempotency-Replayed", "ETag")),
            Map.entry("post /api/v1/sync-events/{id}/processed 200", Set.of("Mneme-Position", "Idempotency-Replayed")),
            Map.entry(
                    "post /api/v1/distributed/publish-mode-change 200",
                    Set.of("Mneme-Position", "Idempotency-Replayed")),
            Map.entry(
                    "post /api/v1/distributed/publish-context-update 200",
                    Set.of("Mneme-Position", "Idempotency-Replayed")),
            Map.entry(
                    "post /api/v1/distributed/store-response-source 200",
                    Set.of("Mneme-Position", "Idempotency-Replayed")),
            Map.entry("post /api/v1/modes/switch 200", Set.of("Mneme-Position", "Idempotency-Replayed", "ETag")),
            Map.entry("get /api/v1/modes 200", Set.of("Mneme-Position")),
            Map.entry("get /api/v1/modes/{instanceId} 200", Set.of("Mneme-Position", "ETag")),
            Map.entry("patch /api/v1/modes/{instanceId} 200", Set.of("Mneme-Position", "Idempotency-Replayed", "ETag")),
            Map.entry("get /api/v1/transitions 200", Set.of("Mneme-Position")),
            Map.entry("post /api/v1/keys 201", Set.of("Idempotency-Replayed")));

    private static RestServer rest;
    private static JsonNode document;

    private static Set<String> with(String... more) {
        Set<String> all = new TreeSet<>(SCOPES);
        all.addAll(List.of(more));
        return all;
    }

    private static Set<String> responses(String... more) {
        Set<String> all = new TreeSet<>(List.of(more));
        all.addAll(List.of(
                "userId",
                "instanceId",
                "chatId",
                "messageId",
                "mode",
                "sourceType",
                "provider",
                "model",
                "tool",
                "since",
                "until"));
        return all;
    }

    private static Set<Integer> and(Set<Integer> some, Integer... more) {
        Set<Integer> all = new TreeSet<>(some);
        all.addAll(List.of(more));
        return all;
    }

    @BeforeAll
    static void start() {
        rest = new RestServer();
        document = rest.send(null, "GET", "/openapi.json", null).body();
    }

    @AfterAll
    static void stop() {
        rest.close();
    }

    private static Map<String, JsonNode> operations() {
        Map<String, JsonNode> operations = new TreeMap<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(method -> operations.put(method.getKey() + " " + path.getKey(), method.getValue())));
        return operations;
    }

    private static JsonNode operation(String name) {
        return java.util.Objects.requireNonNull(operations().get(name), name);
    }

    private static Set<String> parameters(JsonNode operation, String in) {
        Set<String> names = new TreeSet<>();
        operation.path("parameters").forEach(parameter -> {
            if (parameter.path("in").asText().equals(in)) {
                names.add(parameter.path("name").asText());
            }
        });
        return names;
    }

    @Test
    void hasExactlyThePathsAndRoles() {
        assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
        Map<String, String> roles = new TreeMap<>();
        operations()
                .forEach((name, operation) ->
                        roles.put(name, operation.path("x-mneme-role").asText()));
        assertThat(roles).isEqualTo(ROLES);
        operations()
                .forEach((name, operation) -> assertThat(
                                operation.path("security").isEmpty())
                        .as(name)
                        .isEqualTo(operation.path("x-mneme-role").asText().isEmpty()));
    }

    @Test
    void namesEachOperationOnce() {
        List<String> ids = new ArrayList<>();
        operations()
                .values()
                .forEach(operation -> ids.add(operation.path("operationId").asText()));
        assertThat(ids).doesNotHaveDuplicates().doesNotContain("");
    }

    @Test
    void hasExactlyTheQueryParameters() {
        operations()
                .forEach((name, operation) -> assertThat(parameters(operation, "query"))
                        .as(name)
                        .isEqualTo(new TreeSet<>(QUERIES.getOrDefault(name, Set.of()))));
    }

    @Test
    void saysWhichHeadersAreRead() {
        operations().forEach((name, operation) -> {
            Set<String> headers = parameters(operation, "header");
            boolean keyed = !operation.path("x-mneme-role").asText().isEmpty();
            assertThat(headers).as(name).contains("X-Request-Id");
            assertThat(headers.contains("Idempotency-Key")).as(name).isEqualTo(keyed && !name.startsWith("get "));
            assertThat(headers.contains("Mneme-Instance")).as(name).isEqualTo(keyed);
            assertThat(headers.contains("Mneme-Priority")).as(name).isEqualTo(keyed);
        });
        for (String name : List.of(
                "patch /api/v1/memories/{id}",
                "delete /api/v1/memories/{id}",
                "put /api/v1/contexts/{key}",
                "delete /api/v1/contexts/{key}")) {
            assertThat(parameters(operation(name), "header")).contains("If-Match");
        }
        for (String name :
                List.of("get /api/v1/memories", "get /api/v1/memories/{id}", "post /api/v1/memories/search")) {
            assertThat(parameters(operation(name), "header")).contains("Mneme-Position", "Mneme-Consistency");
        }
    }

    @Test
    void hasExactlyTheStatuses() {
        Map<String, Set<Integer>> statuses = new TreeMap<>();
        operations().forEach((name, operation) -> {
            Set<Integer> own = new TreeSet<>();
            operation.path("responses").fieldNames().forEachRemaining(status -> own.add(Integer.valueOf(status)));
            statuses.put(name, own);
        });
        assertThat(statuses).isEqualTo(new TreeMap<>(STATUSES));
    }

    @Test
    void saysWhichHeadersAreAnswered() {
        operations()
                .forEach((name, operation) -> operation
                        .path("responses")
                        .properties()
                        .forEach(response -> {
                            Set<String> headers = new TreeSet<>();
                            response.getValue().path("headers").fieldNames().forEachRemaining(headers::add);
                            String of = name + " " + response.getKey();
                            assertThat(headers).as(of).contains("X-Request-Id");
                            int status = Integer.parseInt(response.getKey());
                            if (status < 300) {
                                headers.remove("X-Request-Id");
                                assertThat(headers)
                                        .as(of)
                                        .isEqualTo(new TreeSet<>(ANSWERED.getOrDefault(of, Set.of())));
                            }
                            boolean waits = status == 429 || (status == 503 && !name.contains("/health/"));
                            assertThat(headers.contains("Retry-After")).as(of).isEqualTo(waits);
                            assertThat(headers.contains("WWW-Authenticate"))
                                    .as(of)
                                    .isEqualTo(status == 401);
                        }));
    }

    @Test
    void everyParameterAndFieldSaysWhatItIs() {
        operations().forEach((name, operation) -> {
            assertThat(operation.path("summary").asText()).as(name).isNotEmpty();
            operation
                    .path("parameters")
                    .forEach(parameter -> assertThat(
                                    parameter.path("description").asText())
                            .as(name + " " + parameter.path("name"))
                            .isNotEmpty());
        });
        document.path("components")
                .path("schemas")
                .properties()
                .forEach(schema -> assertThat(
                                schema.getValue().path("description").asText())
                        .as(schema.getKey())
                        .isNotEmpty());
    }

    @Test
    void hasTheShapes() {
        SHAPES.forEach((name, fields) -> {
            List<String> names = new ArrayList<>();
            document.path("components")
                    .path("schemas")
                    .path(name)
                    .path("properties")
                    .fieldNames()
                    .forEachRemaining(names::add);
            assertThat(names).as(name).isEqualTo(fields);
        });
        JsonNode required = document.at("/components/schemas/MemoryItem/required");
        assertThat(required.toString()).isEqualTo("[\"text\"]");
        assertThat(document.at("/components/schemas/SearchRequest/additionalProperties")
                        .asBoolean(true))
                .isFalse();
    }

    @Test
    void hasTheMessagesOfTheWebSocket() {
        JsonNode webSocket = document.path("x-mneme-websocket");
        Map<String, Class<? extends Record>> all = new TreeMap<>();
        LivePayloads.FROM_SERVER.forEach((type, payload) -> all.put("fromServer/" + type, payload));
        LivePayloads.FROM_CLIENT.forEach((type, payload) -> all.put("fromClient/" + type, payload));
        all.forEach((of, payload) -> {
            assertThat(webSocket.at("/" + of + "/$ref").asText())
                    .as(of)
                    .isEqualTo("#/components/schemas/" + payload.getSimpleName());
            JsonNode schema = document.path("components").path("schemas").path(payload.getSimpleName());
            assertThat(schema.path("properties").isEmpty()).as(of).isFalse();
        });
        assertThat(document.at("/components/schemas/LiveDisconnect/required").toString())
                .isEqualTo("[\"reason\"]");
        assertThat(document.at("/components/schemas/LiveState/required").toString())
                .isEqualTo("[\"modeState\",\"modes\",\"contexts\",\"timestamp\"]");
        List<String> modes = names(Mode.values(), Mode::wireName);
        assertThat(values("LiveModeUpdate", "toMode")).isEqualTo(modes);
        assertThat(values("LiveModeRequest", "toMode")).isEqualTo(modes);
        List<String> types = names(ContextType.values(), ContextType::wireName);
        assertThat(values("LiveContextSync", "contextType")).isEqualTo(types);
        assertThat(values("LiveContextRequest", "contextType")).isEqualTo(types);
        assertThat(values("LiveContextRequest", "mergeStrategy"))
                .isEqualTo(names(MergeStrategy.values(), each -> each.name().toLowerCase(Locale.ROOT)));
    }

    /// The values of a component, where a record says them again because `wire` does not know the core.
    private static List<String> values(String schema, String component) {
        List<String> values = new ArrayList<>();
        JsonNode property = document.path("components")
                .path("schemas")
                .path(schema)
                .path("properties")
                .path(component);
        (property.has("anyOf") ? property.at("/anyOf/0") : property)
                .path("enum")
                .forEach(value -> values.add(value.asText()));
        return values;
    }

    private static <E extends Enum<E>> List<String> names(E[] all, Function<E, String> wireName) {
        return Arrays.stream(all).map(wireName).toList();
    }

    @Test
    void everyEnumIsTheCores() {
        assertThat(values("Problem", "code")).isEqualTo(names(ErrorCode.values(), ErrorCode::wireName));
        assertThat(values("ChangeResource", "type")).isEqualTo(names(ChangeType.values(), ChangeType::wireName));
        for (String component : List.of("ModeResource.currentMode", "TransitionResource.toMode")) {
            String[] of = component.split("\\.", -1);
            assertThat(values(of[0], of[1])).as(component).isEqualTo(names(Mode.values(), Mode::wireName));
        }
        List<String> types = names(ContextType.values(), ContextType::wireName);
        assertThat(values("ContextResource", "contextType")).isEqualTo(types);
        assertThat(values("ContextRequest", "contextType")).isEqualTo(types);
        assertThat(values("ContextResource", "mode")).isEqualTo(names(Mode.values(), Mode::wireName));
        assertThat(values("ContextRequest", "mode")).isEqualTo(names(Mode.values(), Mode::wireName));
        assertThat(values("ContextRequest", "mergeStrategy"))
                .isEqualTo(names(MergeStrategy.values(), each -> each.name().toLowerCase(Locale.ROOT)));
        List<String> roles = names(Role.values(), Role::wireName);
        assertThat(values("KeyRequest", "role")).containsExactlyInAnyOrderElementsOf(roles);
        assertThat(values("KeyResource", "role")).containsExactlyInAnyOrderElementsOf(roles);
        assertThat(values("EntityListEntity", "kind")).isEqualTo(names(OwnerKind.values(), OwnerKind::wireName));
        assertThat(values("Status", "log"))
                .isEqualTo(names(Journal.State.values(), state -> state.name().toLowerCase(Locale.ROOT)));
        List<String> modes = names(Mode.values(), Mode::wireName);
        List<String> sources = names(SourceType.values(), SourceType::wireName);
        for (String schema : List.of("ResponseRequest", "ResponseResource")) {
            assertThat(values(schema, "mode")).isEqualTo(modes);
            assertThat(values(schema, "sourceType")).isEqualTo(sources);
        }
        assertThat(values("ResponsePublication", "mode")).isEqualTo(modes);
        assertThat(values("ResponsePublicationSource", "sourceType")).isEqualTo(sources);
        assertThat(values("ModePublication", "toMode")).isEqualTo(modes);
        assertThat(values("ContextPublication", "contextType"))
                .isEqualTo(names(ContextType.values(), ContextType::wireName));
        for (String schema : List.of("SyncEventRequest", "SyncEventResource")) {
            assertThat(values(schema, "eventType")).isEqualTo(names(SyncEvent.Type.values(), SyncEvent.Type::wireName));
            assertThat(values(schema, "priority"))
                    .isEqualTo(names(SyncEvent.Priority.values(), SyncEvent.Priority::wireName));
        }
        assertThat(values("ConflictResourceAbout", "kind"))
                .isEqualTo(names(Conflict.Kind.values(), Conflict.Kind::wireName));
        assertThat(values("ConflictResource", "status"))
                .isEqualTo(names(Conflict.Status.values(), Conflict.Status::wireName));
        for (String schema : List.of("ConflictDecision", "ConflictResourceResolution")) {
            assertThat(values(schema, "take")).isEqualTo(names(Conflict.Take.values(), Conflict.Take::wireName));
        }
        Set<String> events = new TreeSet<>(values("Stored", "event"));
        events.addAll(values("Deleted", "event"));
        assertThat(events).containsExactlyInAnyOrderElementsOf(names(MemoryEvent.values(), MemoryEvent::name));
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        for (JsonNode reference : document.findValues("$ref")) {
            assertThat(document.at(reference.asText().substring(1)).isMissingNode())
                    .as(reference.asText())
                    .isFalse();
        }
    }

    @Test
    void everyCodeHasItsStatusAndIsThere() {
        Set<String> seen = new HashSet<>();
        operations()
                .forEach((name, operation) -> operation
                        .path("responses")
                        .properties()
                        .forEach(response -> {
                            int status = Integer.parseInt(response.getKey());
                            response.getValue().path("x-mneme-codes").forEach(code -> {
                                assertThat(CODES).as(name).containsKey(code.asText());
                                assertThat(CODES.get(code.asText()))
                                        .as(name + " " + code)
                                        .contains(status);
                                seen.add(code.asText());
                            });
                        }));
        assertThat(seen).isEqualTo(CODES.keySet());
    }
}
