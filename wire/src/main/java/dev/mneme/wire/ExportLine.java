package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Length;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.OrNumber;
import dev.mneme.wire.schema.Range;
import dev.mneme.wire.schema.Time;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One line of an export: the header, which comes first, or one record with everything that is kept of it. Members that
/// are null are left out.
@Doc(value = "One line of an export: one member alone, the first line's is export.", example = """
                {"memory":{"id":"0193a000-0000-8000-8000-000000000000","userId":"alice",\
                "createdAt":"2026-11-21T09:30:00.000Z","versions":[{"version":1,"event":"ADD",\
                "at":"2026-11-21T09:30:00.000Z","key":"k1","instance":"desk","text":"likes tea","metadata":{},\
                "categories":[],"updatedAt":"2026-11-21T09:30:00.000Z"}]}}""")
@JsonInclude(Include.NON_NULL)
public record ExportLine(
        @Nullable Header export,
        @Nullable MemoryRecord memory,
        @Nullable ContextRecord context,
        @Nullable ModeRecord mode,
        @Nullable TransitionRecord transition,
        @Nullable ResponseRecord response,
        @Nullable SyncEventRecord syncEvent,
        @Nullable ConflictRecord conflict) {

    /// Says how the lines that follow are to be read.
    @Doc("The first line.")
    public record Header(
            @OneOf({"mneme"}) String format,

            @Doc("of the format; a newer one is refused") @Range(min = 1)
            int version) {}

    /// A memory.
    @Doc("A memory with its kept versions.")
    @JsonInclude(Include.NON_NULL)
    public record MemoryRecord(
            String id,
            @Nullable String userId,
            @Nullable String agentId,
            @Nullable String appId,
            @Nullable String runId,
            @Time String createdAt,

            @Doc("oldest first, without a gap") @Length(min = 1)
            List<MemoryVersionRecord> versions,

            @Doc("of the newest version") @Nullable EmbeddingRecord embedding) {}

    /// A version of a memory.
    @Doc("A version of a memory; a deletion has the memory as it last was.")
    @JsonInclude(Include.NON_NULL)
    public record MemoryVersionRecord(
            @Range(min = 1) long version,
            @OneOf({"ADD", "UPDATE", "DELETE"}) String event,
            @Time String at,
            @Doc("the id of the key that wrote it") String key,
            @Doc("the instance that wrote it") String instance,
            String text,
            @Nullable String role,
            @Nullable String name,
            Map<String, @Nullable Object> metadata,
            List<String> categories,

            @Doc("when it was said; with the offset that the caller named") @Nullable @Time(placed = true)
            String timestamp,

            @Time String updatedAt,
            @Nullable @Time String expiresAt,
            @Nullable String replacedBy,
            @Doc("written while inspired") @Nullable Boolean localOnly) {}

    /// A text as numbers.
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    @Doc("A text as numbers.")
    @JsonInclude(Include.NON_NULL)
    public record EmbeddingRecord(
            @Length(min = 1, max = 128) String embedder,
            @Doc("of length 1") float[] vector,

            @Doc("of the text's tokens, in base64") @Nullable
            String tokens,

            @Doc("of a long text's passages, in base64") @Nullable
            String passages) {}

    /// A context.
    @Doc("A context with its kept versions.")
    public record ContextRecord(
            String userId,
            String contextKey,

            @Doc("oldest first, without a gap") @Length(min = 1)
            List<ContextVersionRecord> versions) {}

    /// A version of a context.
    @Doc("A version of a context; a deletion has no data.")
    @JsonInclude(Include.NON_NULL)
    public record ContextVersionRecord(
            @Range(min = 1) long version,
            @Nullable Boolean deleted,
            @OneOf({"chat", "project", "mode", "custom"}) String contextType,

            @Nullable @OneOf({"inspired", "didactic", "parallel"})
            String mode,

            @Nullable Object data,
            List<String> tags,
            @Time String createdAt,
            @Time String updatedAt,
            String createdBy,
            String updatedBy,
            @Nullable @Time String expiresAt,
            @Doc("written while inspired") @Nullable Boolean localOnly) {}

    /// The mode of an instance.
    @Doc("The mode of an instance.")
    @JsonInclude(Include.NON_NULL)
    public record ModeRecord(
            String userId,
            String instanceId,
            @OneOf({"inspired", "didactic", "parallel"}) String currentMode,

            @Nullable @OneOf({"inspired", "didactic", "parallel"})
            String previousMode,

            CapabilitiesResource capabilities,
            Map<String, @Nullable Object> configuration,
            @Time String activatedAt,
            @Time String updatedAt,
            @Range(min = 1) long version,
            @Doc("written while inspired") @Nullable Boolean localOnly) {}

    /// A change of mode.
    @Doc("A change of mode.")
    @JsonInclude(Include.NON_NULL)
    public record TransitionRecord(
            String userId,
            String instanceId,

            @Nullable @OneOf({"inspired", "didactic", "parallel"})
            String fromMode,

            @OneOf({"inspired", "didactic", "parallel"}) String toMode,
            @Nullable Object contextSnapshot,
            @Nullable @Range(min = 0) Long transitionDuration,
            boolean success,
            @Nullable String errorMessage,
            @Time String timestamp,
            @Doc("written while inspired") @Nullable Boolean localOnly) {}

    /// Where an answer came from.
    @Doc("Where an answer came from.")
    @JsonInclude(Include.NON_NULL)
    public record ResponseRecord(
            String userId,
            String instanceId,
            @OrNumber Object chatId,
            @OrNumber Object messageId,

            @Nullable @OneOf({"inspired", "didactic", "parallel"})
            String mode,

            @OneOf({"local", "external", "harmonized"}) String sourceType,
            String provider,
            String model,
            @Nullable @Range(min = 0, max = 1) Double confidence,
            String responseHash,
            Map<String, @Nullable Object> metadata,
            @Time String timestamp,
            @Doc("written while inspired") @Nullable Boolean localOnly) {}

    /// A message between instances.
    @Doc("A message between instances.")
    @JsonInclude(Include.NON_NULL)
    public record SyncEventRecord(
            String id,
            String userId,
            String sourceInstanceId,

            @OneOf({"mode-changed", "context-updated", "response-generated", "mcp-tool-executed", "config-updated"})
            String eventType,

            @Nullable Object eventData,
            @Nullable List<String> targetInstances,
            List<String> processedBy,
            @OneOf({"high", "normal", "low"}) String priority,
            @Time String timestamp,
            @Nullable @Time String expiresAt,
            @Range(min = 1) long version,
            @Doc("written while inspired") @Nullable Boolean localOnly) {}

    /// A conflict.
    @Doc("A write that lost, with what won.")
    @JsonInclude(Include.NON_NULL)
    public record ConflictRecord(
            String id,
            @Nullable String userId,
            @Nullable String agentId,
            @Nullable String appId,
            @Nullable String runId,
            ConflictResource.About subject,
            ConflictResource.@Nullable Side base,
            ConflictResource.Side mine,
            ConflictResource.Side theirs,
            @Time String at,
            ConflictResource.@Nullable Resolution resolution,
            @Range(min = 1) long version,
            @Doc("written while inspired") @Nullable Boolean localOnly) {}
}
