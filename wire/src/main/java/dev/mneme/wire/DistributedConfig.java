package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which systems a desktop wants to be started.
@Doc(
        value = "Which systems a desktop wants to be started, each with its enabled; other settings are the server's.",
        example = "{\"websocket\":{\"enabled\":true}}")
public record DistributedConfig(
        @Doc("enabled: true is refused: this server keeps its data itself") @Nullable
        Map<String, @Nullable Object> mongodb,

        @Doc("enabled: true is refused: this server tells its clients itself") @Nullable
        Map<String, @Nullable Object> redis,

        @Doc("runs always") @Nullable Map<String, @Nullable Object> websocket) {}
