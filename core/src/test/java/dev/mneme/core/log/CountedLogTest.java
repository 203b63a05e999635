package dev.mneme.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CountedLogTest {
    private final List<String> lines = new ArrayList<>();

    private final Logger logger = new Logger() {
        @Override
        public String getName() {
            return "test";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {
            lines.add(message);
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, String format, Object @Nullable ... parameters) {
            lines.add(format);
        }
    };

    @Test
    void whatComesAgainInAPeriodIsCounted() {
        CountedLog log = new CountedLog(logger, Level.WARNING, 2, Duration.ofDays(1), System::nanoTime);
        for (int i = 0; i < 1_000; i++) {
            log.log("full " + i);
        }
        assertThat(lines).containsExactly("full 0", "full 1");
    }

    @Test
    void theNextPeriodTellsHowManyWereLeftOut() {
        AtomicLong now = new AtomicLong();
        CountedLog log = new CountedLog(logger, Level.WARNING, 1, Duration.ofNanos(10), now::get);
        for (String message : List.of("one", "two", "three")) {
            log.log(message);
        }
        now.set(11);
        log.log("four");
        log.log("five");
        now.set(15);
        log.log("six"); // the second period goes from 11 to 21
        now.set(22);
        log.log("seven");
        now.set(33);
        log.log("eight");
        assertThat(lines)
                .containsExactly(
                        "one",
                        "four (and 2 more since the last such line)",
                        "seven (and 2 more since the last such line)",
                        "eight");
    }
}
