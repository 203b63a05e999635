package dev.mneme.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.engine.log.LogTail.Ending;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a log's mark and its last batch say together of the last stop: the rules of [LogTail], one by one.
final class LogEndingTest {
    private static final UUID BOOT = new UUID(1, 2);
    private static final UUID ANOTHER = new UUID(3, 4);

    private static @Nullable UUID boot(String name) {
        return switch (name) {
            case "this" -> BOOT;
            case "another" -> ANOTHER;
            default -> null;
        };
    }

    /// The mark names batch 5, of this boot or another.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # last batch | something torn after it | mark closed | both records there | boot of the mark | now     | so
            5 | false | true  | true  | this    | this    | CLOSED
            5 | false | true  | true  | this    | another | CLOSED
            5 | false | true  | true  | unknown | unknown | CLOSED
            5 | true  | true  | true  | this    | this    | KILLED
            5 | true  | true  | true  | this    | another | UNCERTAIN
            6 | false | true  | true  | this    | another | UNCERTAIN
            5 | false | true  | false | this    | this    | UNCERTAIN
            5 | false | false | true  | this    | this    | KILLED
            5 | true  | false | true  | this    | this    | KILLED
            6 | false | false | true  | this    | this    | KILLED
            7 | false | false | true  | this    | this    | UNCERTAIN
            5 | false | false | false | this    | this    | UNCERTAIN
            5 | false | false | true  | this    | another | UNCERTAIN
            5 | false | false | true  | this    | unknown | UNCERTAIN
            5 | false | false | true  | unknown | this    | UNCERTAIN
            5 | false | false | true  | unknown | unknown | UNCERTAIN
            4 | false | false | true  | this    | this    | SHORT
            4 | false | true  | true  | this    | another | SHORT
            4 | false | false | false | unknown | unknown | SHORT
            0 | false | false | true  | this    | this    | SHORT
            """)
    void anEndingIsToldByMarkAndBoot(
            long last, boolean torn, boolean closed, boolean whole, String marked, String now, Ending ending) {
        LogMark mark = new LogMark(9, 5, Instant.EPOCH, closed, 3, boot(marked), whole);
        LogTail tail = LogTail.of(mark, last, false, torn, boot(now));
        assertThat(tail.ending()).isEqualTo(ending);
        assertThat(tail.uncertainStops()).isEqualTo(ending == Ending.UNCERTAIN ? 4 : 3);
        assertThat(tail.acknowledged()).isEqualTo(5);
    }

    /// As versions without a mark left it, or somebody who took the mark away.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # last batch | ends in the empty batch of closing | torn | so
            0 | false | false | CLOSED
            5 | true  | false | CLOSED
            5 | false | false | UNCERTAIN
            5 | true  | true  | UNCERTAIN
            0 | false | true  | UNCERTAIN
            """)
    void withoutAMarkTheLogSpeaksForItself(long last, boolean whole, boolean torn, Ending ending) {
        LogTail tail = LogTail.of(null, last, whole, torn, BOOT);
        assertThat(tail.ending()).isEqualTo(ending);
        assertThat(tail.uncertainStops()).isEqualTo(ending == Ending.UNCERTAIN ? 1 : 0);
    }

    @Test
    void onlyAnUncertainEndingLeavesSomethingUnknown() {
        for (long last : new long[] {5, 7}) {
            LogMark mark = new LogMark(9, 5, Instant.EPOCH, false, 0, BOOT, true);
            LogTail tail = LogTail.of(mark, last, false, false, BOOT);
            var report = new RecoveryReport(1, 1, 1, 0, List.of(), List.of(), tail);
            assertThat(report.unknown()).hasSize(last == 5 ? 0 : 1);
        }
    }
}
