package dev.mneme.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;

/// One file of a simulated disk: what the page cache shows, what the platter holds, and what is on its way.
/// Guarded by the disk that holds it.
final class SimulatedFile {
    private final Content cache = new Content();
    private final Content platter = new Content();
    private final List<Change> pending = new ArrayList<>();

    /// Bytes that grow on demand; a hole reads as zero.
    private static final class Content {
        private byte[] bytes = {};
        private int size;

        void resize(int to) {
            if (to > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(to, bytes.length * 2));
            }
            if (to < size) {
                Arrays.fill(bytes, to, size, (byte) 0);
            }
            size = to;
        }

        void write(int offset, byte[] from, int start, int end) {
            resize(Math.max(size, offset + end));
            System.arraycopy(from, start, bytes, offset + start, end - start);
        }
    }

    /// Something that an fsync has not made durable.
    private sealed interface Change {}

    private static final class Written implements Change {
        private final int offset;
        private final byte[] bytes;
        /// Which of the bytes are still to come: later writes of the same place take theirs away.
        private final BitSet left = new BitSet();
        /// A failed fsync was the last one that would have brought them to the platter.
        private boolean lost;

        Written(int offset, byte[] bytes) {
            this.offset = offset;
            this.bytes = bytes;
            left.set(0, bytes.length);
        }
    }

    private record Resized(int size) implements Change {}

    int size() {
        return cache.size;
    }

    byte[] read(int offset, int length) {
        int end = Math.min(cache.size, offset + length);
        return offset >= end ? new byte[0] : Arrays.copyOfRange(cache.bytes, offset, end);
    }

    void write(int offset, byte[] bytes) {
        for (Change change : pending) {
            if (change instanceof Written older && older.lost) {
                older.left.clear(
                        Math.clamp(offset - older.offset, 0, older.bytes.length),
                        Math.clamp(offset + bytes.length - older.offset, 0, older.bytes.length));
            }
        }
        cache.write(offset, bytes, 0, bytes.length);
        pending.add(new Written(offset, bytes));
    }

    void resize(int size) {
        cache.resize(size);
        pending.add(new Resized(size));
    }

    /// The fsync worked: what was written since the last one is durable. What a failed one lost stays lost.
    void sync() {
        for (Iterator<Change> each = pending.iterator(); each.hasNext(); ) {
            switch (each.next()) {
                case Written written when written.lost -> {}
                case Written written -> {
                    platter.write(written.offset, written.bytes, 0, written.bytes.length);
                    each.remove();
                }
                case Resized resized -> {
                    platter.resize(resized.size());
                    each.remove();
                }
            }
        }
    }

    /// The fsync failed: the cache calls its pages clean, so that no later fsync writes them (Linux since
    /// 4.13).
    void syncFailed() {
        for (Change change : pending) {
            if (change instanceof Written written) {
                written.lost = true;
            }
        }
    }

    /// Any part of what was on its way is kept, dropped or torn.
    void losePower(SplittableRandom random) {
        for (Change change : pending) {
            switch (change) {
                case Written written -> keepSome(written, random);
                case Resized resized when random.nextBoolean() -> platter.resize(resized.size());
                case Resized resized
                when resized.size() > platter.size -> {
                    platter.resize(random.nextInt(platter.size, resized.size()));
                }
                case Resized _ -> {}
            }
        }
        pending.clear();
        cache.resize(0);
        cache.write(0, platter.bytes, 0, platter.size);
    }

    private void keepSome(Written written, SplittableRandom random) {
        int length = written.bytes.length;
        switch (random.nextInt(4)) {
            case 0 -> {}
            case 1 -> keep(written, 0, length);
            case 2 -> keep(written, 0, random.nextInt(length + 1));
            default -> {
                boolean keeps = random.nextBoolean();
                for (int at = 0; at < length; keeps = !keeps) {
                    int end = Math.min(length, at + 1 + random.nextInt(Math.max(1, length / 3)));
                    if (keeps) {
                        keep(written, at, end);
                    }
                    at = end;
                }
            }
        }
    }

    private void keep(Written written, int start, int end) {
        for (int at = written.left.nextSetBit(start); at >= 0 && at < end; at = written.left.nextSetBit(at)) {
            int run = Math.min(end, written.left.nextClearBit(at));
            platter.write(written.offset, written.bytes, at, run);
            at = run;
        }
    }

    /// Changes one bit on the platter and in the cache.
    void flip(int offset, int bit) {
        cache.bytes[offset] ^= (byte) (1 << bit);
        platter.bytes[offset] ^= (byte) (1 << bit);
    }
}
