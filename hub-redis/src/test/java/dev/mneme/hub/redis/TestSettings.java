package dev.mneme.hub.redis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Settings for a test: short times, and what it says.
final class TestSettings {
    private final String url;
    private final String node;
    private @Nullable Path certificates;
    private Set<String> instanceIds = Set.of();
    private String eventPrefix = RedisHubSettings.EVENT_PREFIX;
    private String headChannel = RedisHubSettings.HEAD_CHANNEL;
    private int attempts;
    private Duration timeout = Duration.ofSeconds(5);
    private int maxMessageBytes = 2 << 20;
    private int queue = 10_000;
    private long queueBytes = 32L << 20;
    private Duration hold = Duration.ofSeconds(5);

    TestSettings(String url, String node) {
        this.url = url;
        this.node = node;
    }

    TestSettings certificates(Path pem) {
        certificates = pem;
        return this;
    }

    TestSettings instances(String... ids) {
        instanceIds = Set.of(ids);
        return this;
    }

    TestSettings channels(String prefix, String head) {
        eventPrefix = prefix;
        headChannel = head;
        return this;
    }

    TestSettings attempts(int max) {
        attempts = max;
        return this;
    }

    TestSettings timeout(Duration limit) {
        timeout = limit;
        return this;
    }

    TestSettings maxMessageBytes(int bytes) {
        maxMessageBytes = bytes;
        return this;
    }

    TestSettings queue(int messages, long bytes) {
        queue = messages;
        queueBytes = bytes;
        return this;
    }

    TestSettings hold(Duration time) {
        hold = time;
        return this;
    }

    RedisHubSettings get() {
        return new RedisHubSettings(
                url,
                certificates,
                node,
                instanceIds,
                eventPrefix,
                headChannel,
                attempts,
                timeout,
                Duration.ofMillis(50),
                maxMessageBytes,
                queue,
                queueBytes,
                hold);
    }

    RedisHubEvents start() {
        return RedisHubEvents.start(get());
    }
}
