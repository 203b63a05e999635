package dev.mneme.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LogRecordTest {
    private static final byte[] PAYLOAD = {1, 2, 3};

    @Test
    void noByteOfARecordChangesUnnoticed() {
        LogRecord written = new LogRecord(LogRecord.ENTRY, 70_000, PAYLOAD.length, 5, 2);
        for (int at = 0; at < written.length(); at++) {
            ByteBuffer bytes = ByteBuffer.allocate(written.length());
            written.encode(bytes, PAYLOAD);
            bytes.flip();
            LogRecord read = LogRecord.decode(bytes, 0, bytes.limit(), LogFormat.CURRENT);
            assertThat(read).isEqualTo(written);
            assertThat(written.sound(bytes, 0, LogFormat.CURRENT)).isTrue();
            bytes.put(at, (byte) (bytes.get(at) ^ 4));
            LogRecord changed = LogRecord.decode(bytes, 0, bytes.limit(), LogFormat.CURRENT);
            assertThat(changed != null && changed.sound(bytes, 0, LogFormat.CURRENT))
                    .as("byte %d", at)
                    .isFalse();
        }
    }

    @Test
    void aRecordOfTheFirstFormatIsRewrittenInPlace() {
        LogFormat first = LogFormat.ofPositions(3);
        ByteBuffer old = ByteBuffer.allocate(LogRecord.LENGTH + PAYLOAD.length);
        old.put(LogRecord.ENTRY).put((byte) 0).putShort((short) 2).putInt(PAYLOAD.length);
        old.putLong(9).putLong(1).position(LogRecord.LENGTH).put(PAYLOAD).flip();
        LogRecord read = Objects.requireNonNull(LogRecord.decode(old, 0, old.limit(), first));
        assertThat(read.shard()).as("the last place is the system's").isEqualTo(-1);
        read.rewrite(old, 0);
        LogRecord again = Objects.requireNonNull(LogRecord.decode(old, 0, old.limit(), LogFormat.CURRENT));
        assertThat(again).isEqualTo(read);
        assertThat(again.sound(old, 0, LogFormat.CURRENT)).isTrue();
    }
}
