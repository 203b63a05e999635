package dev.mneme.api.http;

/// The headers that several routes have in common. A header of a single noun is declared beside that noun.
public final class Headers {
    private static final String VISIBLE = "^[!-~]+$";

    /// Read on every request except `GET`.
    public static final Parameter IDEMPOTENCY_KEY = Parameter.string(
                    "Idempotency-Key", "a repeat under the same key answers as the first did")
            .between(1, 200)
            .matching(VISIBLE, "visible ASCII characters without blanks");

    /// Read on every request that needs a key.
    public static final Parameter INSTANCE = Parameter.string(
                    "Mneme-Instance", "the writing instance, whose own live feed leaves its writes out")
            .between(1, 128)
            .matching(VISIBLE, "visible ASCII characters without blanks");

    /// Read on every request that needs a key.
    public static final Parameter PRIORITY = Parameter.string(
                    "Mneme-Priority", "bulk: this is part of an import, and takes what others leave of the embedder")
            .oneOf("normal", "bulk");

    /// Read on every request; in every answer.
    public static final Parameter REQUEST_ID =
            Parameter.string("X-Request-Id", "names the request in answers and logs; made when missing");

    /// In answers that were kept under an idempotency key.
    public static final Parameter REPLAYED = Parameter.string(
                    "Idempotency-Replayed", "true: this is the answer to an earlier request")
            .oneOf("true");

    /// In answers that say when to try again.
    public static final Parameter RETRY_AFTER = Parameter.integer("Retry-After", "seconds to wait before trying again");

    /// In answers to requests without a valid key.
    public static final Parameter AUTHENTICATE = Parameter.string("WWW-Authenticate", "how to send a key");

    private Headers() {}
}
