package dev.mneme.core.operate;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Backups;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicBoolean;

/// Takes backups, one at a time, for admin keys without restrictions.
///
/// **Threads**: any number may call.
public final class BackupService {
    private final Backups backups;
    private final AtomicBoolean underWay = new AtomicBoolean();

    public BackupService(Backups backups) {
        this.backups = backups;
    }

    /// Takes a cut. The next one can be taken once this one is closed.
    ///
    /// @throws MnemeException `NOT_ALLOWED`, or `OVERLOADED` while another backup is under way
    public Backups.Backup begin(Caller caller) {
        Authorizer.requireOperator(caller);
        if (!underWay.compareAndSet(false, true)) {
            throw new MnemeException(ErrorCode.OVERLOADED, "Another backup is under way: try again when it has ended.");
        }
        try {
            return new Only(backups.take());
        } catch (RuntimeException | Error e) {
            underWay.set(false);
            throw e;
        }
    }

    /// A backup that lets the next one begin when it is closed.
    private final class Only implements Backups.Backup {
        private final Backups.Backup backup;
        private final AtomicBoolean open = new AtomicBoolean(true);

        Only(Backups.Backup backup) {
            this.backup = backup;
        }

        @Override
        public long approximateBytes() {
            return backup.approximateBytes();
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            backup.writeTo(out);
        }

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                try {
                    backup.close();
                } finally {
                    underWay.set(false);
                }
            }
        }
    }
}
