package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.access.KeyService;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AdminKeyTest {
    @TempDir
    Path data;

    private final ManualClock clock = new ManualClock(java.time.Instant.parse("2026-01-01T00:00:00Z"));
    private final KeyService keys = new KeyService(new ModelStore(clock), clock, new SecureRandom());

    @Test
    void theFirstStartWritesAKeyThatOpensAndThatOnlyItsOwnerReads() throws IOException {
        AdminKey.ensure(data, keys, false);

        assertThat(keys.authenticate(secret()).role()).isEqualTo(dev.mneme.core.model.Role.ADMIN);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(AdminKey.file(data))))
                .isEqualTo("rw-------");
    }

    @Test
    void laterStartsLeaveItAsItIsUnlessANewOneIsAskedFor() throws IOException {
        AdminKey.ensure(data, keys, false);
        String first = secret();
        AdminKey.ensure(data, keys, false);
        assertThat(secret()).isEqualTo(first);

        AdminKey.ensure(data, keys, true);
        assertThat(secret()).isNotEqualTo(first);
        assertThat(keys.authenticate(secret()).id())
                .isNotEqualTo(keys.authenticate(first).id());
    }

    private String secret() throws IOException {
        return Files.readString(AdminKey.file(data)).strip();
    }
}
