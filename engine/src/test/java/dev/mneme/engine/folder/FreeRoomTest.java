package dev.mneme.engine.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// When a disk counts as full.
final class FreeRoomTest {
    private static final long BROKEN = -1;

    private final AtomicLong usable = new AtomicLong(100);
    private final FreeRoom room = new FreeRoom(this::usable, 100, System::nanoTime);

    private long usable() throws IOException {
        long bytes = usable.get();
        if (bytes == BROKEN) {
            throw new IOException("no answer");
        }
        return bytes;
    }

    private boolean after(long bytes) {
        usable.set(bytes);
        room.look();
        return room.getAsBoolean();
    }

    @Test
    void belowTheLimitThereIsNoRoom() {
        assertThat(room.getAsBoolean()).isTrue();
        assertThat(after(99)).isFalse();
        assertThat(after(100)).isTrue();
    }

    @Test
    void aDiskThatCannotBeAskedStopsNoWrite() {
        assertThat(after(BROKEN)).isTrue();
        assertThat(after(99)).isFalse();
        assertThat(after(BROKEN)).isTrue();
    }
}
