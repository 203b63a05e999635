package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.server.config.ServerConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WelcomeTest {
    @TempDir
    Path home;

    @Test
    void theKeyIsShownByTheStartThatMadeItAlone() throws IOException {
        String first = shown(false);
        String secret = Files.readString(AdminKey.file(home)).strip();
        assertThat(first).contains(secret);

        String second = shown(false);
        assertThat(second).doesNotContain(secret).contains(AdminKey.file(home).toString(), "$(cat '");

        String another = shown(true);
        assertThat(another)
                .doesNotContain(secret)
                .contains(Files.readString(AdminKey.file(home)).strip());
    }

    /// What a key inside the folder, and no anchor, do not protect from.
    @Test
    void whatEditsAreNotNoticedIsSaid() throws IOException {
        assertThat(shown(false))
                .contains("The integrity key lies with the data: who can write there can replace it")
                .contains("There is no anchor: an older copy of the data folder is not noticed");
        Path elsewhere = Files.createDirectory(home.resolve("elsewhere"));
        assertThat(shown(
                        false,
                        "--data",
                        home.resolve("another").toString(),
                        "--integrity-key",
                        elsewhere.resolve("key").toString(),
                        "--anchor",
                        elsewhere.resolve("anchor").toString()))
                .doesNotContain("  note  ");
    }

    private String shown(boolean newAdminKey, String... more) {
        List<String> flags =
                new ArrayList<>(List.of("--data", home.toString(), "--port", "0", "--embedder.kind", "none"));
        if (more.length > 0) {
            flags.removeAll(List.of("--data", home.toString()));
        }
        flags.addAll(List.of(more));
        ServerConfig config = ServerConfig.load(flags, Map.of("HOME", home.toString()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (MnemeServer server = MnemeServer.start(config, newAdminKey)) {
            Welcome.print(server, home, new PrintStream(out, true, StandardCharsets.UTF_8));
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
