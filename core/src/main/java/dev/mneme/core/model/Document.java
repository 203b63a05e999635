package dev.mneme.core.model;

import dev.mneme.core.model.Json.JsonObject;
import java.time.Instant;

/// A small JSON object that a service keeps, at one version. It belongs to the server (in the system shard), or to an
/// owner, with whose data it is erased. It is internal: no change tells of it, and no client reads it as it is.
///
/// @param collection what kind of document it is, such as `webhooks`
/// @param version counts 1, 2, 3 …
public record Document(
        String collection, String id, JsonObject data, long version, Instant createdAt, Instant updatedAt) {
    /// The collection of feedback: a document with a memory's id is deleted together with the memory.
    public static final String FEEDBACK = "feedback";

    /// How large the data may be, by [Json#size].
    public static final long MAX_SIZE = 256 << 10;

    /// How many documents one owner, or the server, may have in a collection.
    public static final int MAX_IN_COLLECTION = 10_000;

    private static final int MAX_NAME = 256;

    /// @throws MnemeException `invalid_request` for a name that no document can have
    public static void requireNames(String collection, String id) {
        if (!collection.matches("[a-z-]{1,64}")) {
            throw MnemeException.invalid("collection", "collection must be 1 to 64 of a to z and hyphens.");
        }
        if (id.isEmpty() || id.length() > MAX_NAME) {
            throw MnemeException.invalid("id", "id must have 1 to " + MAX_NAME + " characters.");
        }
    }
}
