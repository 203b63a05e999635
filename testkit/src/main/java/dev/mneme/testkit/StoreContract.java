package dev.mneme.testkit;

import dev.mneme.core.spi.Store;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every [Store] promises, each promise a test. A store's test class says how to open one, and inherits
/// the rest:
///
/// ```java
/// final class EngineStoreTest extends StoreContract {
///     @TempDir Path folder;
///     @Override protected Store open(StoreSettings settings) { … }
/// }
/// ```
///
/// **Not promised**, and so not asked here: the form of epochs and cursors; scores; an order between owners
/// in the operator's feed; when changes and idempotency records beyond their limits are dropped; what
/// an add under the id of a deleted memory, or of another owner's, does.
public abstract class StoreContract {
    private static final int HISTORY_LENGTH = 200;

    /// Opens a store. The same home names the same data within one test: the store before was closed.
    protected abstract Store open(StoreSettings settings);

    /// Whether the operator's feed tells of every owner, and its cursors outlive the store. A node of a hub tells of
    /// what
    /// it committed itself, in its present life.
    protected boolean keepsOperatorsFeed() {
        return true;
    }

    /// The seeds of the random histories that every build lives; `-Dmneme.seeds=1000-2000` lives others.
    static LongStream seeds() {
        String range = System.getProperty("mneme.seeds", "1-20");
        int dash = range.indexOf('-');
        return dash < 0
                ? LongStream.of(Long.parseLong(range))
                : LongStream.rangeClosed(
                        Long.parseLong(range.substring(0, dash)), Long.parseLong(range.substring(dash + 1)));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithTheModelOnAnyHistory(long seed) {
        StoreComparison.run(seed, HISTORY_LENGTH, this::open, keepsOperatorsFeed());
    }

    @Nested
    class Writing extends WritingPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class Duplicate extends DuplicatesPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class Idempotent extends IdempotencyPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class Reading extends ReadingPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class History extends HistoryPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class Revisions extends RevisionsPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class RevisionConflicts extends RevisionConflictsPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class Importing extends ImportPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class Spaces extends SpacesPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class Searching extends SearchingPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class Feed extends FeedPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class Operator extends OperatorPart {
        @BeforeEach
        void promised() {
            Assumptions.assumeTrue(keepsOperatorsFeed());
        }

        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class Keys extends KeysPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class Documents extends DocumentsPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class ModesAndTransitions extends ModesPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class Contexts extends ContextsPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class Concurrency extends ConcurrencyPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class Responses extends ResponsesPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class SyncEvents extends SyncEventsPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }

    @Nested
    class Conflicts extends ConflictsPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }
}
