package dev.mneme.hub.redis;

import io.lettuce.core.RedisURI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How a node reaches Redis, and how much it holds for it. Settings that exist are valid.
///
/// @param url `redis://` or `rediss://` (TLS), with ACL user and password; never shown
/// @param certificates a PEM file of whom TLS trusts; null for those that the JVM trusts
/// @param node the node's id, by which nodes know their own messages
/// @param instanceIds of events that are the node's own although they do not name it
/// @param eventPrefix of the channels of events, which end with the event's type
/// @param headChannel on which nodes tell each other of heads
/// @param maxReconnectAttempts after how many failed attempts in a row it gives up; 0 for never
/// @param timeout of a connection, and of a `PING`
/// @param pingInterval between two looks at the connections
/// @param maxMessageBytes of a message, in and out
/// @param queue how many messages may wait on either side
/// @param queueBytes how many bytes of messages may wait on either side
/// @param hold how long a message may wait to be sent
public record RedisHubSettings(
        String url,
        @Nullable Path certificates,
        String node,
        Set<String> instanceIds,
        String eventPrefix,
        String headChannel,
        int maxReconnectAttempts,
        Duration timeout,
        Duration pingInterval,
        int maxMessageBytes,
        int queue,
        long queueBytes,
        Duration hold) {
    public static final String EVENT_PREFIX = "dyad:event:";
    public static final String HEAD_CHANNEL = "mneme:head";

    public RedisHubSettings {
        instanceIds = Set.copyOf(instanceIds);
        uri(url);
        check(!node.isBlank(), "the node's id must not be empty");
        check(!eventPrefix.isEmpty(), "the prefix of event channels must not be empty, such as " + EVENT_PREFIX);
        check(
                eventPrefix.chars().noneMatch(c -> "*?[]\\".indexOf(c) >= 0),
                "the prefix of event channels must have none of * ? [ ] \\ in it");
        check(!headChannel.isEmpty(), "the channel of heads must not be empty, such as " + HEAD_CHANNEL);
        check(!headChannel.startsWith(eventPrefix), "the channel of heads must not begin with that of events");
        check(maxReconnectAttempts >= 0, "REDIS_MAX_RECONNECT_ATTEMPTS must be 0 (no limit) or more");
        check(timeout.toMillis() > 0, "the time limit of Redis must be 1 ms or more");
        check(pingInterval.toMillis() > 0, "the interval of PING must be 1 ms or more");
        check(maxMessageBytes > 0, "a message must be allowed 1 byte or more");
        check(queue > 0, "the queue of messages must hold 1 or more");
        check(queueBytes >= maxMessageBytes, "the queue of messages must hold a message of the largest size");
        check(hold.toMillis() > 0, "a message must be allowed to wait for 1 ms or more");
    }

    /// The same, giving up after so many failed attempts in a row.
    ///
    /// @param attempts 0 for never
    public RedisHubSettings withMaxReconnectAttempts(int attempts) {
        return new RedisHubSettings(
                url,
                certificates,
                node,
                instanceIds,
                eventPrefix,
                headChannel,
                attempts,
                timeout,
                pingInterval,
                maxMessageBytes,
                queue,
                queueBytes,
                hold);
    }

    /// The defaults for a server and a node.
    public static RedisHubSettings of(String url, String node) {
        return new RedisHubSettings(
                url,
                null,
                node,
                Set.of(),
                EVENT_PREFIX,
                HEAD_CHANNEL,
                0,
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                2 << 20,
                10_000,
                32L << 20,
                Duration.ofSeconds(5));
    }

    /// Host and port, as messages name the server.
    String server() {
        RedisURI uri = uri(url);
        return uri.getHost() + ":" + uri.getPort();
    }

    /// The password of the URL, to keep it out of messages; empty when there is none.
    String password() {
        String rest = url.substring(url.indexOf("://") + 3);
        String user = rest.substring(0, Math.max(rest.lastIndexOf('@'), 0));
        return URLDecoder.decode(user.substring(user.indexOf(':') + 1).replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    RedisURI uri() {
        RedisURI uri = uri(url);
        uri.setTimeout(timeout);
        uri.setClientName("mneme");
        return uri;
    }

    /// What the URL was is not said: there may be a password in it.
    private static RedisURI uri(String url) {
        RedisURI uri;
        try {
            uri = RedisURI.create(url);
        } catch (IllegalArgumentException e) {
            throw wrongUrl();
        }
        if (!(url.startsWith("redis://") || url.startsWith("rediss://"))
                || uri.getHost() == null
                || uri.getHost().isEmpty()
                || uri.getHost().chars().filter(c -> c == ':').count() == 1) { // a port that is no number
            throw wrongUrl();
        }
        return uri;
    }

    private static IllegalArgumentException wrongUrl() {
        return new IllegalArgumentException("REDIS_URL must be redis://host:port or rediss://host:port, with"
                + " user:password@ before the host if there are any (percent-encoded)");
    }

    private static void check(boolean valid, String message) {
        if (!valid) {
            throw new IllegalArgumentException(message);
        }
    }

    @Override
    public String toString() {
        return "RedisHubSettings[url=***, server=" + server() + ", node=" + node + ", eventPrefix=" + eventPrefix
                + ", headChannel=" + headChannel + "]";
    }
}
