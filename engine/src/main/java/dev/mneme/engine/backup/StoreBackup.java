package dev.mneme.engine.backup;

import dev.mneme.core.spi.Backups;
import java.io.IOException;
import java.io.OutputStream;

/// A cut of a local store, written as a backup file.
public record StoreBackup(BackupCut cut, long approximateBytes) implements Backups.Backup {
    @Override
    public void writeTo(OutputStream out) throws IOException {
        BackupWriter.write(cut, out);
    }

    @Override
    public void close() {
        cut.close();
    }
}
