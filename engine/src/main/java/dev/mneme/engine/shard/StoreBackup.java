package dev.mneme.engine.shard;

import dev.mneme.core.spi.Backups;
import dev.mneme.engine.backup.BackupCut;
import dev.mneme.engine.backup.BackupWriter;
import java.io.IOException;
import java.io.OutputStream;

/// A cut of a local store, written as a backup file.
record StoreBackup(BackupCut cut, long approximateBytes) implements Backups.Backup {
    @Override
    public void writeTo(OutputStream out) throws IOException {
        BackupWriter.write(cut, out);
    }

    @Override
    public void close() {
        cut.close();
    }
}
