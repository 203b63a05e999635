package dev.mneme.core.spi;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Subject;
import dev.mneme.core.model.SubjectSize;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a read has collected for its answer: counted as each noun joins it, so that whoever answers can refuse before
/// the heap is spent on it. Who asks without counting is held to nothing.
///
/// **Threads**: that which reads, and whoever it binds the count for.
public final class Collected {
    private static final ScopedValue<Count> COUNT = ScopedValue.newInstance();

    /// Is told what joins, and what leaves again.
    @FunctionalInterface
    public interface Count {
        /// @param bytes on the heap; negative for what leaves
        /// @throws MnemeException `OVERLOADED` when there is no memory for so much
        void changed(long bytes);
    }

    private Collected() {}

    /// Runs a read whose collecting is counted.
    public static <T, X extends Throwable> T counting(Count count, ScopedValue.CallableOp<T, X> read) throws X {
        return ScopedValue.where(COUNT, count).call(read);
    }

    /// The same read for another thread, which counts for the one that waits for it.
    public static <T> Supplier<T> carried(Supplier<T> read) {
        if (!COUNT.isBound()) {
            return read;
        }
        Count count = COUNT.get();
        return () -> ScopedValue.where(COUNT, count).call(read::get);
    }

    /// One more that will be answered with.
    public static void joined(@Nullable Subject subject) {
        if (COUNT.isBound()) {
            COUNT.get().changed(SubjectSize.bytes(subject));
        }
    }

    /// One that was collected and is not answered with.
    public static void left(@Nullable Subject subject) {
        if (COUNT.isBound()) {
            COUNT.get().changed(-SubjectSize.bytes(subject));
        }
    }
}
