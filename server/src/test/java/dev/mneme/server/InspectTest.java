package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `mneme inspect --stopped`.
class InspectTest {
    @TempDir
    Path home = Path.of("");

    private record Result(int status, String out, String err) {}

    private Result inspect(String... flags) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> args = new ArrayList<>(List.of("inspect", "--stopped", "--data", home.toString()));
        args.addAll(List.of(flags));
        int status = Main.run(
                args,
                Map.of(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Result(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aStoppedStoreIsShownAndOneInUseOrMissingIsRefused() throws IOException {
        assertThat(inspect().err()).contains("no data folder");
        try (RunningServer server = RunningServer.on(home)) {
            server.admin().add("alice", "likes tea");
            server.admin().add("bob", "likes coffee");
            Result inUse = inspect();
            assertThat(inUse.status()).isEqualTo(2);
            assertThat(inUse.err()).contains("in use");
        }
        Result shown = inspect();
        assertThat(shown.status()).as(shown.err()).isZero();
        assertThat(shown.out())
                .containsPattern("(?m)^owners +2$")
                .containsPattern("(?m)^memories +2$")
                .containsPattern("(?m)^SHARD +OWNERS +MEMORIES +CHECKPOINT +LOG INDEX +TO REPLAY +TABLES$")
                .containsPattern("(?m)^system ")
                .containsPattern("(?m)^[0-9]{20}\\.wal +64\\.0 MiB$");
        JsonNode json = Api.JSON.readTree(inspect("--json").out());
        assertThat(json.path("memories").asInt()).isEqualTo(2);
        assertThat(json.path("shards")).hasSize(17);
        assertThat(json.at("/shards/16/name").asText()).isEqualTo("system");
        assertThat(json.at("/storage/tables/bytes").asLong()).isPositive();
        assertThat(json.path("problems")).isEmpty();
        assertThat(inspect("--help").out()).contains("Usage: mneme inspect --stopped");
    }
}
