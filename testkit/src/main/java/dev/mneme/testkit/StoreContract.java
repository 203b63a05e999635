package dev.mneme.testkit;

import dev.mneme.core.spi.Store;
import org.junit.jupiter.api.Nested;

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
/// **Not promised**, and so not asked here: the form of epochs and cursors; scores; an order between owners in the
/// operator's feed; when changes and idempotency records beyond their limits are dropped; what an add under the id
/// of a
/// deleted memory, or of another owner's, does.
public abstract class StoreContract {
    /// Opens a store. The same home names the same data within one test: the store before was closed.
    protected abstract Store open(StoreSettings settings);

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
    class Concurrency extends ConcurrencyPart {
        @Override
        StoreOpener opener() {
            return StoreContract.this::open;
        }
    }
}
