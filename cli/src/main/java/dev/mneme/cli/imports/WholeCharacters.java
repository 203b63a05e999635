package dev.mneme.cli.imports;

import dev.mneme.client.JsonView;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Finds halves of characters: JSON can escape one surrogate of a pair alone (`\ud83d`). UTF-8 cannot carry it, so it
/// would be replaced on the way. The JSON reader itself refuses them in names.
///
/// **Threads**: one.
final class WholeCharacters {
    private final CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();

    /// @throws BadField naming the member of `row` that has one, however deep
    void require(JsonView row) throws BadField {
        for (Map.Entry<String, JsonView> member : row.members().entrySet()) {
            if (!areIn(member.getValue())) {
                throw new BadField(
                        member.getKey(),
                        "It holds half a character (one surrogate of a pair, such as \\ud83d): it was cut there."
                                + " Mend it or take it out.");
            }
        }
    }

    private boolean areIn(JsonView value) {
        if (value.value() instanceof String text) {
            return utf8.canEncode(text);
        }
        return value.items().stream().allMatch(this::areIn)
                && value.members().values().stream().allMatch(this::areIn);
    }
}
