package dev.mneme.cli.command;

import dev.mneme.client.Query;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which response sources.
final class ResponseFilters {
    @Option(names = "--chat", paramLabel = "ID", description = "In this chat.")
    @Nullable
    String chat;

    @Option(names = "--message", paramLabel = "ID", description = "Of this message.")
    @Nullable
    String message;

    @Option(names = "--provider", paramLabel = "NAME", description = "Of this provider.")
    @Nullable
    String provider;

    @Option(names = "--model", paramLabel = "NAME", description = "Of this model.")
    @Nullable
    String model;

    @Option(names = "--mode", paramLabel = "MODE", description = "In this mode: inspired, didactic or parallel.")
    @Nullable
    String mode;

    @Option(
            names = "--source-type",
            paramLabel = "TYPE",
            description = "From such a source: local, external or harmonized.")
    @Nullable
    String sourceType;

    @Option(names = "--tool", paramLabel = "NAME", description = "That used this tool.")
    @Nullable
    String tool;

    @Option(names = "--instance", paramLabel = "NAME", description = "By this instance.")
    @Nullable
    String instance;

    @Option(names = "--since", paramLabel = "TIME", description = "Given then or later (ISO-8601, UTC).")
    @Nullable
    String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Given before then.")
    @Nullable
    String until;

    Query on(Query query) {
        return query.with("chatId", chat)
                .with("messageId", message)
                .with("provider", provider)
                .with("model", model)
                .with("mode", mode)
                .with("sourceType", sourceType)
                .with("tool", tool)
                .with("instanceId", instance)
                .with("since", since)
                .with("until", until);
    }
}
