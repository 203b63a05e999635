package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A day that is named is one of the asker's calendar. (Every other rule is compared with the plain scorer.)
class AskersDaysTest {
    private static final Instant MADE = Instant.parse("2026-01-20T12:00:00Z");

    private final OwnerIndex index = new OwnerIndex();
    private int memories;

    private void put(@Nullable String said) {
        Memory memory = new Memory(
                MemoryId.create(MADE, Owner.user("alice").slot(), new Random(memories)),
                ScopeIds.user("alice"),
                "had oolong",
                null,
                null,
                JsonObject.EMPTY,
                List.of(),
                said == null ? null : Timestamp.of(Instant.parse(said)),
                MADE,
                MADE,
                null,
                1,
                null,
                false);
        index.put(memories++, memory, AnalyzedMemory.of(memory), null);
    }

    private double date(int ordinal, String day, String asked) {
        IndexQuery request = new IndexQuery(
                "where did I have oolong on " + day + " 2026?",
                null,
                10,
                0,
                MADE,
                ZonedDateTime.parse(asked),
                false,
                null,
                null,
                true);
        return index.search(request).stream()
                .filter(hit -> hit.ordinal() == ordinal)
                .mapToDouble(hit -> hit.parts().getOrDefault("date", 0.0))
                .findAny()
                .orElseThrow();
    }

    /// Whichever memory is looked at first: in summer the asker's clock shows another offset.
    @Test
    void eachDayIsSeenAtTheOffsetThatTheClockShowedOnIt() {
        put("2025-07-05T12:00:00Z");
        put("2026-02-01T07:30:00Z"); // 23:30 of 31 January
        put("2026-02-01T08:30:00Z"); // 00:30 of 1 February
        put("2025-08-05T12:00:00Z");
        String asked = "2026-03-20T09:00-07:00[America/Los_Angeles]";

        assertThat(date(1, "31 January", asked)).isEqualTo(1);
        for (int other : List.of(0, 2, 3)) {
            assertThat(date(other, "31 January", asked)).isLessThan(1);
        }
    }

    /// Where clocks change in the night, a day ends at another offset than it began with.
    @Test
    void onADayOfAChangeTheOffsetIsThatOfTheMinute() {
        put("2026-03-29T22:30:00Z"); // 00:30 of 30 March in Berlin, which was an hour behind that morning
        put("2026-03-28T22:30:00Z"); // 23:30 of 28 March
        String asked = "2026-05-01T09:00+02:00[Europe/Berlin]";

        assertThat(date(0, "30 March", asked)).isEqualTo(1);
        assertThat(date(1, "29 March", asked)).isLessThan(1);
    }

    /// When it was made says nothing of when it was so.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-02-10T09:00Z",
                "2026-02-10T09:00+14:00",
                "2026-02-10T09:00-12:00",
                "2026-02-10T09:00-08:00[America/Los_Angeles]"
            })
    void whatHasNoTimestampIsOfNoDay(String asked) {
        put(null);
        put("2026-01-20T11:00:00Z");
        assertThat(date(0, "20 January", asked)).isZero();
        assertThat(date(1, "20 January", asked)).isPositive();
    }
}
