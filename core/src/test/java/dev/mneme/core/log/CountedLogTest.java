package dev.mneme.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
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
        CountedLog log = new CountedLog(logger, Level.WARNING, 2, Duration.ofDays(1));
        for (int i = 0; i < 1_000; i++) {
            log.log("full " + i);
        }
        assertThat(lines).containsExactly("full 0", "full 1");
    }

    @Test
    void theNextPeriodTellsHowManyWereLeftOut() {
        CountedLog log = new CountedLog(logger, Level.WARNING, 1, Duration.ZERO.plusNanos(1));
        log.log("one");
        log.log("two");
        assertThat(lines).contains("two");
    }
}
