package dev.mneme.api.http;

import dev.mneme.api.json.ParsedHeap;
import dev.mneme.api.json.RecordReader;
import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.model.MnemeException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request whose route is found and, where the route needs one, whose key is known.
///
/// **Threads**: the one that handles it.
public final class Request {
    private static final int ITEM_BYTES = 1 << 10; // a guess that is not too small for a sentence or two
    private static final int MOST_ITEMS = 10_000; // more are refused by whoever reads them
    private static final int FEW_ITEMS = 10; // of a usual search: counted with the connection

    private final Incoming incoming;
    private final Route route;
    private final Map<String, String> pathParameters;
    private final Query query;
    private final @Nullable Caller caller;

    Request(Incoming incoming, Route route, Map<String, String> pathParameters, Query query, @Nullable Caller caller) {
        this.incoming = incoming;
        this.route = route;
        this.pathParameters = pathParameters;
        this.query = query;
        this.caller = caller;
    }

    /// Names the request in answers and logs.
    public String id() {
        return incoming.requestId();
    }

    public Route route() {
        return route;
    }

    public Query query() {
        return query;
    }

    /// The decoded segment that stands for `{name}` in the route's template.
    public String path(String name) {
        String value = pathParameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException(route.template() + " has no {" + name + "}");
        }
        return value;
    }

    /// The path as it was sent.
    public String rawPath() {
        return incoming.rawPath();
    }

    /// A header; null when it was not sent.
    ///
    /// @throws MnemeException `invalid_request` when it was sent twice
    public @Nullable String header(String name) {
        return incoming.header(name);
    }

    /// A header that its parameter allows; null when it was not sent.
    ///
    /// @throws MnemeException `invalid_request` when it was sent twice, or is not allowed
    public @Nullable String header(Parameter parameter) {
        String value = header(parameter.name());
        return value == null ? null : parameter.checked(value);
    }

    /// A header that is a list, and that may be sent in several lines, as one line; null when it was not sent.
    public @Nullable String list(String name) {
        return incoming.list(name);
    }

    /// Whether it came to this server over TLS.
    public boolean secure() {
        return incoming.secure();
    }

    /// The caller.
    ///
    /// @throws IllegalStateException on a route that needs no key
    public Caller caller() {
        if (caller == null) {
            throw new IllegalStateException(route.template() + " is open: nobody was asked for a key");
        }
        return caller;
    }

    /// The body; empty when there is none.
    ///
    /// @throws MnemeException `too_large`
    public byte[] body() {
        return incoming.body();
    }

    /// The body as the route's `wire` record.
    public <T extends Record> T json(Class<T> type) {
        return RecordReader.read(type, body(), "body", parsedHeap());
    }

    /// The body as the route's `wire` record. Items of lists of records may be wrong: such an item is null in its list.
    ///
    /// @param refused gets what was wrong with which item
    public <T extends Record> T json(Class<T> type, Map<Integer, MnemeException> refused) {
        return RecordReader.read(type, body(), "body", parsedHeap(), refused);
    }

    /// Counts what is made of the JSON that the client sent.
    public ParsedHeap parsedHeap() {
        return incoming.parsedHeap();
    }

    /// Says how many items the answer may have before they are read, so that they are counted while they wait to be
    /// written. What they take beyond that estimate is counted as they are read ([Collected]), and may be refused
    /// then.
    ///
    /// @throws MnemeException `OVERLOADED` when there is no memory for so many for too long
    public void expects(int items) {
        incoming.expects(items > FEW_ITEMS ? (long) Math.min(items, MOST_ITEMS) * ITEM_BYTES : 0);
    }

    /// Makes a repeated request get the first answer again; null when the caller did not ask for that.
    public @Nullable Idempotency idempotency() {
        String key = idempotencyKey();
        return key == null ? null : new Idempotency(key, hash());
    }

    /// The idempotency key; null when none was sent.
    ///
    /// @throws MnemeException `invalid_request`
    @Nullable
    String idempotencyKey() {
        return header(Headers.IDEMPOTENCY_KEY);
    }

    /// SHA-256 over method, path, query, the expected version and the body; each but the last is followed by a zero
    /// byte.
    private byte[] hash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            String version = header("If-Match");
            for (String part : new String[] {
                incoming.method(), incoming.rawPath(), incoming.rawQuery(), version == null ? "" : version
            }) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            digest.update(body());
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
