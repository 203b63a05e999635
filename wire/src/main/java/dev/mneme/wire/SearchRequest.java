package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Length;
import dev.mneme.wire.schema.Range;
import dev.mneme.wire.schema.Time;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What to search for. A scope id of null asks for memories that have none of its kind.
@Doc(value = "What to search for: words, a vector, or both.", example = """
                {"userId":"alice","query":"what must I not eat?","topK":5,
                 "filter":{"categories":{"contains":"health"}}}""")
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record SearchRequest(
        @Doc(value = "in plain words", example = "what must I not eat?") @Nullable
        String query,

        @Doc("the query as the caller embedded it, as numbers or as base64 of 32-bit floats")
        float @Nullable [] vector,

        @Doc(value = "what made the vector", otherwise = "caller") @Nullable @Length(min = 1, max = 128)
        String embedder,

        @Doc(value = "of this user; null: of no user", example = "alice")
        Given<@Length(min = 1, max = 256) String> userId,

        @Doc("of this agent; null: of no agent") Given<@Length(min = 1, max = 256) String> agentId,
        @Doc("of this application; null: of none") Given<@Length(min = 1, max = 256) String> appId,
        @Doc("of this run; null: of none") Given<@Length(min = 1, max = 256) String> runId,

        @Doc(
                value = "conditions that must hold: fields with a value or with eq, ne, in, nin, gt, gte, lt, lte,"
                        + " contains, icontains, exists; joined by AND, OR, NOT, 32 deep at most; metadata by JSON"
                        + " Pointer after `metadata.`",
                example = "{\"AND\":[{\"categories\":{\"contains\":\"health\"}},{\"metadata./source\":\"chat\"}]}")
        @Nullable
        Map<String, @Nullable Object> filter,

        @Doc(
                value = "how many results at most; up to 1,000, unless the server's http.pageLimit says otherwise",
                otherwise = "10")
        @Nullable
        @Range(min = 1, max = 10_000)
        Integer topK,

        @Doc(value = "the least score", otherwise = "0") @Nullable @Range(min = 0, max = 1)
        Double threshold,

        @Doc(value = "whether each result says what its score is made of", otherwise = "false") @Nullable
        Boolean explain,

        @Doc(value = "whether expired memories are searched too", otherwise = "false") @Nullable
        Boolean showExpired,

        @Doc(value = "whether memories that another one superseded are left out", otherwise = "false") @Nullable
        Boolean latestOnly,

        @Doc(
                value =
                        "from when dates in the query, such as \"yesterday\" or \"last week\", are seen; its offset says"
                                + " whose days are meant",
                example = "2026-01-31T09:00:00+01:00",
                otherwise = "now")
        @Nullable
        @Time(placed = true)
        String referenceTime,

        @Doc(
                value = "whose days are meant by \"yesterday\" or \"in May\": a time zone's IANA name, or an offset."
                        + " Beside a referenceTime, that says the instant (read here if it has no offset), and this the"
                        + " days",
                example = "Europe/Berlin",
                otherwise = "the offset of referenceTime, else UTC")
        @Nullable
        @Length(min = 1, max = 64)
        String timezone) {}
