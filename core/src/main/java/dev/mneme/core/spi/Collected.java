package dev.mneme.core.spi;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Subject;
import dev.mneme.core.model.SubjectSize;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Counts what a read collects for its answer, as each record joins it, so that the answer can be refused before it
/// fills the heap. A read that is not counted has no limit.
///
/// **Threads**: the thread that reads, and any that the count is carried to.
public final class Collected {
    private static final ScopedValue<Count> COUNT = ScopedValue.newInstance();

    /// Hears what joins the answer, and what leaves it again.
    @FunctionalInterface
    public interface Count {
        /// @param bytes on the heap; negative for a record that leaves
        /// @throws MnemeException `OVERLOADED` when there is not enough memory
        void changed(long bytes);
    }

    private Collected() {}

    /// Runs a read, counting what it collects.
    public static <T, X extends Throwable> T counting(Count count, ScopedValue.CallableOp<T, X> read) throws X {
        return ScopedValue.where(COUNT, count).call(read);
    }

    /// The same read for another thread, counted for the thread that waits for it.
    public static <T> Supplier<T> carried(Supplier<T> read) {
        if (!COUNT.isBound()) {
            return read;
        }
        Count count = COUNT.get();
        return () -> ScopedValue.where(COUNT, count).call(read::get);
    }

    /// A record will be part of the answer.
    public static void joined(@Nullable Subject subject) {
        if (COUNT.isBound()) {
            COUNT.get().changed(SubjectSize.bytes(subject));
        }
    }

    /// A record that was collected is not part of the answer after all.
    public static void left(@Nullable Subject subject) {
        if (COUNT.isBound()) {
            COUNT.get().changed(-SubjectSize.bytes(subject));
        }
    }
}
