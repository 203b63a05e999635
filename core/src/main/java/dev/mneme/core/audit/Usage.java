package dev.mneme.core.audit;

import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The figures in the metadata of a response source: `promptTokens`, `completionTokens`, `totalTokens` (whole numbers
/// from 0 to 10¹²), `cost` (a number from 0 to 10⁹, in the operator's currency) and `mcpToolsUsed` (a list of names, or
/// of objects with a `name`). The metadata are the caller's own, so a value of any other form counts as missing.
///
/// @param totalTokens if missing, the sum of the two others, provided that one of them is there
/// @param tools without repetition, in their order
record Usage(
        @Nullable Long promptTokens,
        @Nullable Long completionTokens,
        @Nullable Long totalTokens,
        @Nullable BigDecimal cost,
        List<String> tools) {
    private static final BigDecimal MAX_TOKENS = BigDecimal.valueOf(1_000_000_000_000L);
    private static final BigDecimal MAX_COST = BigDecimal.valueOf(1_000_000_000);
    private static final int MAX_PRECISION = 40;

    static Usage of(JsonObject metadata) {
        Map<String, Json> members = metadata.members();
        Long prompt = tokens(members.get("promptTokens"));
        Long completion = tokens(members.get("completionTokens"));
        Long total = tokens(members.get("totalTokens"));
        return new Usage(
                prompt,
                completion,
                total != null ? total : sum(prompt, completion),
                within(members.get("cost"), MAX_COST),
                tools(metadata));
    }

    private static @Nullable Long sum(@Nullable Long prompt, @Nullable Long completion) {
        if (prompt == null && completion == null) {
            return null;
        }
        return (prompt == null ? 0 : prompt) + (completion == null ? 0 : completion);
    }

    private static @Nullable Long tokens(@Nullable Json value) {
        BigDecimal number = within(value, MAX_TOKENS);
        return number == null || number.stripTrailingZeros().scale() > 0 ? null : Long.valueOf(number.longValue());
    }

    /// The value, if it is a number from 0 to `most` with few enough digits to be summed cheaply.
    private static @Nullable BigDecimal within(@Nullable Json value, BigDecimal most) {
        if (!(value instanceof JsonNumber(BigDecimal number))) {
            return null;
        }
        boolean small = number.precision() <= MAX_PRECISION && Math.abs((long) number.scale()) <= MAX_PRECISION;
        return small && number.signum() >= 0 && number.compareTo(most) <= 0 ? number : null;
    }

    static List<String> tools(JsonObject metadata) {
        return metadata.members().get("mcpToolsUsed") instanceof JsonArray(List<Json> items)
                ? items.stream().flatMap(Usage::name).distinct().toList()
                : List.of();
    }

    private static Stream<String> name(Json tool) {
        return switch (tool) {
            case JsonString(String name) -> Stream.of(name);
            case JsonObject object
            when object.members().get("name") instanceof JsonString(String name) -> Stream.of(name);
            default -> Stream.empty();
        };
    }
}
