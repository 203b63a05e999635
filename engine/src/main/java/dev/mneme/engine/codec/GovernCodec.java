package dev.mneme.engine.codec;

import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.model.Retention;
import java.time.Duration;

/// The rules by which a shard's entries are decided, in its log and in its row:
///
/// ```text
/// u8 form (1) · epoch · max changes, their age · max idempotency keys, their age · max versions, their age ·
/// max context versions · max context bytes
/// ```
///
/// A number is signed; an age is its seconds, signed, and nanoseconds.
public final class GovernCodec {
    private static final int FORM = 1;

    private GovernCodec() {}

    public static void write(ByteWriter out, Govern govern) {
        Retention retention = govern.retention();
        out.u8(FORM).string(govern.epoch());
        write(out.signed(retention.maxChanges()), retention.maxChangeAge());
        write(out.signed(retention.maxIdempotencyKeys()), retention.maxIdempotencyAge());
        write(out.signed(retention.maxVersions()), retention.maxVersionAge());
        out.signed(retention.maxContextVersions()).signed(retention.maxContextBytes());
    }

    public static Govern read(ByteReader in) {
        int form = in.u8();
        if (form != FORM) {
            throw ModelCodec.unknown("form of rules", form);
        }
        return new Govern(
                in.string(),
                new Retention(number(in), age(in), number(in), age(in), number(in), age(in), number(in), number(in)));
    }

    private static void write(ByteWriter out, Duration age) {
        out.signed(age.getSeconds()).unsigned(age.getNano());
    }

    private static Duration age(ByteReader in) {
        return Duration.ofSeconds(in.signed(), in.unsigned());
    }

    private static int number(ByteReader in) {
        return Math.toIntExact(in.signed());
    }
}
