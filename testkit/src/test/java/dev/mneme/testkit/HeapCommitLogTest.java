package dev.mneme.testkit;

import dev.mneme.core.spi.CommitLog;

class HeapCommitLogTest extends CommitLogContract {
    private final HeapCommitLog.Home home = new HeapCommitLog.Home(SHARDS);

    @Override
    protected CommitLog open() {
        return new HeapCommitLog(home);
    }

    @Override
    protected void failNextSync(CommitLog log) {
        ((HeapCommitLog) log).failNext();
    }
}
