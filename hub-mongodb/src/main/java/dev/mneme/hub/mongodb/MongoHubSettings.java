package dev.mneme.hub.mongodb;

import com.mongodb.ConnectionString;
import dev.mneme.core.model.MnemeException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How to reach a hub's MongoDB. Settings that exist are valid; the names in messages are those of the environment.
///
/// @param url `mongodb://` or `mongodb+srv://`; TLS, user, password, replica set and everything else that a URL can say
///     are taken from it. What it says of the pool and of time limits counts more than the settings here
/// @param serverSelection how long a call waits for a server that takes it
/// @param poolWait how long a call waits for a free connection
public record MongoHubSettings(
        String url,
        String database,
        int maxPoolSize,
        int minPoolSize,
        Duration connectTimeout,
        Duration socketTimeout,
        Duration serverSelection,
        Duration poolWait) {
    public static final String DEFAULT_URL = "mongodb://localhost:27017";
    public static final String DEFAULT_DATABASE = "dyad_distributed";
    private static final int MOST_CONNECTIONS = 10_000;
    private static final int LONGEST_NAME = 63;

    public MongoHubSettings {
        parse(url);
        require(
                database.matches("[^/\\\\. \"$*<>:|?\\x00]{1," + LONGEST_NAME + "}"),
                "MONGODB_DATABASE",
                "must be 1 to 63 characters without any of / \\ . \" $ * < > : | ? and spaces.");
        require(maxPoolSize >= 1 && maxPoolSize <= MOST_CONNECTIONS, "MONGODB_MAX_POOL_SIZE", "must be 1 to 10000.");
        require(
                minPoolSize >= 0 && minPoolSize <= maxPoolSize,
                "MONGODB_MIN_POOL_SIZE",
                "must be 0 to MONGODB_MAX_POOL_SIZE.");
        requirePositive(connectTimeout, "MONGODB_CONNECT_TIMEOUT");
        requirePositive(socketTimeout, "MONGODB_SOCKET_TIMEOUT");
        requirePositive(serverSelection, "MONGODB_SERVER_SELECTION_TIMEOUT");
        requirePositive(poolWait, "MONGODB_POOL_WAIT");
    }

    /// The defaults for a server.
    public static MongoHubSettings of(String url) {
        return new MongoHubSettings(
                url,
                DEFAULT_DATABASE,
                10,
                2,
                Duration.ofSeconds(10),
                Duration.ofSeconds(45),
                Duration.ofSeconds(2),
                Duration.ofSeconds(2));
    }

    public MongoHubSettings withDatabase(String name) {
        return new MongoHubSettings(
                url, name, maxPoolSize, minPoolSize, connectTimeout, socketTimeout, serverSelection, poolWait);
    }

    public MongoHubSettings withPool(int most, int least) {
        return new MongoHubSettings(
                url, database, most, least, connectTimeout, socketTimeout, serverSelection, poolWait);
    }

    public MongoHubSettings withTimeouts(Duration connect, Duration socket, Duration selection, Duration wait) {
        return new MongoHubSettings(url, database, maxPoolSize, minPoolSize, connect, socket, selection, wait);
    }

    ConnectionString connection() {
        return parse(url);
    }

    /// The servers that the URL names, without anything secret.
    String servers() {
        return String.join(",", connection().getHosts());
    }

    /// The driver's message may repeat a password, so it is not passed on.
    private static ConnectionString parse(String url) {
        try {
            return new ConnectionString(url);
        } catch (IllegalArgumentException e) {
            throw MnemeException.invalid(
                    "MONGODB_URL",
                    "MONGODB_URL must be mongodb://[user:password@]host[:port][,…][/database][?options] or"
                            + " mongodb+srv://…, with special characters of user and password percent-encoded.");
        }
    }

    private static void requirePositive(@Nullable Duration value, String field) {
        require(value != null && value.toMillis() > 0, field, "must be longer than 0.");
    }

    private static void require(boolean holds, String field, String message) {
        if (!holds) {
            throw MnemeException.invalid(field, field + " " + message);
        }
    }

    /// Without user, password and options.
    @Override
    public String toString() {
        return "MongoHubSettings[" + servers() + "/" + database + ", pool " + minPoolSize + " to " + maxPoolSize + "]";
    }
}
