package dev.mneme.engine.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.spi.ShardId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OperatorCursorTest {
    private static final ShardId FIRST = new ShardId(0);
    private static final ShardId SECOND = new ShardId(1);
    private static final ShardId SEVENTH = new ShardId(7);

    private static String cursor(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static SortedMap<ShardId, FeedPlace> places(ShardId first, ShardId second) {
        SortedMap<ShardId, FeedPlace> places = new TreeMap<>();
        places.put(first, new FeedPlace(12, 3, 4));
        places.put(second, new FeedPlace(0, -1, 0));
        return places;
    }

    @Test
    void placesAreOfShardsByTheirIds() {
        OperatorCursor cursor = new OperatorCursor("abcdefgh", places(SEVENTH, FIRST));
        assertThat(cursor).hasToString(cursor("abcdefgh 0:0.-1.0 7:12.3.4"));
        assertThat(OperatorCursor.parse(cursor.toString(), "abcdefgh", Set.of(FIRST, SEVENTH)))
                .contains(cursor);
        assertThat(OperatorCursor.parse(cursor("abcdefgh 7:12.3.4 0:0.-1.0"), "abcdefgh", Set.of(FIRST, SEVENTH)))
                .contains(cursor);
    }

    /// `<log index>.<ordinal>.<trims>` for shards 0, 1, 2 …
    @Test
    void aCursorThatNamesNoShardsGoesOn() {
        assertThat(OperatorCursor.parse(cursor("abcdefgh 12.3.4 0.-1.0"), "abcdefgh", Set.of(FIRST, SECOND)))
                .contains(new OperatorCursor("abcdefgh", places(FIRST, SECOND)));
    }

    @Test
    void aCursorOfAnotherLifeOrOfOtherShardsIsNone() {
        String cursor = cursor("abcdefgh 0:12.3.4 1:0.-1.0");
        assertThat(OperatorCursor.parse(cursor, "otherone", Set.of(FIRST, SECOND)))
                .isEmpty();
        assertThat(OperatorCursor.parse(cursor, "abcdefgh", Set.of(FIRST))).isEmpty();
        assertThat(OperatorCursor.parse(cursor, "abcdefgh", Set.of(FIRST, SECOND, SEVENTH)))
                .isEmpty();
        assertThat(OperatorCursor.parse(cursor, "abcdefgh", Set.of(FIRST, SEVENTH)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "abcdefgh",
                "abcdefgh 1:2.3",
                "abcdefgh x:1.2.3",
                "abcdefgh -1:1.2.3",
                "abcdefgh 0:1.2.3 0:1.2.3",
                "abcdefgh 1.2.3 0:1.2.3",
                "abcdefgh 0:1.9999999999.3",
                "abcdefgh 9999999999:1.2.3"
            })
    void whatIsNoCursorIsRefused(String text) {
        assertThatThrownBy(() -> OperatorCursor.parse(cursor(text), "abcdefgh", Set.of(FIRST)))
                .hasMessageContaining("no cursor of the operator's feed");
    }
}
