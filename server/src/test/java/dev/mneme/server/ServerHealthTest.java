package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.api.rest.Health.Part;
import dev.mneme.core.spi.Integrity.Evidence;
import dev.mneme.core.spi.Integrity.LastStop;
import dev.mneme.core.spi.Integrity.Report;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is said of the integrity of the data; `TamperedServerTest` and `KilledTailTest` have it of running servers.
final class ServerHealthTest {
    private static Part of(boolean complete, LastStop lastStop, String... problems) {
        return ServerHealth.integrity(
                new Report(3, 7, complete, List.of(problems), List.of(), new Evidence(true, false, lastStop, 1)));
    }

    @Test
    void aCheckThatIsNotThroughIsSaidWithHowFarItIs() {
        assertThat(of(false, LastStop.CLOSED))
                .isEqualTo(new Part(true, "nothing was found changed so far, with 3 of 7 owners checked"));
        assertThat(of(true, LastStop.KILLED)).isEqualTo(new Part(true, "nothing was found changed"));
    }

    @Test
    void problemsAndAnUncertainStopAreSaidAndKeepNobodyOut() {
        Part part = of(false, LastStop.UNCERTAIN, "one", "two");
        assertThat(part.detail())
                .startsWith("2 problems: some owners are refused")
                .endsWith("; the last stop left something unknown");
        assertThat(part.ok()).isTrue();
        assertThat(of(true, LastStop.CLOSED, "one").detail()).doesNotContain("unknown");
    }
}
