package dev.mneme.testkit;

import dev.mneme.core.spi.Journal;

class HeapJournalTest extends JournalContract {
    private final HeapJournal.Home home = new HeapJournal.Home(FOUNDING);

    @Override
    protected Journal open() {
        return new HeapJournal(home);
    }

    @Override
    protected void failNextSync(Journal journal) {
        ((HeapJournal) journal).failNext();
    }
}
