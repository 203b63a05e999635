package dev.mneme.api.rest;

import dev.mneme.core.spi.Backups;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// A backup of nothing.
final class FixedBackup implements Backups.Backup {
    static final String CONTENT = "everything there is";

    @Override
    public long approximateBytes() {
        return CONTENT.length();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        out.write(CONTENT.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        // nothing is held
    }
}
