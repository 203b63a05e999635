package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.server.config.ServerConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private String shown(boolean newAdminKey) {
        ServerConfig config = ServerConfig.load(
                List.of("--data", home.toString(), "--port", "0", "--embedder.kind", "none"),
                Map.of("HOME", home.toString()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (MnemeServer server = MnemeServer.start(config, newAdminKey)) {
            Welcome.print(server, home, new PrintStream(out, true, StandardCharsets.UTF_8));
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
